"""The slow truth: every minute of some days is converted from UTC to local time and looked at by itself.

Nothing of `domain.availability` is used but the names of its inputs, and no interval is ever computed with:
what is open or busy is a row of bytes, one for each minute.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import accumulate, product
from zoneinfo import ZoneInfo

from domain.availability.opening_hours.schedules import Schedule
from domain.availability.slots.durations import FixedDuration, ServiceDuration
from domain.availability.slots.slot_rules import (
    Calendar,
    ScheduledSession,
    Slot,
    SlotQuery,
    SlotUnavailableReason,
)

MINUTES_A_DAY = 1440
EPOCH = date(1970, 1, 1).toordinal()


class Minutes:
    """The minutes of some days around a UTC midnight, each with what the clock on the wall shows.

    A **label** is that as minutes after the label 1970-01-01 00:00, as the calendar counts them.
    """

    def __init__(self, zone: str, around: date, *, before: int = 2, after: int = 6) -> None:
        self.zone, self.around = zone, around
        midnight = int(datetime(around.year, around.month, around.day, tzinfo=UTC).timestamp()) // 60
        self.first = midnight - before * MINUTES_A_DAY
        self.count = (before + after) * MINUTES_A_DAY
        info = ZoneInfo(zone)
        instants = range(self.first * 60, (self.first + self.count) * 60, 60)
        shown = (datetime.fromtimestamp(instant, info) for instant in instants)
        self.labels = [
            (now.toordinal() - EPOCH) * MINUTES_A_DAY + now.hour * 60 + now.minute for now in shown
        ]
        self.latest = list(accumulate(self.labels, max))
        self.fresh = [
            minute
            for minute, label in enumerate(self.labels)
            if minute == 0 or label > self.latest[minute - 1]
        ]
        days = range(self.labels[0] // MINUTES_A_DAY, self.labels[-1] // MINUTES_A_DAY + 1)
        self.days = [(day, date.fromordinal(day + EPOCH)) for day in days]

    def first_showing(self, label: int) -> int:
        """The first minute that shows the label or a later one."""
        return bisect_left(self.latest, label)

    def window(self, day: int, opens: time, closes: time) -> tuple[int, int]:
        """The minutes from the first that shows the opening time to the first that shows the closing time."""
        label = day * MINUTES_A_DAY + opens.hour * 60 + opens.minute
        lasts = (closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) % MINUTES_A_DAY
        return self.first_showing(label), self.first_showing(label + (lasts or MINUTES_A_DAY))

    def starts(self, length: ServiceDuration, during: tuple[int, int]) -> Iterator[tuple[int, int]]:
        """The first minute of each promise that may start within `during`, and the first after it."""
        if isinstance(length, FixedDuration):
            first, beyond = (bisect_left(self.fresh, -(-end // 60) - self.first) for end in during)
            for minute in self.fresh[first:beyond]:
                if self.labels[minute] % (length.grid // 60) == 0:
                    yield minute, minute + length.seconds // 60
            return
        for day, _ in self.days:
            start = self.window(day, length.check_in, length.check_in)[0]
            end = self.window(day + length.nights, length.check_out, length.check_out)[0]
            if start < self.count and self.labels[start] // MINUTES_A_DAY == day:
                yield start, end


@cache
def minutes_around(zone: str, day: date) -> Minutes:
    """The same minutes again for every case of a day: converting them is what takes long."""
    return Minutes(zone, day)


def all_slots(
    minutes: Minutes, calendar: Calendar, query: SlotQuery, during: tuple[int, int], *, at: int, seats: int
) -> list[Slot]:
    """Every start within `during`, given in seconds as everywhere, with all that refuses it."""
    opened, busy = _opened(minutes, calendar), _busy(minutes, calendar)
    slots: dict[int, Slot] = {}
    joined: dict[int, Slot] = {}
    for start, end in minutes.starts(query.length, during):
        begins, ends = (minutes.first + start) * 60, (minutes.first + end) * 60
        refused = _against(query, start, end, opened, busy)
        slots[begins] = Slot(begins, ends, query.seats, tuple(refused))
    for session in calendar.sessions:
        offered = slots.get(session.start)
        others = _busy(minutes, calendar, but=session)
        start, end = (instant // 60 - minutes.first for instant in (session.start, session.end))
        refused = _against(query, start, end, opened, others)
        if offered is None or offered.end != session.end:
            refused.insert(0, SlotUnavailableReason.UNALIGNED)
        joined[session.start] = Slot(session.start, session.end, session.seats_left, tuple(refused))
    slots |= joined
    return [
        _with_limits(slots[start], query, at, seats)
        for start in sorted(slots)
        if during[0] <= start < during[1]
    ]


def _against(
    query: SlotQuery, start: int, end: int, opened: bytes, busy: bytearray
) -> list[SlotUnavailableReason]:
    """What speaks against the minutes from start to end, with the buffers of the ask around them."""
    before, after = start - query.buffer_before // 60, end + query.buffer_after // 60
    refused = []
    if opened.find(0, start, end) >= 0:
        refused.append(SlotUnavailableReason.CLOSED)
    if busy.find(1, start, end) >= 0:
        refused.append(SlotUnavailableReason.BUSY)
    if busy.find(1, before, start) >= 0 or busy.find(1, end, after) >= 0:
        refused.append(SlotUnavailableReason.BUFFER)
    return refused


def _with_limits(slot: Slot, query: SlotQuery, at: int, seats: int) -> Slot:
    limits = []
    if slot.start - at < query.notice:
        limits.append(SlotUnavailableReason.NOTICE)
    if slot.start - at > query.horizon:
        limits.append(SlotUnavailableReason.HORIZON)
    if slot.seats_left < seats:
        limits.append(SlotUnavailableReason.FULL)
    return slot._replace(reasons=(*slot.reasons, *limits))


def _opened(minutes: Minutes, calendar: Calendar) -> bytes:
    """Every resource has its own clock and must be open; the bytes are 0 or 1, so `&` joins a whole row."""
    rows = [_opened_by(minutes_around(each.zone, minutes.around), each) for each in calendar.schedules]
    joined = int.from_bytes(bytes([bool(rows)]) * minutes.count)
    for row in rows:
        joined &= int.from_bytes(row)
    return joined.to_bytes(minutes.count)


def _opened_by(minutes: Minutes, schedule: Schedule) -> bytearray:
    """The minutes of every window, date by date of its opening; a closed date has no windows at all.

    Hours that are closed on a date are minutes on the clock and are taken from every window that meets them.
    """
    opened = bytearray(minutes.count)
    for day, on in minutes.days:
        closed = [each for each in schedule.closed if each.first_on <= on <= each.last_on]
        if not any(each.opens == each.closes == time(0) for each in closed):
            for opens, closes in _windows_on(on, schedule):
                _mark(opened, minutes.window(day, opens, closes), 1)
    for (day, on), exception in product(minutes.days, schedule.closed):
        has_hours = (exception.opens, exception.closes) != (time(0), time(0))
        if exception.first_on <= on <= exception.last_on and has_hours:
            _mark(opened, minutes.window(day, exception.opens, exception.closes), 0)
    return opened


def _windows_on(on: date, schedule: Schedule) -> Iterator[tuple[time, time]]:
    """When the windows of a date open and close, were the date not closed."""
    for rule in schedule.weekly:
        valid = (rule.first_on or date.min) <= on <= (rule.last_on or date.max)
        if valid and rule.weekday == on.weekday():
            yield rule.opens, rule.closes
    for exception in schedule.opened:
        if exception.first_on <= on <= exception.last_on:
            yield exception.opens, exception.closes


def _busy(minutes: Minutes, calendar: Calendar, but: ScheduledSession | None = None) -> bytearray:
    """The minutes that are promised, but for those of one session."""
    busy = bytearray(minutes.count)
    others = [held for session in calendar.sessions if session is not but for held in session.held]
    for start, end in [*calendar.busy, *others]:
        _mark(busy, (start // 60 - minutes.first, end // 60 - minutes.first), 1)
    return busy


def _mark(row: bytearray, of: tuple[int, int], value: int) -> None:
    start, end = max(of[0], 0), min(of[1], len(row))
    if start < end:
        row[start:end] = bytes([value]) * (end - start)
