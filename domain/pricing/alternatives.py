"""Cheaper ways to the same: another hour, a neighbour, or a little patience; each can be booked as told.

An alternative is told with its price, and that price holds as long as the quote it stands beside: whoever
asks for it names that quote (`instead_of`), and pays no more than the factor of the snapshot that quote was
counted from. So it is that snapshot which is asked here, at the instant at which the quote was given, and
not the one in force; prices that fell since only make it cheaper. Nothing is shown that is not free now.

The work is bounded: three statements, one look at a week of one calendar, and a price counted for twenty
candidates at most.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from h3.api.basic_int import grid_disk
from sqlmodel import Session

from domain import availability, offers
from domain.foundation import payable_amounts
from domain.foundation.errors import Unacceptable
from domain.foundation.spans import Span
from domain.offers import Terms
from domain.pricing.asking import Ask, asked_again, measure
from domain.pricing.errors import PolicyTakesTooMuch
from domain.pricing.fitting import Fitted, fit
from domain.pricing.holding import Held, held
from domain.pricing.inputs import Inputs
from domain.pricing.quotes import Quote
from domain.pricing.rules import price
from domain.surge import Mode

LATER_WITHIN = timedelta(days=7)  # the same weekday is among them
FLEXIBLE_BY = timedelta(hours=3)  # a morning stays a morning
RINGS = 2  # of cells some 1.4 km wide: a quarter of an hour by bicycle
MOST_NEIGHBOURS = 14  # whose price is counted; with the other times, twenty candidates
SHOWN = 2  # of each kind; more is a list, and search makes better ones
_MINUTE = timedelta(minutes=1)


class Way(StrEnum):
    """How it becomes cheaper."""

    WAIT = "wait"  # the same, once the live factor no longer counts
    FLEXIBLE = "flexible"  # the same, a little earlier or later on the same day
    LATER = "later"  # the same, another time within a week
    NEARBY = "nearby"  # another offer of the category nearby, at the same time


@dataclass(frozen=True, slots=True)
class Alternative:
    """What to ask for, and what it costs. Amounts are minor units of the quote's currency."""

    way: Way
    offer_id: UUID
    title: str
    ask: Ask
    during: Span
    pay_in_amount: int
    saves_amount: int


def alternatives(session: Session, quote: Quote, terms: Terms, *, at: datetime) -> tuple[Alternative, ...]:
    """What this customer could book instead for less, the cheapest of each way first.

    `terms` are those of the quote's offer as it stands now. None for a quote that is over, taken, or priced
    a change: there is nothing to ask for instead of it.
    """
    if not _is_live(quote, at):
        return ()
    inputs = Inputs.model_validate(quote.inputs)
    ask = asked_again(inputs, quote.during)
    by = held(session, quote, terms, at=at)
    found = [*_at_other_times(session, quote, terms, ask, by, at=at)]
    if not ask.options and terms.cell_r7 is not None:
        # What the customer takes over is this provider's to offer; others are told with their list price.
        found += _of_neighbours(session, quote, terms, replace(ask, tasks=()), by, at=at)
    return tuple(sorted(found, key=lambda one: (list(Way).index(one.way), one.pay_in_amount, one.ask.start)))


def _is_live(quote: Quote, at: datetime) -> bool:
    is_over = quote.superseded_at is not None or quote.taken_at is not None or quote.expires_at <= at
    return not is_over and quote.changes_quote_id is None


def _at_other_times(
    session: Session, quote: Quote, terms: Terms, ask: Ask, by: Held, *, at: datetime
) -> Iterator[Alternative]:
    """The same offer at other starts of the week that weigh less, those first that ask for the least."""
    if offers.bookable(terms) or any(terms.option(option_id) is None for option_id, _ in ask.options):
        return
    begins = max(at, ask.start - FLEXIBLE_BY)
    slots = availability.list_bookable_slots(
        session,
        terms,
        Span(begins, max(ask.start, begins) + LATER_WITHIN),
        at=at,
        minutes=measure(terms, ask).minutes,
        option_ids=[option_id for option_id, times in ask.options for _ in range(times)],
        seats=ask.seats,
    )
    ends = {
        availability.from_epoch_seconds(slot.start): availability.from_epoch_seconds(slot.end)
        for slot in slots
    }
    weights = {start: by.weight(terms, _moved(ask, start)) for start in ends}
    own = by.weight_of(Inputs.model_validate(quote.inputs))
    # A group session that stands may be longer than this ask, and whoever joins it stays until its end.
    cheaper = {
        start: weight
        for start, weight in weights.items()
        if weight < own and fit(terms, _moved(ask, start)).during.end == ends[start]
    }
    for way, start in picked(
        cheaper, ask.start, zone=ZoneInfo(quote.time_zone), live_until=_live_until(quote, terms, by)
    ):
        yield from _told(quote, way, terms, _moved(ask, start), by)


