"""Random calendars and offers around a given date, small enough that much of them collides."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from domain.availability.opening_hours.schedules import DatedException, Schedule, WeeklyRule
from domain.availability.slots.durations import FixedDuration, ServiceDuration, Stay
from domain.availability.slots.slot_rules import Calendar, ScheduledSession, SlotQuery
from domain.availability.wall_time import WallClock

DAY = 86_400


@dataclass(frozen=True)
class Case:
    calendar: Calendar
    query: SlotQuery
    during: tuple[int, int]
    at: int
    seats: int


def a_case(chance: Random, zone: str, around: date, another_zone: str | None = None) -> Case:
    """Everything drawn from one source of chance, which Hypothesis can own and shrink.

    If another zone is named, the promise may need a second resource there.
    """
    midnight = int(datetime(around.year, around.month, around.day, tzinfo=UTC).timestamp())
    start = midnight + chance.randrange(-DAY, DAY // 2, 300)
    during = start, start + chance.randrange(0, DAY + DAY // 4, 300)
    query = _an_ask(chance, zone)
    sessions = _sessions(chance, during, query)
    busy = [_a_promise(chance, during) for _ in range(chance.choice([0, 1, 2, 4]))]
    zones = [zone, another_zone] if another_zone and chance.random() < 0.5 else [zone]
    return Case(
        calendar=Calendar(
            schedules=[_a_schedule(chance, schedule_zone, around) for schedule_zone in zones],
            busy=busy,
            sessions=sessions,
        ),
        query=query,
        during=during,
        at=midnight - chance.randrange(-DAY, 3 * DAY, 60),
        seats=chance.choice([1, 1, 1, 2, 3]),
    )


def changes_of(zone: str, first_year: int = 2020, last_year: int = 2035) -> list[date]:
    """The UTC dates within these years on which the zone's offset changes, found by walking every day."""
    info = ZoneInfo(zone)
    day, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    change_dates = []
    while day < end:
        following = day + timedelta(days=1)
        if day.astimezone(info).utcoffset() != following.astimezone(info).utcoffset():
            change_dates.append(day.date())
        day = following
    return change_dates


def _a_schedule(chance: Random, zone: str, around: date) -> Schedule:
    return Schedule(
        zone,
        weekly=[_a_rule(chance, around) for _ in range(chance.randrange(6))],
        opened=[_an_exception(chance, around) for _ in range(chance.choice([0, 0, 1, 2]))],
        closed=[_an_exception(chance, around) for _ in range(chance.choice([0, 0, 1, 2]))],
    )


def _a_time(chance: Random) -> time:
    """Mostly at night, when clocks change."""
    hour = chance.choice([0, 1, 2, 3, 4, 22, 23, chance.randrange(24)])
    return time(hour, chance.choice([0, 0, 15, 30, 45, 5]))


def _a_rule(chance: Random, around: date) -> WeeklyRule:
    return WeeklyRule(
        weekday=(around.weekday() + chance.randrange(-2, 3)) % 7,
        opens=_a_time(chance),
        closes=_a_time(chance),
        first_on=_maybe_a_date(chance, around),
        last_on=_maybe_a_date(chance, around + timedelta(days=1)),
    )


def _maybe_a_date(chance: Random, around: date) -> date | None:
    return chance.choice([None, None, None, around + timedelta(days=chance.randrange(-2, 3))])


def _an_exception(chance: Random, around: date) -> DatedException:
    first_on = around + timedelta(days=chance.randrange(-2, 3))
    last_on = first_on + timedelta(days=chance.choice([0, 0, 1, 3]))
    if chance.random() < 0.3:
        return DatedException(first_on, last_on)
    return DatedException(first_on, last_on, _a_time(chance), _a_time(chance))


def _a_promise(chance: Random, during: tuple[int, int]) -> tuple[int, int]:
    start = chance.randrange(during[0] - DAY, during[1] + DAY, 60)
    return start, start + chance.choice([0, 60, 900, 3600, 5400, 5 * 3600])


def _sessions(chance: Random, during: tuple[int, int], query: SlotQuery) -> list[ScheduledSession]:
    """Up to three sessions, no two of them at one start; most have a length that the offer still has."""
    sessions: dict[int, ScheduledSession] = {}
    for _ in range(chance.choice([0, 0, 0, 1, 2, 3])):
        start, end = _a_session_time(chance, during, query)
        held = ((start - 900, end),) if chance.random() < 0.9 else ((start, end), (start, end + 1200))
        sessions[start] = ScheduledSession(start, end, chance.randrange(4), held)
    return list(sessions.values())


def _a_session_time(chance: Random, during: tuple[int, int], query: SlotQuery) -> tuple[int, int]:
    around = during[0] - 7200, during[1] + 7200
    offered = list(query.length.starts_within(WallClock(query.zone, around), around))
    if offered and chance.random() < 0.8:
        return chance.choice(offered)
    start = chance.randrange(*around, 1800) // 1800 * 1800
    return start, start + 3600


def _an_ask(chance: Random, zone: str) -> SlotQuery:
    return SlotQuery(
        length=_a_length(chance),
        zone=zone,
        horizon=chance.choice([0, DAY, 4 * DAY, 90 * DAY]),
        notice=chance.choice([0, 0, 3600, 12 * 3600, 2 * DAY]),
        buffer_before=chance.choice([0, 0, 300, 900, 3600]),
        buffer_after=chance.choice([0, 0, 600, 1800, 5400]),
        seats=chance.choice([1, 1, 2, 5]),
    )


def _a_length(chance: Random) -> ServiceDuration:
    if chance.random() < 0.2:
        return Stay(chance.choice([1, 1, 2]), _a_time(chance), _a_time(chance))
    minutes = chance.choice([5, 30, 45, 60, 120, 600])
    return FixedDuration(minutes * 60, chance.choice([10, 15, 20, 30, 30, 60, 90, 480, 1440]) * 60)
