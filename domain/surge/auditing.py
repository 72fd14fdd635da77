"""What a day's prices were like: how they moved, where they met a cap, whom they fell on, what else could be.

Counted each night from the snapshots of the day before, and kept for whoever asks.

**Areas** are H3 cells of resolution 5, some 20 km wide: the only grouping of people that surge knows of, for
it knows places alone. A chapter of `actions.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from h3.api.basic_int import cell_to_parent, int_to_str
from sqlalchemy import text
from sqlmodel import Session

from domain import markets
from domain.foundation import ids
from domain.surge import queries
from domain.surge.kinds import AuditKind, Reason
from domain.surge.policy import ONE_BP
from domain.surge.snapshots import Numbers

AREA_RESOLUTION = 5
OTHER_CAPS_BP = (10_000, 12_500, 15_000, 20_000)  # what the same day would have cost under these caps
_CAPS = (
    Reason.CAPPED_BY_MARKET,
    Reason.CAPPED_BY_CATEGORY,
    Reason.CAPPED_BY_REGULATION,
    Reason.CAPPED_BY_EMERGENCY,
)
_READ = ("cells", "shown_bp", "raw_bp", "reasons", "asked", "turned")
_DONE = text("SELECT FROM surge_audits WHERE market_id = :market_id AND on_date = :on_date LIMIT 1")
_WRITE = text("""
    INSERT INTO surge_audits (id, market_id, on_date, kind, result, created_at)
    VALUES (:id, :market_id, :on_date, :kind, cast(:result AS jsonb), :at)
    ON CONFLICT (market_id, on_date, kind) DO NOTHING
""")


@dataclass(slots=True)
class Tally:
    """Sums over a day's ticks, per category; `asked` weighs by customers, all else counts cells and ticks."""

    prices: int = 0
    surged: int = 0
    moved_bp: int = 0
    moves: int = 0
    reversals: int = 0
    capped: dict[str, int] = field(
        default_factory=lambda: {reason.name.lower(): 0 for reason in _CAPS if reason.name}
    )
    asked: float = 0.0
    paid_bp: float = 0.0
    raw_bp: float = 0.0
    under_cap_bp: dict[int, float] = field(default_factory=lambda: dict.fromkeys(OTHER_CAPS_BP, 0.0))
    areas: dict[int, list[float]] = field(default_factory=dict)


def audit_day(session: Session, market_id: UUID, on_date: date, *, at: datetime) -> int:
    """Look at one local day of a market. Returns how many ticks it had; a day is looked at once."""
    if session.execute(_DONE, {"market_id": market_id, "on_date": on_date}).first() is not None:
        return 0
    zone = ZoneInfo(markets.get_market(session, market_id).time_zone)
    since, until = (datetime.combine(day, time(0), zone) for day in (on_date, on_date + timedelta(days=1)))
    rows = queries.snapshots(session, market_id, since, until)
    tallies: dict[str, Tally] = {}
    before: Mapping[str, Numbers] | None = None
    for row in rows:
        arrays = queries.arrays(session, row.id, _READ)
        for column, slug in enumerate(row.header["categories"]):
            _count(
                tallies.setdefault(slug, Tally()), _column(arrays, column), before and _column(before, column)
            )
        before = arrays
    for kind, result in _results(tallies, len(rows)).items():
        wanted = {"id": ids.new(), "market_id": market_id, "on_date": on_date, "kind": kind.value, "at": at}
        session.execute(
            _WRITE, {**wanted, "result": orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS).decode()}
        )
    return len(rows)


def _column(arrays: Mapping[str, Numbers], column: int) -> dict[str, Numbers]:
    """One category's values, and the cells they are of."""
    return {
        name: array if name == "cells" else array[:, column]
        for name, array in arrays.items()
        if "/" not in name
    }


