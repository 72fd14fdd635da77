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
from domain.availability import asks, rules
from domain.availability.diaries import Diary, diaries
from domain.availability.errors import LengthImpossible, RangeImpossible
from domain.availability.intervals import Interval
from domain.availability.rules import Ask, Calendar, Reason, Slot
from domain.availability.wall_time import DAY
from domain.foundation.spans import Span
from domain.offers import Terms, Unbookable, Unit
from domain.offers.errors import OptionUnknown

LONGEST_RANGE: Final = timedelta(days=93)  # three of the longest months; a longer look is asked for in parts
_NOWHERE: Final = Diary((), Calendar(schedules=()))

View = Callable[[Calendar, Ask, Interval], list[Slot]]
Finder = Callable[..., list[Slot]]


@dataclass(frozen=True, slots=True)
class Timetable:
    """An offer's slots, the zone of their clock, and why there are none while it takes no bookings."""

    time_zone: str
    unbookable: list[Unbookable]
    slots: list[Slot]


def slots(
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
    ask = _ask(terms, minutes, option_ids)
    view = partial(rules.slots, at=asks.seconds(at), seats=seats)
    return _view(session, terms, ask, during, view, at=at, option_ids=option_ids)


def explained_slots(
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
    ask = _ask(terms, minutes, option_ids)
    view = partial(rules.explain, at=asks.seconds(at), seats=seats)
    return _view(session, terms, ask, during, view, at=at, option_ids=option_ids)


def timetable(
    session: Session,
    offer_id: UUID,
    during: Span,
    *,
    find: Finder,
    at: datetime,
    minutes: int | None = None,
    option_ids: Sequence[UUID] = (),
    seats: int = 1,
) -> Timetable:
    """An offer's `slots` or `explained_slots` as the world may see them; none while it takes no bookings.

    Raises `OfferUnknown` for one the world may not see, and what `slots` raises.
    """
    terms = offers.terms(session, offer_id)
    if reasons := offers.bookable(terms):
        offers.public_offer(session, offer_id)
        return Timetable(terms.time_zone, reasons, [])
    found = find(session, terms, during, at=at, minutes=minutes, option_ids=option_ids, seats=seats)
    return Timetable(terms.time_zone, [], found)


def slot(
    session: Session,
    terms: Terms,
    during: Span,
    *,
    at: datetime,
    option_ids: Sequence[UUID] = (),
    seats: int = 1,
) -> Slot:
    """The start of `during` with all that speaks against promising exactly that time now."""
    found, _ = look(session, terms, during, at=at, option_ids=option_ids, seats=seats)
    return found


def look(
    session: Session,
    terms: Terms,
    during: Span,
    *,
    at: datetime,
    option_ids: Sequence[UUID],
    seats: int,
) -> tuple[Slot, Diary]:
    """`slot`, and the diary it was read from. Any span but the start's own, to the tick, is unaligned."""
    ask = asks.ask_during(terms, during)
    start, _ = asks.interval(during)
    diary = _diary(session, terms, ask, (start, start + 1), at=at, option_ids=option_ids)
    found = rules.slot_at(diary.calendar, ask, start, at=asks.seconds(at), seats=seats)
    promised = Span(asks.instant(found.start), asks.instant(max(found.end, start + 1)))
    if promised != during and Reason.UNALIGNED not in found.refused:
        found = found._replace(refused=(Reason.UNALIGNED, *found.refused))
    return found, diary


def free_offers(session: Session, offer_ids: Collection[UUID], during: Span, *, at: datetime) -> set[UUID]:
    """Which of these offers can be had within `during`, in two statements however many they are.

    A stay can when it is free from the first local date to the last, all else when its shortest length fits.
    """
    wanted = offers.terms_of(session, list(offer_ids)).values()
    bookable = [terms for terms in wanted if not offers.bookable(terms)]
    start, end = asks.interval(during)
    margin = 2 * DAY  # check-in and check-out may lie outside, and buffers around them
    found = diaries(session, bookable, (start - margin, end + margin), at=at)
    return {
        terms.offer_id
        for terms in bookable
        if terms.offer_id in found and _is_free(terms, found[terms.offer_id].calendar, during, at)
    }


def free_then(
    session: Session, wanted: Mapping[UUID, tuple[Terms, Span]], *, at: datetime, seats: int = 1
) -> set[UUID]:
    """Which of these offers could be promised for exactly their own span, in one statement.

    All spans lie near one another: what is read reaches from the first of them to the last. Raises
    `LengthImpossible` for a stay that is none.
    """
    asked = {key: (asks.ask_during(*each), asks.interval(each[1])) for key, each in wanted.items()}
    if not asked:
        return set()
    reach = (
        min(start - ask.buffer_before for ask, (start, _) in asked.values()),
        max(end + ask.buffer_after for ask, (_, end) in asked.values()),
    )
    found = diaries(session, [terms for terms, _ in wanted.values()], reach, at=at)
    return {
        key
        for key, (ask, during) in asked.items()
        if key in found and _fits(found[key].calendar, ask, during, at, seats)
    }


def _fits(calendar: Calendar, ask: Ask, during: Interval, at: datetime, seats: int) -> bool:
    """Whether the slot that starts then is free and ends then."""
    found = rules.slot_at(calendar, ask, during[0], at=asks.seconds(at), seats=seats)
    return not found.refused and found.end == during[1]


def _is_free(terms: Terms, calendar: Calendar, during: Span, at: datetime) -> bool:
    now = asks.seconds(at)
    if terms.unit is Unit.NIGHT:
        try:
            check_in, stay = asks.stay_between(terms, during)
        except LengthImpossible:
            return False
        return not rules.slot_at(calendar, stay, check_in, at=now).refused
    ask = asks.ask_for(terms)
    start, end = asks.interval(during)
    return rules.has_slots(calendar, ask, (start, end - ask.length.longest + 1), at=now)


def _ask(terms: Terms, minutes: int | None, option_ids: Sequence[UUID]) -> Ask:
    extra = 0
    for option_id in option_ids:
        if (option := terms.option(option_id)) is None:
            raise OptionUnknown
        extra += option.minutes
    return asks.ask_for(terms, minutes=minutes, extra_minutes=extra)


def _view(
    session: Session,
    terms: Terms,
    ask: Ask,
    during: Span,
    view: View,
    *,
    at: datetime,
    option_ids: Sequence[UUID],
) -> list[Slot]:
    if during.duration > LONGEST_RANGE:
        raise RangeImpossible(f"Ask for {LONGEST_RANGE.days} days at most.", field="to")
    asked = asks.interval(during)
    return view(_diary(session, terms, ask, asked, at=at, option_ids=option_ids).calendar, ask, asked)


def _diary(
    session: Session,
    terms: Terms,
    ask: Ask,
    asked: Interval,
    *,
    at: datetime,
    option_ids: Sequence[UUID],
) -> Diary:
    """What meets any promise that starts within `asked`, or its buffers."""
    reach = asked[0] - ask.buffer_before, asked[1] + ask.length.longest + ask.buffer_after
    found = diaries(session, [terms], reach, at=at, option_ids=option_ids)
    return found.get(terms.offer_id, _NOWHERE)
