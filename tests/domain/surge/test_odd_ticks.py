"""Ticks where something changes under them: rules, the map, the clock of the place. All can be recounted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from domain import surge
from domain.markets import Market
from domain.surge import Absence, Mode
from domain.surge.invariants import INVARIANTS
from tests import cast
from tests.domain.surge.towns import HERE, HOURLY, LIVE, MINUTE, NOON, ticked, town, unmet
from workers.invariants import violations

HELSINKI = ZoneInfo("Europe/Helsinki")
BOTH: dict[str, Any] = {"live": {HOURLY: {}}, "scheduled": {HOURLY: {"horizon_days": 3}}}
# What may be published between two ticks: other categories, coarser cells, other blocks, and none at all.
CHANGES: list[dict[str, Any]] = [
    BOTH,
    {"live": {HOURLY: {}, "ride": {}}},
    {**BOTH, "resolution": 5},
    {"scheduled": {HOURLY: {"horizon_days": 2, "block_hours": 5}}},
    {**BOTH, "tick_minutes": 1, "stale_after_minutes": 1},
    {},
    {**BOTH, "resolution": 6, "livable": {"grid_bp": 500, "hysteresis_bp": 0}},
]


def holds(session: Session, snapshot_id: UUID | None) -> None:
    assert snapshot_id is not None
    assert surge.recount(session, snapshot_id).differences == ()


def price(session: Session, market: Market, start: datetime, at: datetime) -> surge.MarketPrice:
    found = surge.in_force(session, market.id)
    assert found is not None
    return found.price(category=HOURLY, cell=HERE, start=start, at=at)


def test_rules_that_change_between_ticks_leave_every_snapshot_to_be_counted_again(session: Session) -> None:
    market = town(session)
    cast.category(session, "ride")
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    for number, rules in enumerate([*CHANGES, *reversed(CHANGES)]):
        at = NOON + 5 * number * MINUTE
        town(session, rules, at=at - MINUTE)
        unmet(session, market, [f"somebody{number}"], at=at - 2 * MINUTE)
        made = ticked(session, market, at=at)
        if rules:
            holds(session, made)
            assert price(session, market, at, at).absence in {None, Absence.NOT_IN_FORCE}
        else:
            assert (made, surge.in_force(session, market.id)) == (None, None)
        assert violations(session, INVARIANTS) == {}


@pytest.mark.parametrize("rules", [LIVE, BOTH, {"scheduled": {HOURLY: {}}}])
def test_a_market_without_a_cell_has_the_tariffs_price(session: Session, rules: dict[str, Any]) -> None:
    market = town(session, rules)
    for minutes in (0, 5, 10):
        holds(session, ticked(session, market, at=NOON + minutes * MINUTE))
    assert price(session, market, NOON, NOON).multiplier_bp == 10_000


@pytest.mark.parametrize("night", ["2026-10-24T22:30:00+00:00", "2027-03-27T23:00:00+00:00"])
def test_nights_on_which_the_clock_changes_have_all_their_hours(session: Session, night: str) -> None:
    market, at = town(session, BOTH), datetime.fromisoformat(night).astimezone(UTC)
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    for quarter in range(0, 16, 3):
        tick_at = at + quarter * 15 * MINUTE
        holds(session, ticked(session, market, at=tick_at))
        for hours in range(30):
            start = tick_at + timedelta(hours=hours)
            told = price(session, market, start, tick_at)
            assert told.absence is None, start.astimezone(HELSINKI)
            assert told.mode is (Mode.LIVE if hours <= 1 else Mode.SCHEDULED)
    assert violations(session, INVARIANTS) == {}
