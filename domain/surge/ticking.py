"""One tick of a market: read what is, count prices, write the snapshot, flip the pointer.

All in one transaction: a tick that dies anywhere leaves the old snapshot in force, and two ticks at once make
one snapshot, since the second finds the market taken. A chapter of `actions.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from domain import markets
from domain.foundation import events, ids
from domain.foundation.actors import CLOCK
from domain.markets import Market, PolicyVersion
from domain.surge import counting, days, declaring, queries
from domain.surge.bounds import Emergency, outermost
from domain.surge.counting import FORMULA, INPUTS, NEAR, PRICES, STATE, Before
from domain.surge.days import Scene
from domain.surge.estimate import is_anomaly
from domain.surge.events import SurgeAnomalySeen
from domain.surge.gathering import FromAbove, Gathered, gather, reach
from domain.surge.live import LiveInputs
from domain.surge.policy import ONE_BP, SurgePolicy
from domain.surge.queries import SnapshotRow
from domain.surge.reading import rules_of
from domain.surge.snapshots import Numbers, digest, pack
from domain.surge.tick import Axes

NO_CELLS = np.zeros(0, dtype=np.int64)
_MINUTE = timedelta(minutes=1)
# Until the transaction ends nobody else ticks this market; who finds it taken does not wait.
_TAKE = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_WITHDRAW = text("DELETE FROM surge_pointers WHERE market_id = :market_id")


@dataclass(frozen=True, slots=True)
class Due:
    """A tick that is due. Who asks for it brings the market's quotes from `quotes_since` to `tick_at`."""

    market: Market
    version: PolicyVersion
    policy: SurgePolicy
    tick_at: datetime
    since: datetime
    previous: SnapshotRow | None

    @property
    def counted_until(self) -> datetime:
        """Up to when people have been counted after this tick."""
        return self.tick_at if self.since < self.tick_at else _counted(self.previous, self.tick_at)

    @property
    def booked_until(self) -> datetime:
        """Up to when bookings matter: the longest horizon, and a day for the clocks of the world."""
        days = [rules.horizon_days for rules in self.policy.scheduled.values()]
        return self.tick_at + timedelta(days=max(days, default=0) + 1)

    @property
    def quotes_since(self) -> datetime:
        """From when on quotes matter."""
        return reach(self.policy, self.tick_at)


def due(session: Session, market_id: UUID, *, at: datetime) -> Due | None:
    """The market's next tick, if its time has come; the market is then taken until the transaction ends.

    Ticks lie on multiples of the policy's length of a tick. A market whose policy has no surge any more loses
    its pointer, and with it all factors.
    """
    market, version, policy = _theirs(session, market_id, at)
    if policy is None:
        return None
    tick_at = _last_tick(policy, at)
    previous = queries.newest(session, market_id, at=at)
    if previous is not None and previous.tick_at >= tick_at:
        return None
    since = tick_at - policy.tick_minutes * _MINUTE
    return Due(market, version, policy, tick_at, max(since, _counted(previous, since)), previous)


def due_at_once(session: Session, market_id: UUID, *, at: datetime) -> Due | None:
    """A tick between two others, when bounds have changed: it counts nobody, the next one does."""
    market, version, policy = _theirs(session, market_id, at)
    previous = queries.newest(session, market_id, at=at)
    if policy is None or (previous is not None and previous.tick_at >= at):
        return None
    return Due(market, version, policy, tick_at=at, since=at, previous=previous)


def taken(session: Session, market_id: UUID, at: datetime) -> tuple[Market, SurgePolicy | None]:
    """The market for this transaction alone, and its rules; None where it is taken or has none."""
    market, _, policy = _theirs(session, market_id, at)
    return market, policy


def run_tick(session: Session, due: Due, from_above: FromAbove, *, at: datetime) -> UUID:
    """Count and publish the prices of a tick. Returns the id of its snapshot."""
    before = _before(session, due.previous)
    standing = declaring.standing(session, due.market.id, at=due.tick_at)
    gathered = gather(
        session,
        due.market,
        due.policy,
        from_above,
        kept_cells=NO_CELLS if before is None else before.left.kept_cells,
        since=due.since,
        until=due.tick_at,
    )
    inputs = _inputs(session, due, gathered, before, standing)
    live = counting.live_arrays(inputs, due.policy)
    earlier = None if before is None else (before.row.header, before.arrays)
    scene = Scene(due.market, due.policy, from_above.booked, earlier, standing, due.tick_at)
    coming = days.coming(session, scene)
    arrays = _arrays(gathered, inputs, live) | coming.arrays
    ratios = dict(zip(due.policy.categories, live["market_ratio"].tolist(), strict=True))
    header = {
        "formula": FORMULA,
        "categories": list(due.policy.categories),
        "time_zone": due.market.time_zone,
        "minutes": inputs.minutes,
        "counted_until": due.counted_until.isoformat(),
        "typical_amounts": dict(from_above.typical_amounts),
        "kappa_bp": from_above.kappa_bp,
        "market_ratio": ratios,
        "highest_bp": _highest(due.policy, arrays),
        "emergencies": [str(one.id) for one in standing],
        "scheduled": coming.header,
    }
    _tell_anomalies(session, due, ratios, at)
    return _publish(session, due, header, arrays, at)


