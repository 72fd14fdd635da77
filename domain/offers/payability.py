"""Whether cards can pay what an offer costs: each price, and its cheapest and its dearest booking. Pure.

A price in the market's currency has the step of card payments in it. An offer is not published where no
booking of it could be paid; where only some could not, its provider is told. What tariff and demand make of a
price is looked at when it is quoted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.foundation import payable_amounts
from domain.foundation.money import portion, share
from domain.markets import MarketPolicy, TaxBase
from domain.offers.content import Content, OptionContent, Wrong
from domain.offers.errors import ContentUnfit
from domain.offers.kinds import Claim, OptionPer, Unit
from domain.offers.models import Category
from domain.offers.rules import MINUTES_PER_HOUR, MINUTES_PER_NIGHT, from_amount, refusal


class Priced(Protocol):
    """What an option adds: an `OptionContent` and an option's row both say it."""

    price_amount: int
    per: OptionPer
    most: int


class PriceProblem(StrEnum):
    """What cards cannot pay of an offer. The words are part of the interface and never change."""

    NEVER_PAYABLE = "never_payable"
    CHEAPEST_NOT_PAYABLE = "cheapest_not_payable"
    DEAREST_NOT_PAYABLE = "dearest_not_payable"
    PRICE_OFF_STEP = "price_off_step"


@dataclass(frozen=True, slots=True)
class PriceRange:
    """What a customer pays for the cheapest and the dearest booking, fee and tax included, in minor units.

    The dearest is None where the length has no end. Neither knows tariff, demand, tasks or credits.
    """

    currency: str
    cheapest: int
    dearest: int | None

    @property
    def is_never_payable(self) -> bool:
        """Whether cards can pay no booking at all."""
        bounds = payable_amounts.payable_bounds(self.currency)
        if self.dearest == 0 or self.cheapest == 0:
            return False  # what costs nothing needs no card
        too_small = bounds is not None and self.dearest is not None and self.dearest < bounds.least
        return bounds is None or too_small or self.cheapest > bounds.most


def check_price(content: Content, currency: str) -> None:
    """Check that a card can pay multiples of the offer's prices.

    Raises ContentUnfit with the field that is finer than the step of card payments in the currency.
    """
    prices = {"price_amount": content.price_amount, "lowest_price_amount": content.lowest_price_amount}
    _check_steps(prices, currency)


def check_option_price(content: OptionContent, currency: str) -> None:
    """Check that a card can pay multiples of the option's price. Raises ContentUnfit if it cannot."""
    _check_steps({"price_amount": content.price_amount}, currency)


def check_ever_payable(
    content: Content, category: Category, options: Iterable[Priced], *, currency: str, policy: MarketPolicy
) -> None:
    """Check that at least one booking of a complete offer could be paid by card, or costs nothing.

    Raises ContentUnfit if none could; it says what the cheapest and the dearest cost and what cards pay.
    """
    prices = price_range(content, category, options, currency=currency, policy=policy)
    if prices.is_never_payable:
        raise refusal(ContentUnfit, [Wrong("price_amount", never_payable(prices))])


def never_payable(prices: PriceRange) -> str:
    """Why no booking could be paid and what to change, as the end of a sentence about the price."""
    limits = payable_amounts.describe_limits(prices.currency)
    bounds = payable_amounts.payable_bounds(prices.currency)
    if bounds is None:
        return f"cannot be paid: {limits}; the market's operators can change its currency"
    if prices.cheapest > bounds.most:
        cheapest = payable_amounts.format_amount(prices.cheapest, prices.currency)
        return f"is too high: the shortest booking costs {cheapest} with fees, and {limits}; lower it"
    dearest = payable_amounts.format_amount(prices.dearest or 0, prices.currency)
    return (
        f"is too low: the longest booking costs {dearest} with fees, and {limits}; raise it, or add options"
    )


def problems(
    content: Content, category: Category, options: Iterable[Priced], *, currency: str, policy: MarketPolicy
) -> tuple[PriceProblem, ...]:
    """What cards cannot pay of an offer as it stands, for its provider to change."""
    prices = price_range(content, category, options, currency=currency, policy=policy)
    return tuple(_problems(content, prices))


def price_range(
    content: Content, category: Category, options: Iterable[Priced], *, currency: str, policy: MarketPolicy
) -> PriceRange:
    """The cheapest and the dearest booking of an offer under a policy."""
    cheapest = from_amount(content.price_amount, category.unit, content.minimum_minutes)
    dearest = _dearest(content, category, options)
    step = payable_amounts.payable_step(currency)
    return PriceRange(
        currency,
        _with_fees(cheapest, policy, step),
        None if dearest is None else _with_fees(dearest, policy, step),
    )


def _problems(content: Content, prices: PriceRange) -> Iterator[PriceProblem]:
    bounds = payable_amounts.payable_bounds(prices.currency)
    if prices.is_never_payable:
        yield PriceProblem.NEVER_PAYABLE
    elif bounds is not None:
        if 0 < prices.cheapest < bounds.least:
            yield PriceProblem.CHEAPEST_NOT_PAYABLE
        if prices.dearest is not None and prices.dearest > bounds.most:
            yield PriceProblem.DEAREST_NOT_PAYABLE
    if content.price_amount % payable_amounts.payable_step(prices.currency):
        yield PriceProblem.PRICE_OFF_STEP


def _check_steps(prices: dict[str, int | None], currency: str) -> None:
    step = payable_amounts.payable_step(currency)
    told = f"is a multiple of {payable_amounts.format_amount(step, currency)}, since cards pay nothing finer"
    if wrong := [Wrong(field, told) for field, amount in prices.items() if (amount or 0) % step]:
        raise refusal(ContentUnfit, wrong)


def _dearest(content: Content, category: Category, options: Iterable[Priced]) -> int | None:
    """The service for as long, and with as many seats and options, as the offer allows, before fees."""
    if category.unit is Unit.KILOMETRE and content.price_amount:
        return None
    seats = content.seats if category.claim is Claim.SEATS else 1
    longest = content.maximum_minutes or content.minimum_minutes or 0
    units, per = {
        Unit.HOUR: (longest, MINUTES_PER_HOUR),
        Unit.NIGHT: (longest // MINUTES_PER_NIGHT, 1),
    }.get(category.unit, (1, 1))
    times = {OptionPer.BOOKING: (1, 1), OptionPer.UNIT: (units, per), OptionPer.SEAT: (seats, 1)}
    added = [share(option.price_amount * option.most * times[option.per][0], 1, times[option.per][1])
             for option in options]  # fmt: skip
    return share(content.price_amount * units * seats, 1, per) + sum(added)


def _with_fees(service: int, policy: MarketPolicy, step: int) -> int:
    """What the customer pays for a service of this amount: the fee on top, and a tax that is not in it."""
    service = share(service, 1, 1, step)
    fee = portion(service, policy.service_fee_bp, step)
    base = {TaxBase.SERVICE: service, TaxBase.SERVICE_FEE: fee}.get(policy.tax.applies_to, 0)
    tax = 0 if policy.tax.inclusive else portion(base, policy.tax.rate_bp, step)
    return service + fee + tax
