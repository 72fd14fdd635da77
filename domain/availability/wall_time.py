"""Between what a clock on the wall reads and the instant at which it reads it.

A **reading** is a wall time on a date, written as the seconds between 1970-01-01 00:00 and that label *as if
the wall never changed*. It is a name for a wall time, not a length of time: no duration is ever added to a
reading. Durations are added to instants, and only `Wall` leads from one to the other.

Clocks change. Where they are put forward some readings never happen (a **gap**), where they are put back
some happen twice (a **fold**). One sentence answers for both: *the instant of a reading is the first at which
the clock shows it or something later*. So a reading in a gap has the instant of the change, a reading in a
fold its first instance, and the instants of growing readings never decrease.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from domain.availability.intervals import Interval

DAY: Final = 86_400
_MARGIN: Final = 4 * DAY  # windows across midnight reach days beyond, and offsets stay under a day
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


class WallClock:
    """The clock on the wall of one zone, good for the instants of `during` and some days to either side.

    It holds the few stretches of constant offset that `during` meets, so that the hundreds of conversions
    behind one month of slots are integer additions; asking `zoneinfo` for each was six times slower.
    """

    def __init__(self, zone: str, during: Interval) -> None:
        self._stretches = list(_offset_periods(zone, (during[0] - _MARGIN, during[1] + _MARGIN)))

    def wall_time_at(self, instant: int) -> int:
        """What the clock shows at an instant."""
        for start, end, offset in self._stretches:
            if start <= instant < end:
                return instant + offset
        raise AssertionError("This wall was built for other instants.")

    def first_instant(self, reading: int) -> int:
        """The first instant at which the clock shows the reading or something later."""
        for start, end, offset in self._stretches:
            if reading - offset < end:
                return max(start, reading - offset)
        raise AssertionError("This wall was built for earlier instants.")

    def latest_wall_time(self, instant: int) -> int:
        """The latest reading that the clock has shown by an instant; put back, it shows earlier ones again.

        A reading's instant has come when this is the reading or a later one.
        """
        return max(
            min(end - 1, instant) + offset for start, end, offset in self._stretches if start <= instant
        )

    def window(self, day: int, opens: time, closes: time) -> Interval:
        """The instants of the window that opens on a day at a wall time; empty where the clock jumps over it.

        It closes on the next day if the wall time of its closing is not later.
        """
        closing_day = day + 1 if closes <= opens else day
        return self.first_instant(wall_time(day, opens)), self.first_instant(wall_time(closing_day, closes))

    def grid_instants(self, step: int, during: Interval) -> Iterator[int]:
        """Each instant of `during` at which the clock shows a multiple of `step` for the first time.

        A step that divides the day is counted from local midnight on every day. Readings in a gap are left
        out; of a fold the first instance stands; so each reading comes once, and each instant once.
        """
        latest = None
        for start, end, offset in self._stretches:
            unseen = start if latest is None else max(start, latest - offset)
            begin = max(unseen, during[0])
            yield from range(begin + -(begin + offset) % step, min(end, during[1]), step)
            latest = end + offset if latest is None else max(latest, end + offset)


def wall_time(day: int, at: time) -> int:
    """The reading of a wall time on a day, which is counted from 1970-01-01 as `day_of` counts it."""
    return day * DAY + at.hour * 3600 + at.minute * 60 + at.second


def day_of(on: date) -> int:
    """A date as the number of days since 1970-01-01."""
    return on.toordinal() - _EPOCH_DAY


def date_of(day: int) -> date:
    """The date of a day counted from 1970-01-01."""
    return date.fromordinal(day + _EPOCH_DAY)


def local_date(zone: str, at: datetime) -> date:
    """The date that the clock of a zone shows at an instant."""
    return at.astimezone(ZoneInfo(zone)).date()


def _offset_periods(zone: str, during: Interval) -> Iterator[tuple[int, int, int]]:
    """`(start, end, offset)` of each stretch of one offset that `during` meets, cut to it."""
    start, end = during
    for change in _changes_between(zone, start, end):
        yield start, change, _offset(ZoneInfo(zone), change - 1)
        start = change
    yield start, end, _offset(ZoneInfo(zone), end - 1)


def _changes_between(zone: str, start: int, end: int) -> Iterator[int]:
    for year in range(date_of(start // DAY).year, date_of(end // DAY).year + 1):
        yield from (change for change in _changes(zone, year) if start < change < end)


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> tuple[int, ...]:
    """The instants of a year, by UTC, at which the zone's offset changes.

    `zoneinfo` does not tell its transitions, so each day is tried and a change is then halved down to its
    second: a third of a millisecond once for each zone and year. No zone has ever changed its offset and
    changed it back within a day.
    """
    info = ZoneInfo(zone)
    first, beyond = day_of(date(year, 1, 1)), day_of(date(year + 1, 1, 1))
    return tuple(
        _change_between(info, day * DAY, (day + 1) * DAY)
        for day in range(first, beyond)
        if _offset(info, day * DAY) != _offset(info, (day + 1) * DAY)
    )


def _change_between(info: ZoneInfo, before: int, after: int) -> int:
    """The first instant that has the offset of `after`, given that `before` has another."""
    old = _offset(info, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(info, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(info: ZoneInfo, instant: int) -> int:
    """Seconds by which the clock is ahead of UTC at an instant."""
    offset = datetime.fromtimestamp(instant, info).utcoffset()
    assert offset is not None  # noqa: S101 - an instant in a zone always has an offset; this tells mypy
    return offset.days * DAY + offset.seconds
