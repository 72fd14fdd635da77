"""When a category is open, held to the opening hours that slots are computed from."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlmodel import Session

from domain import availability
from domain.availability import opening_hours
from domain.availability.opening_hours import DatedException, ExceptionKind, WeeklyRule
from domain.availability.opening_hours.schedules import Schedule, open_intervals
from domain.foundation.actors import Actor, ActorKind
from domain.surge.capacity import open_hours
from tests import cast
from tests.domain.availability.cases import a_case
from tests.domain.surge.towns import HOURLY, NOON, town

AROUND = date(
    2027, 5, 12
)  # no clock changes near this day; PostgreSQL and we read a changed clock differently


@pytest.mark.parametrize("seed", range(12))
def test_open_hours_are_those_that_slots_are_computed_from(session: Session, seed: int) -> None:
    schedule = a_case(Random(seed), "Europe/Helsinki", AROUND).calendar.schedules[0]
    since = datetime(AROUND.year, AROUND.month, AROUND.day - 2, tzinfo=UTC)
    _open_by(session, schedule)
    assert _opened(session, since) == open_intervals(schedule, _seconds(since))


def test_a_thing_without_hours_is_closed_on_closed_dates_only(session: Session) -> None:
    closed = DatedException(AROUND, AROUND)
    around_the_clock = [WeeklyRule(weekday, *[datetime.min.time()] * 2) for weekday in range(7)]
    since = datetime(AROUND.year, AROUND.month, AROUND.day - 2, tzinfo=UTC)
    schedule = Schedule("Europe/Helsinki", closed=[closed])
    _open_by(session, schedule, thing=True)
    expected = Schedule("Europe/Helsinki", around_the_clock, closed=[closed])
    assert _opened(session, since) == open_intervals(expected, _seconds(since))


def test_a_window_that_the_clock_jumps_into_does_not_stop_the_count(session: Session) -> None:
    """PostgreSQL reads 03:50 on that night as 04:50, which is later than the end of this window."""
    sunday = [WeeklyRule(6, datetime(1, 1, 1, 3, 50).time(), datetime(1, 1, 1, 4, 10).time())]  # noqa: DTZ001 -- wall times
    _open_by(session, Schedule("Europe/Helsinki", sunday))
    assert _opened(session, datetime(2027, 3, 27, tzinfo=UTC)) == []


def _seconds(since: datetime) -> tuple[int, int]:
    return int(since.timestamp()), int((since + timedelta(days=5)).timestamp())


def _opened(session: Session, since: datetime) -> list[tuple[int, int]]:
    market = town(session)
    found = open_hours(session, market.id, HOURLY, since, since + timedelta(days=5))
    return [(int(start), int(end)) for start, end in zip(found.opens, found.closes, strict=True)]


def _open_by(session: Session, schedule: Schedule, *, thing: bool = False) -> None:
    """The one offer of the category, by these hours."""
    town(session)
    ellen, made = cast.ellen(session), cast.offer(session)
    by = Actor(ActorKind.USER, ellen.user_id)
    resource = availability.open_calendar(session, ellen.id, by=by, at=NOON)
    if thing:
        resource = availability.add_thing(session, ellen.id, name="Sauna", by=by, at=NOON)
        availability.set_required_resources(session, made.id, [resource.id], by=by, at=NOON)
    rules = [rule for rule in schedule.weekly if _is_in_order(rule)]
    opening_hours.set_schedule(session, resource.id, rules, by=by, at=NOON)
    for kind, exceptions in ((ExceptionKind.OPEN, schedule.opened), (ExceptionKind.CLOSED, schedule.closed)):
        for exception in exceptions:
            opening_hours.add_exception(session, resource.id, kind, exception, by=by, at=NOON)
    session.flush()


def _is_in_order(rule: WeeklyRule) -> bool:
    return rule.first_on is None or rule.last_on is None or rule.first_on <= rule.last_on
