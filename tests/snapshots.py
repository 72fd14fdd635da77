"""A market whose prices answer to demand as a test wants them: a policy, and a snapshot that nobody counted.

`published` writes what a tick would have written, with the numbers that were named; what is not named is
as if nobody asked.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlmodel import Session

from domain import markets
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from domain.surge import Reason, queries
from domain.surge.queries import SnapshotRow
from domain.surge.snapshots import pack

_TYPES: Mapping[str, type[np.generic]] = {
    "shown_bp": np.int32,
    "raw_bp": np.float32,
    "reasons": np.uint16,
    "pressure": np.float32,
    "rate": np.float32,
    "near": np.float32,
    "usual_near": np.float32,
}
_QUIET = {"shown_bp": 10_000, "raw_bp": 10_000}


def in_force(
    session: Session, market_id: UUID, surge: Mapping[str, Any], *, at: datetime, **more: Any
) -> UUID:
    """Let this document be the surge rules of the market from `at` on; `more` is of the policy besides.

    Answers the policy version's id.
    """
    rules = MarketPolicy(surge=dict(surge), **more)
    return markets.publish_policy(session, market_id, rules=rules, by=SYSTEM, at=at).id


def published(
    session: Session,
    market_id: UUID,
    cells: Mapping[int, Mapping[str, float]],
    *,
    category: str,
    tick_at: datetime,
    scheduled: Mapping[str, Mapping[tuple[date, int], int]] | None = None,
    typical_amount: int = 0,
    block_hours: int = 4,
) -> UUID:
    """Publish a snapshot: numbers of one live category by cell, scheduled multipliers by date and block."""
    rows = sorted(cells)
    arrays: dict[str, Any] = {"cells": np.asarray(rows, dtype=np.int64)}
    for name, dtype in _TYPES.items():
        values = [[cells[cell].get(name, _QUIET.get(name, 0))] for cell in rows]
        arrays[name] = np.asarray(values, dtype=dtype).reshape(len(rows), 1)
    header: dict[str, Any] = {"categories": [category], "scheduled": {}, "time_zone": "Europe/Helsinki"}
    header |= {"typical_amounts": {category: typical_amount}, "kappa_bp": 10_000}
    for slug, days in (scheduled or {}).items():
        first = min(day for day, _ in days)
        count = (max(day for day, _ in days) - first).days + 1
        shown = np.full((count, 24 // block_hours), 10_000, dtype=np.int32)
        for (day, block), multiplier in days.items():
            shown[(day - first).days, block] = multiplier
        why = np.where(shown > 10_000, Reason.SCHEDULED_DAY_FILLS.value, 0).astype(np.uint16)
        header["scheduled"][slug] = {"first_on": first.isoformat(), "block_hours": block_hours}
        named = {"shown_bp": shown, "raw": (shown / 10_000).astype(np.float32), "reasons": why}
        arrays |= {f"scheduled/{slug}/{name}": array for name, array in named.items()}
    return _written(session, market_id, header, arrays, tick_at)


def _written(
    session: Session, market_id: UUID, header: dict[str, Any], arrays: dict[str, Any], tick_at: datetime
) -> UUID:
    version = markets.get_policy_at(session, market_id, tick_at)
    row = SnapshotRow(
        id=ids.new(),
        market_id=market_id,
        tick_at=tick_at,
        policy_version_id=version.id,
        previous_id=None,
        header=header,
        digest="0" * 64,
        created_at=tick_at,
    )
    queries.write(session, row, {name: pack(array) for name, array in arrays.items()})
    queries.point(session, market_id, row.id, at=tick_at)
    return row.id
