"""Credits that pay: off the service fee, and off what demand adds. Nothing else can be paid with them.

A redemption's amount is by how much the pay-in falls, tax included: what is paid less is split as what it is
taken off was split, so platform or pool and tax office each give up their own part and none of them gets
below nothing. The provider's pay-out and bonus stay as they are. Credits pay for no more than leaves what a
card can pay. Whether the customer has so many credits is asked when they book, by the posting that takes
them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.foundation.money import BASIS_POINTS, portion
from domain.markets import TaxBase
from domain.pricing.inputs import Credits, Inputs
from domain.pricing.lines import Line, LineKind, LineRule, Party, balance
from domain.pricing.quotes import Quote

THOUSANDTHS = 1_000  # of a credit: the ledger's smallest unit


class Use(StrEnum):
    """What credits pay for."""

    FEE_DISCOUNT = "fee_discount"
    SURGE_SHIELD = "surge_shield"


@dataclass(frozen=True, slots=True)
class Redemption:
    """By how many minor units the pay-in is less, for how many thousandths of credits."""

    use: Use
    amount: int
    credits: int


def credit_lines(inputs: Inputs, listed: Sequence[Line]) -> Iterator[Line]:
    """What credits take off a list price of these lines."""
    if inputs.credits is None:
        return
    wish, room = inputs.credits, _room(inputs, listed)
    off_the_fee = [*_off_the_fee(inputs, wish, listed, room)]
    yield from off_the_fee
    room += sum(line.amount for line in off_the_fee)
    yield from _off_the_surge(inputs, wish, listed, room)


def redemptions(quote: Quote) -> tuple[Redemption, ...]:
    """What credits pay for in a quote; thousandths are rounded up, so that no part of one is given away."""
    lines = [document for document in quote.lines if document["kind"] == LineKind.CREDITS]
    return tuple(_redemption(line, quote.inputs["credits"]["value_amount"]) for line in lines)


def _redemption(line: Mapping[str, Any], value_amount: int) -> Redemption:
    amount = min(line["inputs"]["wanted_amount"], line["inputs"]["most_amount"])
    return Redemption(_USES[line["payee"]], amount, -(-amount * THOUSANDTHS // value_amount))


def _room(inputs: Inputs, listed: Sequence[Line]) -> int:
    """By how much credits may lower the list price, so that a card can still pay the rest."""
    return max(0, -balance(listed, Party.CUSTOMER) - inputs.least_amount)


def _off_the_fee(inputs: Inputs, wish: Credits, listed: Sequence[Line], room: int) -> Iterator[Line]:
    fee = sum(line.amount for line in listed if line.kind is LineKind.SERVICE_FEE)
    tax = 0
    if inputs.policy.tax.applies_to is TaxBase.SERVICE_FEE:
        tax = _tax_of(listed, Party.CUSTOMER)
    redeemed = {
        "wanted_amount": _whole_steps(inputs, min(wish.fee_discount_amount, room)),
        "most_amount": _whole_steps(inputs, (fee + tax) * wish.fee_discount_most_bp // BASIS_POINTS),
    }
    if min(redeemed.values()) > 0:
        yield _credits(inputs, Party.PLATFORM, {**redeemed, "weights": [fee, tax], "place": 0})
        if tax:
            yield _tax(inputs, Party.CUSTOMER, {**redeemed, "weights": [fee, tax], "place": 1})


def _off_the_surge(inputs: Inputs, wish: Credits, listed: Sequence[Line], room: int) -> Iterator[Line]:
    """All of what demand adds may be paid so, with the tax on it."""
    surge = sum(line.amount for line in listed if line.payee is Party.SURGE_POOL)
    wanted = _whole_steps(inputs, min(wish.surge_shield_amount, room))
    if min(wanted, surge) <= 0:
        return
    within, besides = _tax_of(listed, Party.SURGE_POOL), _tax_besides(inputs, listed, surge)
    redeemed = {"wanted_amount": wanted, "most_amount": surge + besides}
    yield _credits(inputs, Party.SURGE_POOL, {**redeemed, "weights": [surge, besides], "place": 0})
    if besides:
        yield _tax(inputs, Party.CUSTOMER, {**redeemed, "weights": [surge, besides], "place": 1})
    if within:
        yield _tax(inputs, Party.SURGE_POOL, {**redeemed, "weights": [surge - within, within], "place": 1})


def _tax_of(listed: Sequence[Line], payer: Party) -> int:
    return sum(line.amount for line in listed if line.kind is LineKind.TAX and line.payer is payer)


def _tax_besides(inputs: Inputs, listed: Sequence[Line], surge: int) -> int:
    """What of a tax on top is there because of what demand adds."""
    tax = inputs.policy.tax
    if tax.applies_to is not TaxBase.SERVICE or tax.inclusive:
        return 0
    owed = sum(line.amount for line in listed if line.payee is Party.PROVIDER)
    return portion(owed + surge, tax.rate_bp, inputs.step) - portion(owed, tax.rate_bp, inputs.step)


def _credits(inputs: Inputs, payee: Party, of: Mapping[str, Any]) -> Line:
    between = (Party.CUSTOMER, payee)
    measured = inputs.in_steps(of)
    return Line.counted(
        LineKind.CREDITS, "Credits", between, LineRule.REDEEMED, measured, inputs.policy.number
    )


def _tax(inputs: Inputs, payer: Party, of: Mapping[str, Any]) -> Line:
    between, name = (payer, Party.TAX_OFFICE), inputs.policy.tax.name
    measured = inputs.in_steps(of)
    return Line.counted(LineKind.TAX, name, between, LineRule.REDEEMED, measured, inputs.policy.number)


def _whole_steps(inputs: Inputs, amount: int) -> int:
    """So much of an amount as a card could pay instead."""
    return amount - amount % inputs.step


_USES = {Party.PLATFORM.value: Use.FEE_DISCOUNT, Party.SURGE_POOL.value: Use.SURGE_SHIELD}
