"""What is usual follows from what was counted: hours from snapshots, days from bookings; and audits."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

import numpy as np
import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import availability, surge
from domain.availability import HoldKind, opening_hours
from domain.availability.opening_hours import ExceptionKind, WeeklyRule
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.spans import Span
from domain.surge import FromAbove, usually
from domain.surge.baseline import slot_of
from domain.surge.capacity import open_hours
from tests import cast
from tests.domain.surge.towns import HERE, HOURLY, MINUTE, NOON, ticked, town, unmet

SCHEDULED = {"scheduled": {HOURLY: {"horizon_days": 5, "block_hours": 12}}}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Booked:
    starts_at: datetime
    made_at: datetime
    gone_at: datetime | None = None
    category: str = HOURLY
    ends_at: ClassVar[None] = None


def test_an_hour_teaches_how_many_ask_in_it_and_is_learned_once(session: Session):
    market = town(session)
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    for minutes in range(0, 65, 5):
        at = NOON + minutes * MINUTE
        unmet(session, market, [f"Asker {minutes}"], at=at - MINUTE)
        ticked(session, market, at=at)
    assert surge.learn_hours(session, market.id, at=NOON + 59 * MINUTE) == 0
    assert surge.learn_hours(session, market.id, at=NOON + 61 * MINUTE) == 1
    assert surge.learn_hours(session, market.id, at=NOON + 61 * MINUTE) == 0
    slot = slot_of(NOON.replace(hour=14))  # noon of UTC is two in Helsinki
    (row,) = usually.rows(session, market.id, [HOURLY], range(168)).values()
    place = row.grid.rows([HERE])[0]
    assert (row.slot, row.updates) == (slot, 1)
    assert row.demand[place, 0] == pytest.approx(12.0)
    assert row.idle[place, 0] == pytest.approx(1.0)


def test_what_was_learned_is_expected_in_the_same_hour_of_the_next_week(session: Session):
    test_an_hour_teaches_how_many_ask_in_it_and_is_learned_once(session)
    market = town(session)
    snapshot = surge.published(session, ticked(session, market, at=NOON + 7 * DAY))
    price = snapshot.price(category=HOURLY, cell=HERE, start=NOON + 7 * DAY, at=NOON + 7 * DAY)
    assert price.usual == pytest.approx(1.0)
    assert price.rate > 0


def test_an_hour_with_too_few_ticks_teaches_nothing(session: Session):
    market = town(session)
    cast.offer(session)
    for minutes in (5, 10, 15, 20, 25):
        ticked(session, market, at=NOON + minutes * MINUTE)
    assert surge.learn_hours(session, market.id, at=NOON + HOUR) == 0


def test_capacity_is_what_hours_leave_room_for(session: Session):
    """Ten to six in Helsinki, an hour each; closed on one day, and two hours kept for something else."""
    market, ellen = town(session), cast.ellen(session)
    cast.offer(session, minimum_minutes=60)
    by = Actor(ActorKind.USER, ellen.user_id)
    calendar = availability.open_calendar(session, ellen.id, by=by, at=NOON)
    hours = [WeeklyRule(weekday, time(10), time(18)) for weekday in range(7)]
    opening_hours.set_schedule(session, calendar.id, hours, by=by, at=NOON)
    dates = opening_hours.DatedException(date(2026, 11, 25), date(2026, 11, 25))
    opening_hours.add_exception(session, calendar.id, ExceptionKind.CLOSED, dates, by=by, at=NOON)
    kept = Span(datetime(2026, 11, 26, 8, tzinfo=UTC), datetime(2026, 11, 26, 10, tzinfo=UTC))
    availability.block_time(session, calendar.id, kept, by=by, at=NOON, kind=HoldKind.BLOCKED)
    midnight = datetime(2026, 11, 23, 22, tzinfo=UTC)  # of the 24th in Helsinki
    found = open_hours(session, market.id, HOURLY, midnight, midnight + 3 * DAY)
    edges = np.array([(midnight + half * 12 * HOUR).timestamp() for half in range(7)])
    assert found.between(edges).tolist() == pytest.approx([2, 6, 0, 0, 0, 6])


def test_days_that_are_over_teach_how_days_fill_and_are_learned_once(session: Session):
    market = town(session, SCHEDULED)
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    evening = NOON - DAY + 5 * HOUR
    booked = [
        Booked(evening, evening - 4 * DAY),
        Booked(evening, evening - HOUR),
        Booked(evening, evening - 5 * DAY, gone_at=evening - 2 * DAY),
    ]
    assert surge.learn_days(session, market.id, booked, at=NOON) == 14
    assert surge.learn_days(session, market.id, booked, at=NOON + HOUR) == 0
    assert surge.learn_days(session, market.id, booked, at=NOON + DAY) == 1
    curves = session.execute(text("SELECT curves FROM surge_pickups")).scalar_one()
    assert curves["booked"][3] == pytest.approx(2 * 0.5 ** (1 / 28))
    assert curves["kept"][3] == pytest.approx(0.5 ** (1 / 28))


def test_a_day_that_fills_gets_dearer_and_can_be_counted_again(session: Session):
    market = town(session, SCHEDULED)
    cast.offer(session, minimum_minutes=240)
    cast.open_always(session, cast.ellen(session))
    busy = [
        Booked(NOON - days * DAY + hours * HOUR, NOON - days * DAY - early * DAY)
        for days in range(1, 14)
        for hours, early in ((0, 20), (1, 1), (2, 1))
    ]
    surge.learn_days(session, market.id, busy, at=NOON)
    soon = [Booked(NOON + 4 * DAY, NOON)] * 3
    snapshot_id = ticked(session, market, at=NOON, from_above=FromAbove(booked=soon))
    snapshot = surge.published(session, snapshot_id)

    def price(at: datetime) -> int:
        return snapshot.price(category=HOURLY, cell=HERE, start=at, at=NOON).multiplier_bp

    assert price(NOON + 4 * DAY) > price(NOON + 3 * DAY) >= 10_000
    assert surge.recount(session, snapshot_id).differences == ()


def test_a_night_audits_the_day_before_once(session: Session):
    market = town(session, {"live": {HOURLY: {}}})
    cast.offer(session)
    for minutes in range(0, 30, 5):
        unmet(session, market, ["Aino", "Ben"], at=NOON + (minutes - 1) * MINUTE)
        ticked(session, market, at=NOON + minutes * MINUTE)
    assert surge.audit_day(session, market.id, date(2026, 11, 23), at=NOON + DAY) == 6
    assert surge.audit_day(session, market.id, date(2026, 11, 23), at=NOON + DAY) == 0
    found = dict(session.execute(text("SELECT kind, result FROM surge_audits")).all())
    assert set(found) == {"fairness", "volatility", "cap_hits", "counterfactuals"}
    assert found["volatility"]["categories"][HOURLY]["prices"] == 6
    assert found["counterfactuals"]["categories"][HOURLY]["shown_mean_bp"] == 10_000
    assert found["fairness"]["categories"][HOURLY]["widest_gap_bp"] == 0


def test_a_market_far_from_usual_is_told_once_until_it_is_usual_again(session: Session):
    market = town(session)
    cast.offer(session)
    for minutes in (0, 5, 10):
        unmet(
            session,
            market,
            [f"Asker {number} {minutes}" for number in range(30)],
            at=NOON + (minutes - 1) * MINUTE,
        )
        ticked(session, market, at=NOON + minutes * MINUTE)
    told = session.execute(text("SELECT data FROM events WHERE name = 'surge.anomaly_seen'")).scalars().all()
    assert [one["category"] for one in told] == [HOURLY]
    assert told[0]["ratio"] > 3
