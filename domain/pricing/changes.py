"""What a change of a booking costs: another time, more or less of it, other options.

The prices stay those of the booking: unit price, options chosen then, fees, tax, tariff version, the factor
by demand and the provider's bonus are read from its quote, and so are the tasks that the customer took over,
with what they save, and the credits they redeemed, which only become fewer. An agreement does not get dearer
because one side proposes a change, nor is a change a way to a cheaper price of today; only what was not
agreed on yet, an option added now, has the price it has now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session

from domain import offers
from domain.foundation.money import BASIS_POINTS
from domain.offers import OptionTerms, Terms
from domain.pricing import queries
from domain.pricing.asking import Ask, asked_again
from domain.pricing.credits import redemptions
from domain.pricing.fitting import fit, inputs_of
from domain.pricing.inputs import Chosen, Inputs
from domain.pricing.participation import agreed_at_most
from domain.pricing.quotes import Quote
from domain.pricing.sealing import Concerning, columns, drawn_up
from domain.pricing.surging import written


@dataclass(frozen=True, slots=True)
class PricedChange:
    """A quote for the changed terms, and what the customer would pay more; below zero they get it back.

    `difference_credits`, in thousandths, is the same for what they pay with credits.
    """

    quote: Quote
    difference_amount: int
    difference_credits: int


def price_of_change(
    session: Session,
    quote_id: UUID,
    *,
    at: datetime,
    expires_at: datetime,
    start: datetime | None = None,
    end: datetime | None = None,
    units: int | None = None,
    seats: int | None = None,
    options: Sequence[tuple[UUID, int]] | None = None,
) -> PricedChange:
    """The price of a booking's changed terms; what is not named stays as it is in the quote it rests on.

    The quote it draws up is kept as long as the booking's own and takes none of the customer's places.
    Whether the new time is free is asked when the change is accepted, since the booking itself is in the way
    until then. Refuses lengths, seats and options that the offer does not have.
    """
    before = queries.quote_of_booking(session, quote_id)
    agreed = Inputs.model_validate(before.inputs)
    ask = _changed(asked_again(agreed, before.during), start, end, units, seats, options)
    terms = _as_agreed(offers.terms(session, before.offer_id), agreed)
    fitted = fit(terms, ask)
    tariff = queries.tariff_of(session, agreed.tariff.version_id) if agreed.tariff else None
    of = Concerning(
        offer_id=before.offer_id,
        category_id=before.category_id,
        market_id=before.market_id,
        customer_id=before.customer_id,
        during=fitted.during,
        time_zone=terms.time_zone,
    )
    part = agreed_at_most(before, agreed)
    inputs = inputs_of(terms, fitted, policy=agreed.policy, tariff=tariff, surge=agreed.surge, part=part)
    drawn = drawn_up(of, inputs, at=at, expires_at=expires_at, changes=before.id)
    queries.write(session, columns(drawn))
    return _priced(before, drawn)


def price_after_drop(
    session: Session, quote_id: UUID, later_quote_id: UUID, *, at: datetime, expires_at: datetime
) -> PricedChange | None:
    """The price of an agreement under the factor of a later one for the same start; None if it is no lower.

    Only the market's factor counts, not what a protection made of it for the later customer, and only down to
    the lowest price that the provider had named when this was agreed on. The bonus stays as promised. What
    credits paid of the higher factor alone they pay no longer, so the same money for fewer credits is lower.
    """
    before = queries.quote_of_booking(session, quote_id)
    agreed = Inputs.model_validate(before.inputs)
    later = Inputs.model_validate(queries.quote_of_booking(session, later_quote_id).inputs).surge
    dropped = later.market_bp
    if agreed.lowest_price_amount is None:
        dropped = max(dropped, BASIS_POINTS)
    if dropped >= agreed.surge.multiplier_bp:
        return None
    kept = {"bonus_amount": agreed.surge.bonus_amount, "limits": (), "has_personal_data": False}
    factor = {"market_bp": dropped, "multiplier_bp": dropped, "multiplier": written(dropped)}
    inputs = agreed.model_copy(update={"surge": later.model_copy(update=kept | factor)})
    of = Concerning(
        offer_id=before.offer_id,
        category_id=before.category_id,
        market_id=before.market_id,
        customer_id=before.customer_id,
        during=before.during,
        time_zone=before.time_zone,
    )
    drawn = drawn_up(of, inputs, at=at, expires_at=expires_at, changes=before.id)
    if not _asks_less(before, drawn):
        return None
    queries.write(session, columns(drawn))
    return _priced(before, drawn)


def _priced(before: Quote, drawn: Quote) -> PricedChange:
    return PricedChange(
        drawn, drawn.pay_in_amount - before.pay_in_amount, _credits_of(drawn) - _credits_of(before)
    )


def _asks_less(before: Quote, drawn: Quote) -> bool:
    """Whether anything the customer gives is less: money, what is at stake beside it, or credits.

    A lower factor makes none of the three more, so there is nothing to weigh.
    """
    pairs = (
        (drawn.pay_in_amount, before.pay_in_amount),
        (drawn.stake_amount, before.stake_amount),
        (_credits_of(drawn), _credits_of(before)),
    )
    return any(now < then for now, then in pairs)


def _credits_of(quote: Quote) -> int:
    return sum(redemption.credits for redemption in redemptions(quote))


def _changed(
    ask: Ask,
    start: datetime | None,
    end: datetime | None,
    units: int | None,
    seats: int | None,
    options: Sequence[tuple[UUID, int]] | None,
) -> Ask:
    """A new start alone moves the whole; a new end alone makes it longer or shorter."""
    begins = start.astimezone(UTC) if start else ask.start
    if end is not None:
        ask = replace(ask, end=end.astimezone(UTC), units=units)
    elif ask.end is not None:
        ask = replace(ask, end=begins + (ask.end - ask.start), units=units or ask.units)
    else:
        ask = replace(ask, units=units or ask.units)
    chosen = ask.options if options is None else tuple(options)
    return replace(ask, start=begins, seats=seats or ask.seats, options=chosen)


def _as_agreed(terms: Terms, agreed: Inputs) -> Terms:
    """The offer's terms with the prices of the booking; options it has stay to be had, also retired ones."""
    prices = {option.option_id: option for option in agreed.options}
    known = (*terms.options, *(one for one in terms.retired_options if one.option_id in prices))
    options = tuple(_at_its_price(option, prices.get(option.option_id)) for option in known)
    return replace(
        terms,
        price_amount=agreed.price_amount,
        lowest_price_amount=agreed.lowest_price_amount,
        currency=agreed.currency,
        options=options,
    )


def _at_its_price(option: OptionTerms, agreed: Chosen | None) -> OptionTerms:
    if agreed is None:
        return option
    most = max(option.most, agreed.quantity)
    return replace(
        option, price_amount=agreed.price_amount, per=agreed.per, minutes=agreed.minutes, most=most
    )
