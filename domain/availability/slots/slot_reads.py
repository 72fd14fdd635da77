"""Looking at a calendar: which starts of an offer may be booked, and why the others may not.

What is seen here is true at that moment and binds nobody; `actions.promise` looks again, and the database
decides.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel import Session

from domain import offers
from domain.availability.errors import DurationNotOffered, InvalidTimeRange
from domain.availability.intervals import Interval
from domain.availability.slots import slot_query, slot_rules
from domain.availability.slots.calendar_loader import OfferCalendar, load_calendars
from domain.availability.slots.slot_rules import Calendar, Slot, SlotQuery, SlotUnavailableReason
from domain.availability.wall_time import DAY
from domain.foundation.spans import Span
from domain.offers import Terms, Unbookable, Unit
from domain.offers.errors import OptionUnknown

LONGEST_RANGE: Final = timedelta(days=93)  # three of the longest months; a longer look is asked for in parts
_NO_CALENDAR: Final = OfferCalendar((), Calendar(schedules=()))

SlotView = Callable[[Calendar, SlotQuery, Interval], list[Slot]]
SlotFinder = Callable[..., list[Slot]]


@dataclass(frozen=True, slots=True)
class OfferSlots:
    """An offer's slots, the zone of their clock, and why there are none while it takes no bookings."""

    time_zone: str
    unbookable: list[Unbookable]
    slots: list[Slot]


def list_bookable_slots(
    session: Session,
    terms: Terms,
    during: Span,
    *,
    at: datetime,
    minutes: int | None = None,
    option_ids: Sequence[UUID] = (),
    seats: int = 1,
) -> list[Slot]:
    """The starts within `during` that may be booked now, by start, each with the seats left there.

    `minutes` is the length asked for (1,440 for each night), the shortest if none is named. Options are named
    as often as they are wanted; they may add minutes and need resources. Raises `RangeImpossible`,
    `LengthImpossible` and `OptionUnknown`.
    """
    query = _build_query(terms, minutes, option_ids)
    view = partial(slot_rules.bookable_slots, at=slot_query.to_epoch_seconds(at), seats=seats)
    return _evaluate_slots(session, terms, query, during, view, at=at, option_ids=option_ids)


def list_all_slots(
    session: Session,
    terms: Terms,
    during: Span,
    *,
    at: datetime,
    minutes: int | None = None,
    option_ids: Sequence[UUID] = (),
    seats: int = 1,
) -> list[Slot]:
    """Every start within `during` that the offer could have, with all that refuses it; else as `slots`."""
    query = _build_query(terms, minutes, option_ids)
    view = partial(slot_rules.explain_slots, at=slot_query.to_epoch_seconds(at), seats=seats)
    return _evaluate_slots(session, terms, query, during, view, at=at, option_ids=option_ids)


def list_offer_slots(
    session: Session,
    offer_id: UUID,
    during: Span,
    *,
    find: SlotFinder,
    at: datetime,
    minutes: int | None = None,
    option_ids: Sequence[UUID] = (),
    seats: int = 1,
) -> OfferSlots:
    """An offer's `slots` or `explained_slots` as the world may see them; none while it takes no bookings.

    Raises `OfferUnknown` for one the world may not see, and what `slots` raises.
    """
    terms = offers.terms(session, offer_id)
    if reasons := offers.bookable(terms):
        offers.public_offer(session, offer_id)
        return OfferSlots(terms.time_zone, reasons, [])
    slots = find(session, terms, during, at=at, minutes=minutes, option_ids=option_ids, seats=seats)
    return OfferSlots(terms.time_zone, [], slots)


def check_slot(
    session: Session,
    terms: Terms,
    during: Span,
    *,
    at: datetime,
    option_ids: Sequence[UUID] = (),
    seats: int = 1,
) -> Slot:
    """The start of `during` with all that speaks against promising exactly that time now."""
    slot, _ = evaluate_slot(session, terms, during, at=at, option_ids=option_ids, seats=seats)
    return slot


def evaluate_slot(
    session: Session,
    terms: Terms,
    during: Span,
    *,
    at: datetime,
    option_ids: Sequence[UUID],
    seats: int,
) -> tuple[Slot, OfferCalendar]:
    """`slot`, and the diary it was read from. Any span but the start's own, to the tick, is unaligned."""
    query = slot_query.query_for_span(terms, during)
    start, _ = slot_query.to_interval(during)
    offer_calendar = _load_calendar(session, terms, query, (start, start + 1), at=at, option_ids=option_ids)
    slot = slot_rules.evaluate_slot(
        offer_calendar.calendar, query, start, at=slot_query.to_epoch_seconds(at), seats=seats
    )
    promised = Span(
        slot_query.from_epoch_seconds(slot.start), slot_query.from_epoch_seconds(max(slot.end, start + 1))
    )
    if promised != during and SlotUnavailableReason.UNALIGNED not in slot.reasons:
        slot = slot._replace(reasons=(SlotUnavailableReason.UNALIGNED, *slot.reasons))
    return slot, offer_calendar