def _count(tally: Tally, now: Mapping[str, Numbers], before: Mapping[str, Numbers] | None) -> None:
    shown, asked = now["shown_bp"].astype(np.int64), np.nan_to_num(now["asked"]).astype(np.float64)
    tally.prices += len(shown)
    tally.surged += int((shown > ONE_BP).sum())
    for reason in _CAPS:
        if reason.name:
            tally.capped[reason.name.lower()] += int((now["reasons"] & np.uint16(reason) != 0).sum())
    tally.asked += float(asked.sum())
    tally.paid_bp += float((asked * shown).sum())
    tally.raw_bp += float((asked * now["raw_bp"]).sum())
    for cap in OTHER_CAPS_BP:
        tally.under_cap_bp[cap] += float((asked * np.minimum(shown, cap)).sum())
    areas = [cell_to_parent(cell, AREA_RESOLUTION) for cell in now["cells"].tolist()]
    for area, price, wished in zip(areas, shown.tolist(), asked.tolist(), strict=True):
        sums = tally.areas.setdefault(area, [0.0, 0.0, 0.0, 0.0])
        for place, value in enumerate((1.0, float(price), wished, wished * price)):
            sums[place] += value
    if before is not None:
        _count_moves(tally, now, before)


def _count_moves(tally: Tally, now: Mapping[str, Numbers], before: Mapping[str, Numbers]) -> None:
    """How far prices moved from tick to tick where there was a cell in both, and how often they turned."""
    _, here, there = np.intersect1d(now["cells"], before["cells"], assume_unique=True, return_indices=True)
    change = now["shown_bp"][here].astype(np.int64) - before["shown_bp"][there]
    tally.moved_bp += int(np.abs(change).sum())
    tally.moves += len(change)
    turned = (change != 0) & (now["turned"][here].astype(np.int64) * before["turned"][there] < 0)
    tally.reversals += int(turned.sum())


def _results(tallies: Mapping[str, Tally], ticks: int) -> dict[AuditKind, dict[str, Any]]:
    def each(result: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        return {"ticks": ticks, "categories": dict(result)}

    items = list(tallies.items())
    return {
        AuditKind.VOLATILITY: each([(slug, _volatility(tally)) for slug, tally in items]),
        AuditKind.CAP_HITS: each([(slug, {"prices": tally.prices, **tally.capped}) for slug, tally in items]),
        AuditKind.FAIRNESS: each([(slug, _fairness(tally)) for slug, tally in items]),
        AuditKind.COUNTERFACTUALS: each([(slug, _counterfactuals(tally)) for slug, tally in items]),
    }


def _volatility(tally: Tally) -> dict[str, Any]:
    return {
        "prices": tally.prices,
        "surged_share": _share(tally.surged, tally.prices),
        "mean_move_bp": _share(tally.moved_bp, tally.moves),
        "reversals": tally.reversals,
    }


def _fairness(tally: Tally) -> dict[str, Any]:
    """The mean multiplier of each area, plain and by who asked, and the gap from cheapest to dearest."""
    areas = {
        int_to_str(area): {
            "mean_bp": round(_share(price, count)),
            "asked": round(asked, 1),
            "asked_mean_bp": round(_share(paid, asked)) if asked else None,
        }
        for area, (count, price, asked, paid) in sorted(tally.areas.items())
    }
    means = [area["mean_bp"] for area in areas.values() if area["mean_bp"]]
    return {"areas": areas, "widest_gap_bp": max(means, default=0) - min(means, default=0)}


def _counterfactuals(tally: Tally) -> dict[str, Any]:
    """What those who asked were shown on average, and under other caps, had they acted the same."""
    return {
        "asked": round(tally.asked, 1),
        "shown_mean_bp": round(_share(tally.paid_bp, tally.asked)),
        "raw_mean_bp": round(_share(tally.raw_bp, tally.asked)),
        "under_cap_mean_bp": {
            str(cap): round(_share(paid, tally.asked)) for cap, paid in tally.under_cap_bp.items()
        },
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
