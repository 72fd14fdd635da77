"""Other rules over the same days: the same rules change nothing, tighter ones show, and samples are even."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from h3.api.basic_int import grid_disk, latlng_to_cell
from sqlmodel import Session

from domain import markets, surge
from domain.foundation import ids
from domain.surge import Taken, counting, queries
from domain.surge.bounds import outermost
from domain.surge.counting import INPUTS, PRICES, STATE, Left
from domain.surge.grid import grid_of
from domain.surge.live import LiveInputs, LiveState
from domain.surge.policy import SurgePolicy
from domain.surge.queries import SnapshotRow
from domain.surge.snapshots import pack
from domain.surge.tick import Axes
from domain.surge.what_if import MOST_TICKS, RUN, SETTLING, TOLD, sampled
from tests import cast, snapshots

KALLIO = latlng_to_cell(60.184, 24.95, 7)
GRID = grid_of(grid_disk(KALLIO, 2))
TICK = timedelta(minutes=5)
RULES: dict[str, Any] = {"live": {"ride": {"threshold": 0.3, "cap_bp": 30_000}}}
POLICY = SurgePolicy.model_validate(RULES)


def _evening(session: Session, at: datetime, ticks: int) -> list[UUID]:
    """An evening that grows busy, counted tick by tick as a worker would."""
    market = cast.market(session)
    snapshots.in_force(session, market.id, RULES, at=at)
    version = markets.get_policy_at(session, market.id, at)
    axes, left, made = Axes(GRID, POLICY.categories), None, []
    for number in range(ticks):
        inputs = _inputs(counting.begun(left, axes, POLICY, minutes=5.0), busy=number / ticks)
        live = counting.live_arrays(inputs, POLICY)
        arrays = {"cells": GRID.cells, **{name: getattr(inputs, name) for name in INPUTS}}
        arrays |= {name: live[name] for name in (*STATE, *PRICES)}
        header = {"categories": ["ride"], "minutes": 5.0, "scheduled": {}, "time_zone": "Europe/Helsinki"}
        row = SnapshotRow(ids.new(), market.id, at + number * TICK, version.id, None, header, "0" * 64, at)
        queries.write(session, row, {name: pack(array) for name, array in arrays.items()})
        made.append(row.id)
        left = Left(axes, LiveState(**{name: live[name] for name in STATE}))
    return made


def _inputs(state: LiveState, *, busy: float) -> LiveInputs:
    """A provider is free in every second place; ever more people ask for them."""
    shape = (len(GRID), 1)
    full = {name: np.zeros(shape, dtype=np.float32) for name in ("soon", "left")}
    bounds = outermost(POLICY, GRID, (), {})
    return LiveInputs(
        grid=GRID,
        state=state,
        asked=np.full(shape, 4.0 * busy, dtype=np.float32),
        baseline=np.full(shape, 1.0, dtype=np.float32),
        usual=np.full(shape, 1.0, dtype=np.float32),
        unmet=np.full(shape, 1.0, dtype=np.float32),
        idle=np.full(shape, 0.5, dtype=np.float32),
        minutes=5.0,
        caps_bp=bounds.caps_bp,
        floors_bp=bounds.floors_bp,
        cap_reasons=bounds.cap_reasons,
        **full,
    )


def _asked(
    session: Session, at: datetime, rules: dict[str, Any], taken: Sequence[Taken] = ()
) -> surge.WhatIf:
    proposed = SurgePolicy.model_validate(rules)
    market_id = cast.market(session).id
    return surge.what_if(session, market_id, proposed, since=at, until=at + timedelta(days=1), taken=taken)


def test_the_rules_that_were_in_force_change_nothing(session: Session, at: datetime) -> None:
    _evening(session, at, 30)
    found = _asked(session, at, RULES)
    ride = found.categories["ride"]
    assert ride.before == ride.after
    assert ride.before.highest_bp > 10_000
    assert (found.ticks, found.ticks_of) == (30 - 1 - SETTLING, 30)


def test_a_lower_cap_shows_in_every_figure(session: Session, at: datetime) -> None:
    made = _evening(session, at, 30)
    taken = [Taken(made[-1], "ride", KALLIO, 4_000), Taken(ids.new(), "ride", KALLIO, 4_000)]
    found = _asked(session, at, {"live": {"ride": {"threshold": 0.3, "cap_bp": 11_000}}}, taken)
    before, after = found.categories["ride"].before, found.categories["ride"].after
    assert after.highest_bp == 11_000 < before.highest_bp
    assert after.mean_bp < before.mean_bp
    assert after.volatility_bp < before.volatility_bp
    assert after.cap_hits > before.cap_hits == 0
    assert after.extra_amount == 400 < before.extra_amount
    assert (found.bookings, found.bookings_of) == (1, 2)
    assert after.asked == before.asked


def test_nothing_is_kept_of_it(session: Session, at: datetime) -> None:
    made = _evening(session, at, 6)
    _asked(session, at, {"live": {"ride": {"cap_bp": 11_000}}})
    assert [row.id for row in queries.snapshots(session, cast.market(session).id, at, at + 9 * TICK)] == made


def test_categories_that_only_one_of_them_has_are_left_out(session: Session, at: datetime) -> None:
    _evening(session, at, 6)
    assert not _asked(session, at, {"live": {"task": {}}}).categories


def test_a_market_without_snapshots_has_nothing_to_compare(session: Session, at: datetime) -> None:
    found = _asked(session, at, RULES)
    assert (found.ticks, found.ticks_of, dict(found.categories)) == (0, 0, {})


@pytest.mark.parametrize("count", [1, 7, 8, 13, 100, 8_640])
def test_few_ticks_are_all_told_of_and_many_are_sampled_evenly(at: datetime, count: int) -> None:
    ticks = [(ids.new(), at + number * TICK) for number in range(count)]
    runs = sampled(ticks, 100)
    told = [snapshot_id for run in runs for snapshot_id in run[1 + SETTLING :]]
    assert len(told) == len(set(told))
    assert len(told) == max(0, count - 1 - SETTLING) if count <= MOST_TICKS else len(told) > 100
    assert sum(len(run) for run in runs) <= max(MOST_TICKS, count + len(runs) * (SETTLING + 1))
    place = {snapshot_id: number for number, (snapshot_id, _) in enumerate(ticks)}
    gaps = np.diff([place[run[0]] for run in runs])
    assert not len(gaps) or gaps.max() - gaps.min() <= TOLD


def test_a_run_never_crosses_a_time_without_ticks(at: datetime) -> None:
    late = [timedelta(hours=2) if number > 9 else timedelta() for number in range(20)]
    ticks = [(ids.new(), at + number * TICK + late[number]) for number in range(20)]
    assert [len(run) for run in sampled(ticks, 100)] == [10, 10]


def test_a_large_map_is_counted_less_often(at: datetime) -> None:
    ticks = [(ids.new(), at + number * TICK) for number in range(300)]
    assert len(sampled(ticks, 800_000)) == 1
    assert sum(len(run) for run in sampled(ticks, 100)) > 10 * RUN