def free_offer_ids(session: Session, offer_ids: Collection[UUID], during: Span, *, at: datetime) -> set[UUID]:
    """Which of these offers can be had within `during`, in two statements however many they are.

    A stay can when it is free from the first local date to the last, all else when its shortest length fits.
    """
    offer_terms = offers.terms_of(session, list(offer_ids)).values()
    bookable = [terms for terms in offer_terms if not offers.bookable(terms)]
    start, end = slot_query.to_interval(during)
    margin = 2 * DAY  # check-in and check-out may lie outside, and buffers around them
    calendars = load_calendars(session, bookable, (start - margin, end + margin), at=at)
    return {
        terms.offer_id
        for terms in bookable
        if terms.offer_id in calendars and _is_free(terms, calendars[terms.offer_id].calendar, during, at)
    }


def bookable_offer_ids(
    session: Session, spans: Mapping[UUID, tuple[Terms, Span]], *, at: datetime, seats: int = 1
) -> set[UUID]:
    """Which of these offers could be promised for exactly their own span, in one statement.

    All spans lie near one another: what is read reaches from the first of them to the last. Raises
    `LengthImpossible` for a stay that is none.
    """
    queries = {
        key: (slot_query.query_for_span(*terms_and_span), slot_query.to_interval(terms_and_span[1]))
        for key, terms_and_span in spans.items()
    }
    if not queries:
        return set()
    reach = (
        min(start - query.buffer_before for query, (start, _) in queries.values()),
        max(end + query.buffer_after for query, (_, end) in queries.values()),
    )
    calendars = load_calendars(session, [terms for terms, _ in spans.values()], reach, at=at)
    return {
        key
        for key, (query, during) in queries.items()
        if key in calendars and _is_slot_free(calendars[key].calendar, query, during, at, seats)
    }


def _is_slot_free(calendar: Calendar, query: SlotQuery, during: Interval, at: datetime, seats: int) -> bool:
    """Whether the slot that starts then is free and ends then."""
    slot = slot_rules.evaluate_slot(
        calendar, query, during[0], at=slot_query.to_epoch_seconds(at), seats=seats
    )
    return not slot.reasons and slot.end == during[1]


def _is_free(terms: Terms, calendar: Calendar, during: Span, at: datetime) -> bool:
    now = slot_query.to_epoch_seconds(at)
    if terms.unit is Unit.NIGHT:
        try:
            check_in, stay = slot_query.stay_between(terms, during)
        except DurationNotOffered:
            return False
        return not slot_rules.evaluate_slot(calendar, stay, check_in, at=now).reasons
    query = slot_query.query_for_length(terms)
    start, end = slot_query.to_interval(during)
    return slot_rules.has_slots(calendar, query, (start, end - query.length.longest + 1), at=now)


def _build_query(terms: Terms, minutes: int | None, option_ids: Sequence[UUID]) -> SlotQuery:
    extra = 0
    for option_id in option_ids:
        if (option := terms.option(option_id)) is None:
            raise OptionUnknown
        extra += option.minutes
    return slot_query.query_for_length(terms, minutes=minutes, extra_minutes=extra)


def _evaluate_slots(
    session: Session,
    terms: Terms,
    query: SlotQuery,
    during: Span,
    view: SlotView,
    *,
    at: datetime,
    option_ids: Sequence[UUID],
) -> list[Slot]:
    if during.duration > LONGEST_RANGE:
        raise InvalidTimeRange(f"Ask for {LONGEST_RANGE.days} days at most.", field="to")
    interval = slot_query.to_interval(during)
    return view(
        _load_calendar(session, terms, query, interval, at=at, option_ids=option_ids).calendar,
        query,
        interval,
    )


def _load_calendar(
    session: Session,
    terms: Terms,
    query: SlotQuery,
    interval: Interval,
    *,
    at: datetime,
    option_ids: Sequence[UUID],
) -> OfferCalendar:
    """What meets any promise that starts within `asked`, or its buffers."""
    reach = interval[0] - query.buffer_before, interval[1] + query.length.longest + query.buffer_after
    calendars = load_calendars(session, [terms], reach, at=at, option_ids=option_ids)
    return calendars.get(terms.offer_id, _NO_CALENDAR)
