"""The pickup curves of a market's categories, kept and learned night by night."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
import orjson
from sqlalchemy import text
from sqlmodel import Session

from domain.surge import pickup
from domain.surge.pickup import Curves, Day
from domain.surge.policy import ScheduledRules

_READ = text("""
    SELECT surge_pickups.curves, surge_pickups.learned_at FROM surge_pickups
    JOIN categories ON categories.id = surge_pickups.category_id
    WHERE surge_pickups.market_id = :market_id AND categories.slug = :slug
""")
_WRITE = text("""
    INSERT INTO surge_pickups (market_id, category_id, curves, learned_at)
    SELECT :market_id, categories.id, cast(:curves AS jsonb), :at FROM categories WHERE slug = :slug
    ON CONFLICT (market_id, category_id) DO UPDATE SET
        curves = excluded.curves, learned_at = excluded.learned_at
""")


def read(
    session: Session, market_id: UUID, category: str, rules: ScheduledRules
) -> tuple[Curves, datetime | None]:
    """The category's curves and up to when they were learned; empty ones where the rules cut days again."""
    empty = Curves.empty(blocks=-(-24 // rules.block_hours), leads=rules.horizon_days)
    row = session.execute(_READ, {"market_id": market_id, "slug": category}).first()
    if row is None:
        return empty, None
    known = Curves.read(row.curves)
    if (known.blocks, known.leads) != (empty.blocks, empty.leads):
        return empty, None
    return known, row.learned_at


def write(session: Session, market_id: UUID, category: str, curves: Curves, *, at: datetime) -> None:
    """Keep the curves, which know the days before `at`."""
    document = orjson.dumps(curves.document()).decode()
    wanted = {"market_id": market_id, "slug": category, "curves": document, "at": at}
    session.execute(_WRITE, wanted)


def day(starts: Sequence[tuple[int, float, float | None]], capacity: pickup.Reals, *, leads: int) -> Day:
    """A day that is over from its bookings: block, days before at which each was made, and was called off."""
    block = np.array([one[0] for one in starts], dtype=np.int64)
    booked = np.array([one[1] for one in starts], dtype=np.float64)
    gone = np.array([np.nan if one[2] is None else one[2] for one in starts], dtype=np.float64)
    return pickup.counted(block, booked, gone, capacity=capacity, leads=leads)
