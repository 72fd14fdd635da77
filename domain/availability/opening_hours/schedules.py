"""When a provider is open: weekly rules and dated exceptions in local wall time, answered as instants.

A **window** opens at a wall time and closes at a later one, on the next day if the wall time is not later:
22:00 to 02:00 crosses midnight, and 00:00 to 00:00 is the whole day. Both ends are readings of the clock, so
on the day of a clock change a window lasts an hour more or less than on others, as the shop behind it does.

A date means the windows that open on it (decision 0015): the dates of a rule, of an open exception and of a
closed one are compared with the local date on which a window opens, never with the date its end falls on. So
a closed date takes every window that opens on it, to its end, and nothing of a window of the day before.
Closed *hours* are hours on the clock: they are taken from whatever is open then.

What is open is *(weekly rules ∪ open exceptions) − closed dates − closed hours*. Closed has the last word,
because staying at home costs a provider less than a customer before a closed door.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from domain.availability.intervals import Interval, intersect, subtract, union
from domain.availability.wall_time import DAY, WallClock, day_of

_MIDNIGHT: Final = time(0)
_THURSDAY: Final = 3  # the weekday of 1970-01-01, from which days are counted


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Open on one weekday (Monday is 0) of every week, from `first_on` to `last_on`, both included.

    The dates are those on which the window opens; a window across midnight may close after `last_on`.
    """

    weekday: int
    opens: time
    closes: time
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class DatedException:
    """The same window on every day from `first_on` to `last_on`, added to what is open or taken from it.

    Without wall times it is the whole of each date: open from midnight to midnight, or closed for every
    window that opens on the date.
    """

    first_on: date
    last_on: date
    opens: time = _MIDNIGHT
    closes: time = _MIDNIGHT

    @property
    def is_whole_date(self) -> bool:
        """Whether it names dates and no hours."""
        return self.opens == self.closes == _MIDNIGHT


@dataclass(frozen=True, slots=True)
class Schedule:
    """All rules of one resource and the IANA zone in which they are read."""

    zone: str
    weekly: Sequence[WeeklyRule] = ()
    opened: Sequence[DatedException] = ()
    closed: Sequence[DatedException] = ()


def open_intervals(schedule: Schedule, during: Interval) -> list[Interval]:
    """The instants of `during` at which the schedule is open, as normal intervals."""
    wall = WallClock(schedule.zone, during)
    days = _relevant_days(wall, during)
    closed_days = _closed_days(schedule, days)
    opened = union(
        wall.window(day, opens, closes)
        for day, opens, closes in _opening_windows(schedule, days)
        if day not in closed_days
    )
    closed = union(
        wall.window(day, exception.opens, exception.closes)
        for exception in schedule.closed
        if not exception.is_whole_date
        for day in _overlap(days, exception.first_on, exception.last_on)
    )
    return intersect(subtract(opened, closed), [during])


def _opening_windows(schedule: Schedule, days: range) -> Iterator[tuple[int, time, time]]:
    """The day on which each window opens, with its wall times: of the weekly rules and open exceptions."""
    for rule in schedule.weekly:
        within = _overlap(days, rule.first_on, rule.last_on)
        ahead = (rule.weekday - _THURSDAY - within.start) % 7
        yield from ((day, rule.opens, rule.closes) for day in range(within.start + ahead, within.stop, 7))
    for exception in schedule.opened:
        within = _overlap(days, exception.first_on, exception.last_on)
        yield from ((day, exception.opens, exception.closes) for day in within)


def _closed_days(schedule: Schedule, days: range) -> frozenset[int]:
    """The days whose windows do not open."""
    return frozenset(
        day
        for exception in schedule.closed
        if exception.is_whole_date
        for day in _overlap(days, exception.first_on, exception.last_on)
    )


def _relevant_days(wall: WallClock, during: Interval) -> range:
    """The local days on which a window that meets `during` may open.

    One day earlier, because a window may cross midnight; one later, because a clock put back over midnight
    has shown the next day once before.
    """
    return range(wall.wall_time_at(during[0]) // DAY - 1, wall.wall_time_at(during[1]) // DAY + 2)


def _overlap(days: range, first_on: date | None, last_on: date | None) -> range:
    """The days that also lie between two dates, both included; no date is no bound."""
    start = days.start if first_on is None else max(days.start, day_of(first_on))
    stop = days.stop if last_on is None else min(days.stop, day_of(last_on) + 1)
    return range(start, stop)
