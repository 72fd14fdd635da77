"""Quoting: a price promised for a while."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from domain import availability, offers, surge
from domain.availability import SlotUnavailableReason
from domain.availability.errors import StartNotBookable
from domain.identity.errors import AccountSuspended
from domain.offers import Terms
from domain.pricing import queries
from domain.pricing.asking import Ask, Wish, asked_again
from domain.pricing.errors import OfferTakesNoBookings, OwnOffer, QuoteNotLive, QuoteUnlike
from domain.pricing.fitting import Fitted, fit, inputs_of, used
from domain.pricing.inputs import Inputs
from domain.pricing.participation import taken
from domain.pricing.payability import check_promise
from domain.pricing.queries import Situation
from domain.pricing.quotes import Quote
from domain.pricing.sealing import Concerning, columns, drawn_up, is_genuine
from domain.pricing.surging import Wanted, minutes_held, surge_on

_MINUTE = timedelta(minutes=1)
# A time that somebody has, or that nobody works: whoever asked for it went without.
_UNMET = frozenset(
    {
        SlotUnavailableReason.BUSY,
        SlotUnavailableReason.BUFFER,
        SlotUnavailableReason.FULL,
        SlotUnavailableReason.CLOSED,
    }
)


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
    tasks: Sequence[UUID] = (),
    credits: Wish | None = None,
    instead_of: UUID | None = None,
) -> Quote:
    """Promise a price until it expires; `asking.Ask` says what `end` and `units` mean for which offer.

    `tasks` are those that the customer takes over, `credits` what they would pay with credits: as much of it
    counts as the policy and the price allow. Whoever takes over nothing pays the list price.

    `instead_of` names a live quote of one's own: the factor by demand is then no more than it was there, and
    the promise lasts no longer, so that an alternative which that quote's explanation names can be had at the
    price it states. Raises `OwnOffer`, `OfferTakesNoBookings`, lengths, seats, options and tasks that the
    offer does not have, `CreditsNotTaken`, `QuoteNotLive`, `QuoteUnlike`, `AmountNotPayable` where no
    card can pay what it costs, and whatever `availability` refuses of the start; that somebody wanted a time
    which cannot be had is kept with the refusal.

    The customer's sixth live quote in a category (the policy says how many) lets the oldest give way: a
    person who compares is not to be stopped by a limit that is there to keep prices from being hoarded, and
    whoever takes the one that gave way gets a fresh one.
    """
    begins, ends = start.astimezone(UTC), end and end.astimezone(UTC)
    ask = Ask(begins, ends, units, seats, tuple(options), tuple(tasks), credits)
    before = instead_of and _alternative_to(session, instead_of, customer_id=customer_id, at=at)
    return _quote(session, ask, offer_id=offer_id, customer_id=customer_id, at=at, instead_of=before or None)


def quote_again(session: Session, old: Quote, at: datetime) -> Quote:
    """A fresh quote for what an old one answered."""
    ask = asked_again(Inputs.model_validate(old.inputs), old.during)
    return _quote(session, ask, offer_id=old.offer_id, customer_id=old.customer_id, at=at)


def _quote(
    session: Session,
    ask: Ask,
    *,
    offer_id: UUID,
    customer_id: UUID,
    at: datetime,
    instead_of: Quote | None = None,
) -> Quote:
    found = queries.situation_alone(session, offer_id, customer_id, at)
    check_bookable(session, found)
    terms, now = found.terms, found.now
    if instead_of is not None and not _is_alike(instead_of, terms):
        raise QuoteUnlike("Name a quote of the same category in the same market.", field="instead_of")
    fitted, part = fit(terms, ask), taken(terms, ask, now.policy)
    _check_free(session, terms, fitted, customer_id, at)
    wanted = Wanted(customer_id, fitted.during.start, at)
    factor = surge_on(session, terms, wanted, now, instead_of=instead_of)
    inputs = inputs_of(terms, fitted, policy=used(now.policy), tariff=now.tariff, surge=factor, part=part)
    expires_at = at + minutes_held(inputs, now) * _MINUTE
    if instead_of is not None:
        expires_at = min(expires_at, instead_of.expires_at)
    drawn = drawn_up(concerning(terms, fitted, customer_id), inputs, at=at, expires_at=expires_at)
    check_promise(drawn, terms, fitted)
    # The quote that this one is asked instead of gives way last: its other alternatives still stand.
    kept = instead_of.id if instead_of else None
    places = now.policy.rules.live_quotes
    place = queries.write_live(session, columns(drawn), places=places, kept=kept)
    return replace(drawn, live_number=place)


def _alternative_to(session: Session, quote_id: UUID, *, customer_id: UUID, at: datetime) -> Quote:
    """The customer's own live quote whose factor is to hold; raises `QuoteUnknown` and `QuoteNotLive`."""
    found = queries.quote(session, quote_id, customer_id=customer_id)
    over = found.taken_at or found.superseded_at or found.changes_quote_id or found.expires_at <= at
    if over or not is_genuine(found):
        raise QuoteNotLive("Ask for a new quote, and for alternatives to that.", field="instead_of")
    return found


def _is_alike(quote: Quote, terms: Terms) -> bool:
    """Whether the quote says anything of what this offer costs: elsewhere the factor is another one."""
    return (quote.market_id, quote.category_id) == (terms.market_id, terms.category_id)


def concerning(terms: Terms, fitted: Fitted, customer_id: UUID) -> Concerning:
    """What a quote on these terms is for."""
    return Concerning(
        offer_id=terms.offer_id,
        category_id=terms.category_id,
        market_id=terms.market_id,
        customer_id=customer_id,
        during=fitted.during,
        time_zone=terms.time_zone,
    )


def check_bookable(session: Session, found: Situation) -> None:
    """Raises `AccountSuspended`, `OwnOffer` or `OfferTakesNoBookings` where this customer may not book."""
    if not found.customer_is_active:
        raise AccountSuspended("Your account is suspended.")
    if found.is_theirs:
        raise OwnOffer
    if reasons := offers.bookable(found.terms):
        offers.public_offer(session, found.terms.offer_id)  # one that was never shown is not found instead
        raise OfferTakesNoBookings(reasons=[reason.value for reason in reasons])


def _check_free(session: Session, terms: Terms, fitted: Fitted, customer_id: UUID, at: datetime) -> None:
    """Nobody is to be shown a price for a time that they could not have.

    Who wanted a time that cannot be had is a sign of demand, and is kept although we say no. A start that
    the offer never has, or one too soon or too far ahead, says nothing of the sort.
    """
    chosen = [option.option_id for option in fitted.options]
    slot = availability.check_slot(
        session, terms, fitted.during, at=at, option_ids=chosen, seats=fitted.seats
    )
    if not slot.reasons:
        return
    refusal = StartNotBookable(
        "Ask for the slots, and why others are not.",
        field="start",
        reasons=[reason.value for reason in slot.reasons],
    )
    if _UNMET.issuperset(slot.reasons):
        surge.noticed_unmet(
            session,
            market_id=terms.market_id,
            category_id=terms.category_id,
            cell=terms.cell_r7,
            customer_id=customer_id,
            at=at,
        )
        refusal.commits_transaction = True
    raise refusal