def _last_tick(policy: SurgePolicy, at: datetime) -> datetime:
    """The last multiple of a tick's length since 1970."""
    length = 60 * policy.tick_minutes
    return datetime.fromtimestamp(int(at.timestamp()) // length * length, UTC)


def _counted(previous: SnapshotRow | None, otherwise: datetime) -> datetime:
    """Up to when people were counted before."""
    return otherwise if previous is None else datetime.fromisoformat(previous.header["counted_until"])


def _theirs(
    session: Session, market_id: UUID, at: datetime
) -> tuple[Market, PolicyVersion, SurgePolicy | None]:
    market, version = markets.get_market(session, market_id), markets.get_policy_at(session, market_id, at)
    if not session.execute(_TAKE, {"name": f"surge/{market_id}"}).scalar_one():
        return market, version, None
    policy = rules_of(version)
    if policy is None:
        session.execute(_WITHDRAW, {"market_id": market_id})
    return market, version, policy


def _before(session: Session, previous: SnapshotRow | None) -> Before | None:
    if previous is None:
        return None
    arrays = queries.arrays(session, previous.id, ("cells", *STATE))
    return Before(previous, counting.left_by(previous.header, arrays), arrays)


def _inputs(
    session: Session, due: Due, gathered: Gathered, before: Before | None, standing: Sequence[Emergency]
) -> LiveInputs:
    policy, axes = due.policy, Axes(gathered.grid, due.policy.categories)
    bounds = outermost(policy, gathered.grid, standing, declaring.prices_before(session, standing))
    minutes = float(policy.tick_minutes)
    if before is not None:
        minutes = (due.tick_at - before.row.tick_at) / _MINUTE
    return LiveInputs(
        grid=gathered.grid,
        state=counting.begun(None if before is None else before.left, axes, policy, minutes=minutes),
        asked=gathered.asked,
        baseline=gathered.baseline,
        usual=gathered.usual,
        unmet=gathered.unmet,
        idle=gathered.idle,
        soon=gathered.soon,
        left=gathered.left,
        caps_bp=bounds.caps_bp,
        floors_bp=bounds.floors_bp,
        cap_reasons=bounds.cap_reasons,
        minutes=minutes,
    )


def _arrays(gathered: Gathered, inputs: LiveInputs, live: Mapping[str, Numbers]) -> dict[str, Numbers]:
    return {
        "cells": gathered.grid.cells,
        **{name: getattr(inputs, name) for name in INPUTS},
        **{name: live[name] for name in (*STATE, *PRICES)},
        "near": gathered.grid.summed(gathered.idle, NEAR),
        "usual_near": gathered.grid.summed(gathered.usual_idle, NEAR),
    }


def _highest(policy: SurgePolicy, arrays: Mapping[str, Numbers]) -> dict[str, int]:
    """The highest multiplier anywhere in each category, live or scheduled; at least the tariff's."""
    columns = arrays["shown_bp"]
    found = {slug: columns[:, place].max(initial=ONE_BP) for place, slug in enumerate(policy.categories)}
    for slug in policy.scheduled:
        coming = arrays[f"scheduled/{slug}/shown_bp"].max(initial=ONE_BP)
        found[slug] = max(found.get(slug, ONE_BP), coming)
    return {slug: int(highest) for slug, highest in found.items()}


def _tell_anomalies(session: Session, due: Due, ratios: Mapping[str, float], at: datetime) -> None:
    """Tell of a market that is further from usual than a busy evening, once until it is usual again."""
    earlier = {} if due.previous is None else due.previous.header["market_ratio"]
    for slug, ratio in ratios.items():
        now, before = is_anomaly(np.array([ratio, earlier.get(slug, 1.0)], dtype=np.float32))
        if now and not before:
            fact = SurgeAnomalySeen(due.market.id, slug, round(ratio, 3), due.tick_at)
            events.record_event(session, fact, subject=("market", due.market.id), by=CLOCK, at=at)


def _publish(
    session: Session, due: Due, header: Mapping[str, Any], arrays: Mapping[str, Numbers], at: datetime
) -> UUID:
    packed = {name: pack(array) for name, array in arrays.items()}
    snapshot = SnapshotRow(
        id=ids.new(),
        market_id=due.market.id,
        tick_at=due.tick_at,
        policy_version_id=due.version.id,
        previous_id=None if due.previous is None else due.previous.id,
        header=header,
        digest=digest(header, packed),
        created_at=at,
    )
    queries.write(session, snapshot, packed)
    queries.point(session, due.market.id, snapshot.id, at=at)
    return snapshot.id
