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
from domain.availability.lengths import Length
from domain.availability.schedules import Schedule, open_intervals
from domain.availability.wall_time import Wall


class Reason(StrEnum):
    """Why a start may not be booked. The words are part of the interface and never change."""

    UNALIGNED = "unaligned"  # the offer has no such start; a session there has another length than is asked
    CLOSED = "closed"  # the service would not lie within one stretch of opening time
    BUSY = "busy"  # the service itself meets something already promised
    BUFFER = "buffer"  # the time to be kept free around it does
    NOTICE = "notice"  # too soon
    HORIZON = "horizon"  # too far ahead
    FULL = "full"  # fewer seats are left than asked for


@dataclass(frozen=True, slots=True)
class Ask:
    """What one promise takes and how early and late it may be asked for; durations in elapsed seconds."""

    length: Length
    zone: str  # the IANA zone on whose clock starts lie on the grid, check-in and check-out are read
    horizon: int
    notice: int = 0
    buffer_before: int = 0
    buffer_after: int = 0
    seats: int = 1


class Session(NamedTuple):
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
    sessions: Sequence[Session] = ()

    def opened(self, during: Interval) -> list[Interval]:
        """The instants of `during` at which every resource is open."""
        each = [open_intervals(schedule, during) for schedule in self.schedules]
        return reduce(intersect, each) if each else []

    def promised(self, but: Session | None = None) -> list[Interval]:
        """All that is promised, as normal intervals, but for what one session holds."""
        of_sessions = (held for session in self.sessions if session is not but for held in session.held)
        return union((*self.busy, *of_sessions))


class Slot(NamedTuple):
    """A start, the end it leads to, the seats left there, and all that speaks against it."""

    start: int
    end: int
    seats_left: int
    refused: tuple[Reason, ...] = ()


def seats_left(capacity: int, taken: int) -> int:
    """How many seats of a session may still be sold: none while more are taken than the offer has now."""
    return max(0, capacity - taken)


def slots(calendar: Calendar, ask: Ask, during: Interval, *, at: int, seats: int = 1) -> list[Slot]:
    """The starts within `during` that may be booked now for so many seats, by start.

    Whoever joins a session that stands asks all that a new promise asks, as if the session held no time.
    """
    asked = _asked(ask, during, at)
    found = {start: Slot(start, end, ask.seats) for start, end in _free_promises(calendar, ask, asked)}
    found |= _standing(calendar, ask, asked)
    return [slot for _, slot in sorted(found.items()) if slot.seats_left >= seats and not slot.refused]


def has_slots(calendar: Calendar, ask: Ask, during: Interval, *, at: int) -> bool:
    """Whether `slots` would answer any; it stops at the first."""
    asked = _asked(ask, during, at)
    standing = _standing(calendar, ask, asked)
    if any(slot.seats_left and not slot.refused for slot in standing.values()):
        return True
    return any(start not in standing for start, _ in _free_promises(calendar, ask, asked))


def explain(calendar: Calendar, ask: Ask, during: Interval, *, at: int, seats: int = 1) -> list[Slot]:
    """Every start within `during` that the offer could have, by start, each with all that refuses it."""
    reach = (during[0], during[1] + ask.length.longest)
    opened, busy = calendar.opened(reach), calendar.promised()
    found = {
        start: Slot(start, end, ask.seats, tuple(_against_place(ask, (start, end), opened, busy)))
        for start, end in ask.length.starting(Wall(ask.zone, reach), during)
    }
    found |= _standing(calendar, ask, during)
    return [_weighed(slot, ask, at, seats) for _, slot in sorted(found.items())]


def slot_at(calendar: Calendar, ask: Ask, start: int, *, at: int, seats: int = 1) -> Slot:
    """One start as `explain` would show it; where the offer has no start, a slot that ends as it starts.

    This is the question the booking write asks; it needs only the promises near the start in `calendar.busy`.
    """
    found = explain(calendar, ask, (start, start + 1), at=at, seats=seats)
    nowhere = Slot(start, start, ask.seats, (Reason.UNALIGNED,))
    return found[0] if found else _weighed(nowhere, ask, at, seats)


def _asked(ask: Ask, during: Interval, at: int) -> Interval:
    """Where in `during` starts are neither too soon nor too far ahead."""
    return max(during[0], at + ask.notice), min(during[1], at + ask.horizon + 1)


def _free_promises(calendar: Calendar, ask: Ask, asked: Interval) -> Iterator[Interval]:
    """The promises that start within `asked` and fit between what is promised already.

    A promise with its buffers misses a busy interval exactly when the bare promise misses that interval
    grown by the buffers the other way round: by the one after at its front, by the one before at its back.
    So buffers are paid once for each busy interval and not once for each start.
    """
    if asked[0] >= asked[1]:
        return
    reach = (asked[0], asked[1] + ask.length.longest)
    wall = Wall(ask.zone, reach)
    busy = calendar.promised()  # normal, so that an empty span stays nothing and does not grow
    grown = union((start - ask.buffer_after, end + ask.buffer_before) for start, end in busy)
    for free in subtract(calendar.opened(reach), grown):
        yield from takewhile(lambda promise: promise[0] < asked[1], ask.length.fitting(wall, free))


def _standing(calendar: Calendar, ask: Ask, during: Interval) -> dict[int, Slot]:
    """The sessions that start within `during`, each with what speaks against joining it there."""
    begun = (session for session in calendar.sessions if during[0] <= session.start < during[1])
    return {session.start: _joining(session, calendar, ask) for session in begun}


def _joining(session: Session, calendar: Calendar, ask: Ask) -> Slot:
    """The slot of a session: its own time is not in its way, and the offer must have such a start now."""
    span = session.start, session.end
    wall = Wall(ask.zone, span)
    against = [*_against_place(ask, span, calendar.opened(span), calendar.promised(but=session))]
    if span not in ask.length.starting(wall, (session.start, session.start + 1)):
        against.insert(0, Reason.UNALIGNED)
    return Slot(*span, session.seats_left, tuple(against))


def _against_place(
    ask: Ask, promise: Interval, opened: Sequence[Interval], busy: Sequence[Interval]
) -> Iterator[Reason]:
    start, end = promise
    if not contains(opened, promise):
        yield Reason.CLOSED
    if overlaps(busy, promise):
        yield Reason.BUSY
    before, after = (start - ask.buffer_before, start), (end, end + ask.buffer_after)
    if overlaps(busy, before) or overlaps(busy, after):
        yield Reason.BUFFER


def _weighed(slot: Slot, ask: Ask, at: int, seats: int) -> Slot:
    """The slot, refused also for what has nothing to do with its place."""
    reasons = {
        Reason.NOTICE: slot.start < at + ask.notice,
        Reason.HORIZON: slot.start > at + ask.horizon,
        Reason.FULL: slot.seats_left < seats,
    }
    applying = tuple(reason for reason, applies in reasons.items() if applies)
    return slot._replace(refused=slot.refused + applying)
