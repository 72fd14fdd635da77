"""Which starts may be booked, and why the others may not.

All instants are whole seconds since 1970-01-01T00:00Z and all durations elapsed seconds (`intervals.py` says
why). One promise is asked for at a time: a start on the grid of its `Length`, its buffers around it.

The list and the single answer agree by construction: `slots` is interval algebra over everything, `refusals`
asks each reason on its own for one start, and the tests hold both to an oracle that walks every minute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import takewhile
from typing import NamedTuple

from domain.availability.intervals import Interval, contains, intersect, overlaps, subtract, union
from domain.availability.opening_hours.schedules import Schedule, open_intervals
from domain.availability.slots.durations import ServiceDuration
from domain.availability.wall_time import WallClock


class SlotUnavailableReason(StrEnum):
    """Why a start may not be booked. The words are part of the interface and never change."""

    UNALIGNED = "unaligned"  # the offer has no such start; a session there has another length than is asked
    CLOSED = "closed"  # the service would not lie within one stretch of opening time
    BUSY = "busy"  # the service itself meets something already promised
    BUFFER = "buffer"  # the time to be kept free around it does
    NOTICE = "notice"  # too soon
    HORIZON = "horizon"  # too far ahead
    FULL = "full"  # fewer seats are left than asked for


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """What one promise takes and how early and late it may be asked for; durations in elapsed seconds."""

    length: ServiceDuration
    zone: str  # the IANA zone on whose clock starts lie on the grid, check-in and check-out are read
    horizon: int
    notice: int = 0
    buffer_before: int = 0
    buffer_after: int = 0
    seats: int = 1


class ScheduledSession(NamedTuple):
    """A group session that already stands, with the seats still to be had and the time that it holds.

    `held` has its promises with their buffers, one or more for each resource.
    """

    start: int
    end: int
    seats_left: int
    held: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of all that a promise needs: when each resource is open, what is promised, the sessions.

    A promise needs every resource at once, so it is open where all of them are and busy where any of them
    is; nothing is ever open without a resource. `busy` holds the promises with their buffers already inside,
    in any order, but for those of the `sessions`, of which there is one at each start at most.
    """

    schedules: Sequence[Schedule]
    busy: Sequence[Interval] = ()
    sessions: Sequence[ScheduledSession] = ()

    def open_intervals(self, during: Interval) -> list[Interval]:
        """The instants of `during` at which every resource is open."""
        open_lists = [open_intervals(schedule, during) for schedule in self.schedules]
        return reduce(intersect, open_lists) if open_lists else []

    def busy_intervals(self, but: ScheduledSession | None = None) -> list[Interval]:
        """All that is promised, as normal intervals, but for what one session holds."""
        of_sessions = (held for session in self.sessions if session is not but for held in session.held)
        return union((*self.busy, *of_sessions))


class Slot(NamedTuple):
    """A start, the end it leads to, the seats left there, and all that speaks against it."""

    start: int
    end: int
    seats_left: int
    reasons: tuple[SlotUnavailableReason, ...] = ()


def seats_left(capacity: int, taken: int) -> int:
    """How many seats of a session may still be sold: none while more are taken than the offer has now."""
    return max(0, capacity - taken)


def bookable_slots(
    calendar: Calendar, query: SlotQuery, during: Interval, *, at: int, seats: int = 1
) -> list[Slot]:
    """The starts within `during` that may be booked now for so many seats, by start.

    Whoever joins a session that stands asks all that a new promise asks, as if the session held no time.
    """
    bookable = _bookable_range(query, during, at)
    slots_by_start = {
        start: Slot(start, end, query.seats) for start, end in _free_intervals(calendar, query, bookable)
    }
    slots_by_start |= _session_slots(calendar, query, bookable)
    return [
        slot for _, slot in sorted(slots_by_start.items()) if slot.seats_left >= seats and not slot.reasons
    ]


def has_slots(calendar: Calendar, query: SlotQuery, during: Interval, *, at: int) -> bool:
    """Whether `slots` would answer any; it stops at the first."""
    bookable = _bookable_range(query, during, at)
    session_slots = _session_slots(calendar, query, bookable)
    if any(slot.seats_left and not slot.reasons for slot in session_slots.values()):
        return True
    return any(start not in session_slots for start, _ in _free_intervals(calendar, query, bookable))


