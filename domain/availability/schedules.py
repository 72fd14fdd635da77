"""When a provider is open: weekly rules and dated exceptions in local wall time, answered as instants.

A **window** opens at a wall time and closes at a later one, on the next day if the wall time is not later:
22:00 to 02:00 crosses midnight, and 00:00 to 00:00 is the whole day. Both ends are readings of the clock, so
on the day of a clock change a window lasts an hour more or less than on others, as the shop behind it does.

What is open is *(weekly rules ∪ open exceptions) − closed exceptions*. Closed has the last word, because
staying at home costs a provider less than a customer before a closed door.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from domain.availability.intervals import Interval, intersect, subtract, union
from domain.availability.wall_time import DAY, Wall, day_of, reading

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

    Without wall times it is the whole of each day.
    """

    first_on: date
    last_on: date
    opens: time = _MIDNIGHT
    closes: time = _MIDNIGHT


@dataclass(frozen=True, slots=True)
class Schedule:
    """All rules of one resource and the IANA zone in which they are read."""

    zone: str
    weekly: Sequence[WeeklyRule] = ()
    opened: Sequence[DatedException] = ()
    closed: Sequence[DatedException] = ()


def open_intervals(schedule: Schedule, during: Interval) -> list[Interval]:
    """The instants of `during` at which the schedule is open, as normal intervals."""
    wall = Wall(schedule.zone, during)
    days = _days_that_may_matter(wall, during)
    weekly = [interval for rule in schedule.weekly for interval in _weekly_windows(rule, wall, days)]
    opened = [interval for exception in schedule.opened for interval in _dated_windows(exception, wall, days)]
    closed = [interval for exception in schedule.closed for interval in _dated_windows(exception, wall, days)]
    return intersect(subtract(union(weekly + opened), union(closed)), [during])


def _days_that_may_matter(wall: Wall, during: Interval) -> range:
    """The local days on which a window that meets `during` may open.

    One day earlier, because a window may cross midnight; one later, because a clock put back over midnight
    has shown the next day once before.
    """
    return range(wall.reads(during[0]) // DAY - 1, wall.reads(during[1]) // DAY + 2)


def _weekly_windows(rule: WeeklyRule, wall: Wall, days: range) -> Iterator[Interval]:
    within = _overlap(days, rule.first_on, rule.last_on)
    ahead = (rule.weekday - _THURSDAY - within.start) % 7
    return _windows(range(within.start + ahead, within.stop, 7), rule.opens, rule.closes, wall)


def _dated_windows(exception: DatedException, wall: Wall, days: range) -> Iterator[Interval]:
    within = _overlap(days, exception.first_on, exception.last_on)
    return _windows(within, exception.opens, exception.closes, wall)


def _overlap(days: range, first_on: date | None, last_on: date | None) -> range:
    """The days that also lie between two dates, both included; no date is no bound."""
    start = days.start if first_on is None else max(days.start, day_of(first_on))
    stop = days.stop if last_on is None else min(days.stop, day_of(last_on) + 1)
    return range(start, stop)


def _windows(days: range, opens: time, closes: time, wall: Wall) -> Iterator[Interval]:
    """The instants of one window on each of the days; empty where the clock jumps over all of it."""
    until_day = 1 if closes <= opens else 0
    for day in days:
        yield wall.first(reading(day, opens)), wall.first(reading(day + until_day, closes))
