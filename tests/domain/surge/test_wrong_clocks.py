"""A clock that was ahead and went back: what it wrote of the future holds nobody up and raises nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import surge
from domain.foundation.actors import Actor, ActorKind
from domain.markets import Market
from domain.surge import Absence, EmergencyRule, Reason, queries
from domain.surge.invariants import INVARIANTS
from tests import cast
from tests.domain.surge.towns import HERE, HOURLY, LIVE, MINUTE, NOON, ticked, town
from workers.invariants import violations

DAY = timedelta(days=1)


@pytest.fixture
def market(session: Session) -> Market:
    made = town(session, LIVE)
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    assert ticked(session, made, at=NOON)
    assert ticked(session, made, at=NOON + DAY)
    return made


def price(session: Session, market: Market, at: datetime) -> surge.MarketPrice:
    found = surge.in_force(session, market.id)
    assert found is not None
    return found.price(category=HOURLY, cell=HERE, start=at, at=at)


def test_a_snapshot_of_tomorrow_gives_the_tariffs_price_today(session: Session, market: Market) -> None:
    assert price(session, market, NOON + 4 * MINUTE).absence is Absence.STALE
    assert (
        surge.price_map(surge.in_force(session, market.id), HOURLY, at=NOON, within=None).absence
        is Absence.STALE
    )


def test_the_next_tick_comes_when_it_is_due_and_tomorrow_goes_on_from_tomorrow(
    session: Session, market: Market
) -> None:
    today = [ticked(session, market, at=NOON + minutes * MINUTE) for minutes in (5, 10)]
    assert all(today)
    assert surge.pointer(session, market.id) == today[-1]
    assert price(session, market, NOON + 11 * MINUTE).absence is None
    assert violations(session, INVARIANTS) == {}
    assert ticked(session, market, at=NOON + DAY) is None
    tomorrow = ticked(session, market, at=NOON + DAY + 5 * MINUTE)
    assert tomorrow is not None
    assert surge.recount(session, tomorrow).holds
    assert violations(session, INVARIANTS) == {}


def test_an_emergency_holds_at_once(session: Session, market: Market) -> None:
    at, otto = NOON + 2 * MINUTE, Actor(ActorKind.OPERATOR, cast.otto(session).id)
    surge.declare_emergency(
        session, market.id, rule=EmergencyRule.FIXED, cap_bp=10_000, reason="Flood.", by=otto, at=at
    )
    due = surge.due_at_once(session, market.id, at=at)
    assert due is not None
    surge.run_tick(session, due, surge.FromAbove(), at=at)
    assert price(session, market, at).absence is None
    arrays = queries.arrays(session, surge.pointer(session, market.id), ("caps_bp", "cap_reasons"))
    assert (arrays["caps_bp"].max(), arrays["cap_reasons"].max()) == (10_000, Reason.CAPPED_BY_EMERGENCY)


def test_what_was_learned_of_tomorrow_does_not_keep_today_from_being_learned(
    session: Session, market: Market
) -> None:
    for minutes in range(5, 65, 5):
        ticked(session, market, at=NOON + DAY + minutes * MINUTE)
    assert surge.learn_hours(session, market.id, at=NOON + DAY + 61 * MINUTE) == 1
    for minutes in range(5, 65, 5):
        ticked(session, market, at=NOON + minutes * MINUTE)
    assert surge.learn_hours(session, market.id, at=NOON + 61 * MINUTE) == 1
    known = session.execute(text("SELECT count(*) FROM surge_baselines")).scalar_one()
    assert known == 2