def picked(
    cheaper: Mapping[datetime, int], own: datetime, *, zone: ZoneInfo, live_until: datetime | None
) -> list[tuple[Way, datetime]]:
    """Which of the starts that cost less are told, and as what; each at most once. Pure.

    The first start behind the live horizon, the nearest ones of the same day, the next of the week and the
    cheapest of another day.
    """
    left = dict(sorted(cheaper.items()))
    left.pop(own, None)
    found: list[tuple[Way, datetime]] = []

    def take(way: Way, starts: Sequence[datetime]) -> None:
        for start in starts:
            found.append((way, start))
            del left[start]

    if live_until is not None:
        take(Way.WAIT, [start for start in left if start > live_until][:1])
    day = own.astimezone(zone).date()
    around = [start for start in left if _is_around(start, own) and start.astimezone(zone).date() == day]
    take(Way.FLEXIBLE, sorted(around, key=lambda start: abs(start - own))[:SHOWN])
    later = [start for start in left if start > own + FLEXIBLE_BY or start.astimezone(zone).date() > day]
    take(Way.LATER, later[:1])
    first = {start.astimezone(zone).date() for start in later[:1]}
    others = [start for start in later[1:] if start.astimezone(zone).date() not in first]
    take(Way.LATER, sorted(others, key=lambda start: left[start])[: SHOWN - 1])
    return found


def _is_around(start: datetime, own: datetime) -> bool:
    return abs(start - own) <= FLEXIBLE_BY


def _live_until(quote: Quote, terms: Terms, by: Held) -> datetime | None:
    """The last start that the live factor counts for, where it raised this quote."""
    surge = Inputs.model_validate(quote.inputs).surge
    if surge.mode is not Mode.LIVE:
        return None
    return quote.created_at + by.live_minutes(terms.category_slug) * _MINUTE


def _of_neighbours(
    session: Session, quote: Quote, terms: Terms, ask: Ask, by: Held, *, at: datetime
) -> list[Alternative]:
    """Other offers of the category around, free at the same time, that cost less for the same ask."""
    if terms.cell_r7 is None:
        return []
    cells = grid_disk(terms.cell_r7, RINGS)
    around = offers.terms_around(session, terms, cells, customer_id=quote.customer_id, limit=MOST_NEIGHBOURS)
    fitted: dict[UUID, tuple[Terms, Fitted]] = {}
    for each in around:
        try:
            fitted[each.offer_id] = each, fit(each, ask)
        except Unacceptable:
            continue
    told = [one for each, _ in fitted.values() for one in _told(quote, Way.NEARBY, each, ask, by)]
    during = {one.offer_id: (fitted[one.offer_id][0], one.during) for one in told}
    free = availability.bookable_offer_ids(session, during, at=at, seats=ask.seats)
    told = sorted((one for one in told if one.offer_id in free), key=lambda one: one.pay_in_amount)
    return told[:SHOWN]


def _told(quote: Quote, way: Way, terms: Terms, ask: Ask, by: Held) -> Iterator[Alternative]:
    """The alternative, if it really costs less and a card can pay it."""
    try:
        fitted, inputs = by.inputs(terms, ask)
        priced = price(inputs)
    except (Unacceptable, PolicyTakesTooMuch):
        return
    pay_in = priced.pay_in_amount
    if pay_in < quote.pay_in_amount and payable_amounts.is_payable(priced.list_amount, inputs.currency):
        saves = quote.pay_in_amount - pay_in
        yield Alternative(way, terms.offer_id, terms.title, ask, fitted.during, pay_in, saves)


def _moved(ask: Ask, start: datetime) -> Ask:
    """The same ask from another start on."""
    return replace(ask, start=start, end=None if ask.end is None else start + (ask.end - ask.start))
