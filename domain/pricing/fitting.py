"""An ask fitted to an offer's terms: the options as offered, the time it takes, the inputs of its price."""

from dataclasses import dataclass
from uuid import UUID

from domain import availability
from domain.foundation import payable_amounts
from domain.foundation.spans import Span
from domain.markets import PolicyVersion
from domain.offers import Claim, OptionTerms, Terms
from domain.pricing.asking import Ask, measure
from domain.pricing.errors import OptionNotOffered, SeatsNotOffered
from domain.pricing.inputs import NO_SURGE, Chosen, Inputs, PolicyUsed, Surge, TariffUsed, Tax
from domain.pricing.participation import NO_PART, Part
from domain.pricing.tariff import TariffInForce, pieces


@dataclass(frozen=True, slots=True)
class Fitted:
    """What would be billed, what was chosen, and from when to when it takes, options and all."""

    units: int
    seats: int
    options: tuple[Chosen, ...]
    during: Span


def fit(terms: Terms, ask: Ask) -> Fitted:
    """The ask as this offer can answer it; refuses lengths, seats and options that it does not have."""
    _check_seats(terms, ask.seats)
    options = _chosen(terms.options, ask.options)
    size = measure(terms, ask)
    extra = sum(option.minutes * option.quantity for option in options)
    during = availability.service_span(terms, ask.start, minutes=size.minutes, extra_minutes=extra)
    return Fitted(size.units, ask.seats, options, during)


def inputs_of(
    terms: Terms,
    fitted: Fitted,
    *,
    policy: PolicyUsed,
    tariff: TariffInForce | None,
    surge: Surge = NO_SURGE,
    part: Part = NO_PART,
) -> Inputs:
    """Everything the price of this ask depends on, as it stands now."""
    return Inputs(
        currency=terms.currency,
        unit=terms.unit,
        price_amount=terms.price_amount,
        units=fitted.units,
        seats=fitted.seats,
        options=fitted.options,
        pieces=pieces(
            tariff.tariff if tariff else None,
            category=terms.category_slug,
            unit=terms.unit,
            units=fitted.units,
            start=fitted.during.start,
            time_zone=terms.time_zone,
        ),
        policy=policy,
        tariff=TariffUsed(version_id=tariff.id, number=tariff.number) if tariff else None,
        surge=surge,
        lowest_price_amount=terms.lowest_price_amount,
        tasks=part.tasks,
        savings=part.savings,
        sharing_bp=part.sharing_bp,
        credits=part.credits,
        step=payable_amounts.payable_step(terms.currency),
        least_amount=payable_amounts.least_payable(terms.currency),
    )


def used(policy: PolicyVersion) -> PolicyUsed:
    """What a price depends on of a policy version."""
    rules, tax = policy.rules, policy.rules.tax
    return PolicyUsed(
        version_id=policy.id,
        number=policy.number,
        service_fee_bp=rules.service_fee_bp,
        commission_bp=rules.commission_bp,
        tax=Tax(name=tax.name, rate_bp=tax.rate_bp, applies_to=tax.applies_to, inclusive=tax.inclusive),
    )


def _check_seats(terms: Terms, seats: int) -> None:
    """Refuse seats beyond the capacity, or any number but one where the whole is booked."""
    most = terms.seats if terms.claim is Claim.SEATS else 1
    if not 1 <= seats <= most:
        raise SeatsNotOffered(
            f"Ask for 1 to {most}." if most > 1 else "Ask for one.", field="seats", most=most
        )


def _chosen(offered: tuple[OptionTerms, ...], asked: tuple[tuple[UUID, int], ...]) -> tuple[Chosen, ...]:
    """The options asked for as they are offered now, in the offer's order; each is named once."""
    wanted = dict(asked)
    if len(wanted) != len(asked):
        raise OptionNotOffered("Name each option once, with how many times.", field="options")
    known = {option.option_id: option for option in offered}
    for option_id, quantity in asked:
        _check_quantity(known.get(option_id), quantity)
    return tuple(
        _as_chosen(option, wanted[option.option_id]) for option in offered if option.option_id in wanted
    )


def _check_quantity(option: OptionTerms | None, quantity: int) -> None:
    if option is None:
        raise OptionNotOffered("This offer has no such option now.", field="options")
    if not 1 <= quantity <= option.most:
        raise OptionNotOffered(f"“{option.title}” can be had 1 to {option.most} times.", field="options")


def _as_chosen(option: OptionTerms, quantity: int) -> Chosen:
    return Chosen(
        option_id=option.option_id,
        title=option.title,
        price_amount=option.price_amount,
        per=option.per,
        minutes=option.minutes,
        quantity=quantity,
    )
