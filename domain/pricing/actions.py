"""Quoting and taking a quote."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from domain import availability, markets, offers, providers
from domain.availability.errors import NotBookableThen
from domain.foundation import ids
from domain.foundation.errors import Unacceptable
from domain.offers import Terms
from domain.pricing import queries
from domain.pricing.asking import Ask, asked_again
from domain.pricing.errors import (
    OfferTakesNoBookings,
    OwnOffer,
    PolicyTakesTooMuch,
    QuoteExpired,
    QuoteNotGenuine,
    QuoteTaken,
)
from domain.pricing.fitting import Fitted, fit, inputs_of, used
from domain.pricing.inputs import Inputs
from domain.pricing.quotes import Quote
from domain.pricing.sealing import Concerning, columns, drawn_up, is_genuine

_MINUTE = timedelta(minutes=1)


def quote(
    session: Session,
    *,
    offer_id: UUID,
    customer_id: UUID,
    start: datetime,
    at: datetime,
    end: datetime | None = None,
    units: int | None = None,
    seats: int = 1,
    options: Sequence[tuple[UUID, int]] = (),
) -> Quote:
    """Promise a price until it expires; `asking.Ask` says what `end` and `units` mean for which offer.

    Refuses `OwnOffer`, `OfferTakesNoBookings`, lengths, seats and options that the offer does not have, and
    whatever `availability` refuses of the start. The customer's sixth live quote in a category (the policy
    says how many) lets the oldest give way: a person who compares is not to be stopped by a limit that is
    there to keep prices from being hoarded, and whoever takes the one that gave way gets a fresh one.
    """
    ask = Ask(start.astimezone(UTC), end and end.astimezone(UTC), units, seats, tuple(options))
    return _quote(session, ask, offer_id=offer_id, customer_id=customer_id, at=at)


def take(session: Session, quote_id: UUID, *, customer_id: UUID, at: datetime) -> Quote:
    """The quote to book with: this one, or a cheaper one if the same costs less now.

    Prices may fall between the promise and the booking, and then the lower amount counts; the cheaper quote
    is stored beside the first one, and both count as taken. Where the same could not be quoted any more (an
    option is retired, the session is longer now) the promise stands as it is. Refuses `QuoteUnknown`,
    `QuoteTaken`, `OwnOffer`, `OfferTakesNoBookings`, and `QuoteExpired` with a fresh quote in its extras, or
    what `quote` refuses where there can be no fresh one.

    What can be compared is compared before the row is marked, so that nothing is waited for while it is
    locked: whoever asks for a quote holds the customer's turn and then marks rows, never the other way round.
    """
    found = queries.quote(session, quote_id, customer_id=customer_id)
    if found.taken_at is not None:
        raise QuoteTaken
    if not is_genuine(found):
        raise QuoteNotGenuine("Ask for a new quote.")
    if found.superseded_at is not None or found.expires_at <= at:
        raise _expired(_quote_again(session, found, at))
    cheaper = _cheaper(session, found, at)
    if not queries.take(session, quote_id, at=at):
        return take(session, quote_id, customer_id=customer_id, at=at)  # it changed meanwhile; see how
    if cheaper is None:
        return replace(found, taken_at=at)
    queries.write(session, columns(cheaper))
    return cheaper


def _quote(session: Session, ask: Ask, *, offer_id: UUID, customer_id: UUID, at: datetime) -> Quote:
    terms = _bookable(session, offer_id, customer_id)
    fitted = fit(terms, ask)
    _check_free(session, terms, fitted, at)
    policy = markets.policy_at(session, terms.market_id, at)
    expires_at = at + policy.rules.quote_minutes * _MINUTE
    tariff = queries.tariff_alone(
        session, terms.market_id, at, customer_id=customer_id, category_id=terms.category_id
    )
    inputs = inputs_of(terms, fitted, policy=used(policy), tariff=tariff)
    drawn = drawn_up(_concerning(terms, fitted, customer_id), inputs, at=at, expires_at=expires_at)
    place = queries.write_live(session, columns(drawn), places=policy.rules.live_quotes)
    return replace(drawn, live_number=place)


def _quote_again(session: Session, old: Quote, at: datetime) -> Quote:
    ask = asked_again(Inputs.model_validate(old.inputs), old.during)
    return _quote(session, ask, offer_id=old.offer_id, customer_id=old.customer_id, at=at)


def _cheaper(session: Session, promised: Quote, at: datetime) -> Quote | None:
    """The same at today's price, as taken, if that is lower for the customer; it is not stored yet."""
    terms = _bookable(session, promised.offer_id, promised.customer_id)
    policy = markets.policy_at(session, terms.market_id, at)
    tariff = queries.tariff_at(session, terms.market_id, at)
    try:
        fitted = fit(terms, asked_again(Inputs.model_validate(promised.inputs), promised.during))
        inputs = inputs_of(terms, fitted, policy=used(policy), tariff=tariff)
        of = _concerning(terms, fitted, promised.customer_id)
        drawn = drawn_up(of, inputs, at=at, expires_at=promised.expires_at)
    except (Unacceptable, PolicyTakesTooMuch):
        return None
    is_the_same = (drawn.during, drawn.currency) == (promised.during, promised.currency)
    is_lower = drawn.pay_in_amount < promised.pay_in_amount
    return replace(drawn, taken_at=at) if is_the_same and is_lower else None


def _concerning(terms: Terms, fitted: Fitted, customer_id: UUID) -> Concerning:
    return Concerning(
        offer_id=terms.offer_id,
        category_id=terms.category_id,
        market_id=terms.market_id,
        customer_id=customer_id,
        during=fitted.during,
        time_zone=terms.time_zone,
    )


def _bookable(session: Session, offer_id: UUID, customer_id: UUID) -> Terms:
    """The terms of an offer that this customer may book now."""
    terms = offers.terms(session, offer_id)
    if terms.provider_user_id == customer_id or providers.same_hands(session, terms.profile_id, customer_id):
        raise OwnOffer
    if reasons := offers.bookable(terms):
        offers.public_offer(session, offer_id)  # one that was never shown is not found instead
        raise OfferTakesNoBookings(reasons=[reason.value for reason in reasons])
    return terms


def _check_free(session: Session, terms: Terms, fitted: Fitted, at: datetime) -> None:
    """Nobody is to be shown a price for a time that they could not have."""
    chosen = [option.option_id for option in fitted.options]
    slot = availability.slot(session, terms, fitted.during, at=at, option_ids=chosen, seats=fitted.seats)
    if slot.refused:
        raise NotBookableThen(
            "Ask for the slots, and why others are not.",
            field="start",
            reasons=[reason.value for reason in slot.refused],
        )


def _expired(fresh: Quote) -> QuoteExpired:
    """Who comes too late learns today's price in the same answer; the quote itself is a request away."""
    return QuoteExpired(
        "Here is a fresh one.",
        quote={
            "id": ids.encode("quo", fresh.id),
            "pay_in": {"amount": fresh.pay_in_amount, "currency": fresh.currency},
            "expires_at": fresh.expires_at.astimezone(UTC).isoformat(),
        },
    )