def explain_slots(
    calendar: Calendar, query: SlotQuery, during: Interval, *, at: int, seats: int = 1
) -> list[Slot]:
    """Every start within `during` that the offer could have, by start, each with all that refuses it."""
    reach = (during[0], during[1] + query.length.longest)
    opened, busy = calendar.open_intervals(reach), calendar.busy_intervals()
    slots_by_start = {
        start: Slot(start, end, query.seats, tuple(_conflict_reasons(query, (start, end), opened, busy)))
        for start, end in query.length.starts_within(WallClock(query.zone, reach), during)
    }
    slots_by_start |= _session_slots(calendar, query, during)
    return [_with_time_reasons(slot, query, at, seats) for _, slot in sorted(slots_by_start.items())]


def evaluate_slot(calendar: Calendar, query: SlotQuery, start: int, *, at: int, seats: int = 1) -> Slot:
    """One start as `explain` would show it; where the offer has no start, a slot that ends as it starts.

    This is the question the booking write asks; it needs only the promises near the start in `calendar.busy`.
    """
    evaluated = explain_slots(calendar, query, (start, start + 1), at=at, seats=seats)
    nowhere = Slot(start, start, query.seats, (SlotUnavailableReason.UNALIGNED,))
    return evaluated[0] if evaluated else _with_time_reasons(nowhere, query, at, seats)


def _bookable_range(query: SlotQuery, during: Interval, at: int) -> Interval:
    """Where in `during` starts are neither too soon nor too far ahead."""
    return max(during[0], at + query.notice), min(during[1], at + query.horizon + 1)


def _free_intervals(calendar: Calendar, query: SlotQuery, bookable: Interval) -> Iterator[Interval]:
    """The promises that start within `asked` and fit between what is promised already.

    A promise with its buffers misses a busy interval exactly when the bare promise misses that interval
    grown by the buffers the other way round: by the one after at its front, by the one before at its back.
    So buffers are paid once for each busy interval and not once for each start.
    """
    if bookable[0] >= bookable[1]:
        return
    reach = (bookable[0], bookable[1] + query.length.longest)
    wall = WallClock(query.zone, reach)
    busy = calendar.busy_intervals()  # normal, so that an empty span stays nothing and does not grow
    grown = union((start - query.buffer_after, end + query.buffer_before) for start, end in busy)
    for free in subtract(calendar.open_intervals(reach), grown):
        yield from takewhile(lambda promise: promise[0] < bookable[1], query.length.fits_within(wall, free))


def _session_slots(calendar: Calendar, query: SlotQuery, during: Interval) -> dict[int, Slot]:
    """The sessions that start within `during`, each with what speaks against joining it there."""
    begun = (session for session in calendar.sessions if during[0] <= session.start < during[1])
    return {session.start: _session_slot(session, calendar, query) for session in begun}


def _session_slot(session: ScheduledSession, calendar: Calendar, query: SlotQuery) -> Slot:
    """The slot of a session: its own time is not in its way, and the offer must have such a start now."""
    span = session.start, session.end
    wall = WallClock(query.zone, span)
    reasons = [
        *_conflict_reasons(query, span, calendar.open_intervals(span), calendar.busy_intervals(but=session))
    ]
    if span not in query.length.starts_within(wall, (session.start, session.start + 1)):
        reasons.insert(0, SlotUnavailableReason.UNALIGNED)
    return Slot(*span, session.seats_left, tuple(reasons))


def _conflict_reasons(
    query: SlotQuery, interval: Interval, opened: Sequence[Interval], busy: Sequence[Interval]
) -> Iterator[SlotUnavailableReason]:
    start, end = interval
    if not contains(opened, interval):
        yield SlotUnavailableReason.CLOSED
    if overlaps(busy, interval):
        yield SlotUnavailableReason.BUSY
    before, after = (start - query.buffer_before, start), (end, end + query.buffer_after)
    if overlaps(busy, before) or overlaps(busy, after):
        yield SlotUnavailableReason.BUFFER


def _with_time_reasons(slot: Slot, query: SlotQuery, at: int, seats: int) -> Slot:
    """The slot, refused also for what has nothing to do with its place."""
    reasons = {
        SlotUnavailableReason.NOTICE: slot.start < at + query.notice,
        SlotUnavailableReason.HORIZON: slot.start > at + query.horizon,
        SlotUnavailableReason.FULL: slot.seats_left < seats,
    }
    applying = tuple(reason for reason, applies in reasons.items() if applies)
    return slot._replace(reasons=slot.reasons + applying)
