"""The outermost bounds of a market's prices, and whose they are. Pure.

Caps stand in this order: the category's, the law's, an emergency's. The lowest holds and gives its reason;
where two are the same, the one that stands first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from domain.surge.grid import NOBODY, Grid
from domain.surge.kinds import EmergencyRule, Reason
from domain.surge.live import Flags, Points
from domain.surge.policy import HIGHEST_BP, ONE_BP, SurgePolicy

TEN_PERCENT_BP = 1_000  # California, Penal Code 396: ten percent above the price just before


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency as it was declared; `domain.surge.models.SurgeEmergency` says what its values mean."""

    id: UUID
    category_slug: str | None
    rule: EmergencyRule
    cap_bp: int | None
    floor_bp: int | None
    parameters: Mapping[str, Any]
    from_at: datetime
    until_at: datetime
    lifted_at: datetime | None

    def concerns(self, category: str) -> bool:
        """Whether it caps this category."""
        return self.category_slug in {None, category}


@dataclass(frozen=True, slots=True)
class Before:
    """The prices just before an emergency: (cells, categories), and what the axes stand for."""

    grid: Grid
    categories: Sequence[str]
    shown_bp: Points


@dataclass(frozen=True, slots=True)
class Outermost:
    """Caps, floors and whose the caps are, each (cells, categories)."""

    caps_bp: Points
    floors_bp: Points
    cap_reasons: Flags


def outermost(
    policy: SurgePolicy, grid: Grid, emergencies: Sequence[Emergency], before: Mapping[UUID, Before]
) -> Outermost:
    """The bounds of live prices; `before` holds the prices before each emergency that asks about them."""
    shape = (len(grid), len(policy.categories))
    caps, floors = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    reasons = np.zeros(shape, dtype=np.uint16)
    for column, category in enumerate(policy.categories):
        caps[:, column] = policy.live[category].cap_bp
        reasons[:, column] = Reason.CAPPED_BY_CATEGORY
        _lower(caps[:, column], reasons[:, column], policy.regulated_cap_bp, Reason.CAPPED_BY_REGULATION)
        floors[:, column] = max(policy.live[category].floor_bp, policy.regulated_floor_bp or 0)
        for emergency in emergencies:
            if emergency.concerns(category):
                cap = _cap(emergency, category, grid, before.get(emergency.id))
                _lower(caps[:, column], reasons[:, column], cap, Reason.CAPPED_BY_EMERGENCY)
                np.maximum(floors[:, column], emergency.floor_bp or 0, out=floors[:, column])
    return Outermost(caps, np.minimum(floors, np.int32(ONE_BP)), reasons)


def of_days(policy: SurgePolicy, category: str, emergencies: Sequence[Emergency]) -> tuple[int, int, Reason]:
    """Cap, floor and whose the cap is, of a category's scheduled prices; its own cap is in its rules.

    Ten percent above the price before means above the tariff here: nobody had been asked for a coming day.
    """
    cap = np.array([HIGHEST_BP], dtype=np.int32)
    reason = np.array([Reason.CAPPED_BY_CATEGORY], dtype=np.uint16)
    _lower(cap, reason, policy.regulated_cap_bp, Reason.CAPPED_BY_REGULATION)
    floor = policy.regulated_floor_bp or 0
    for emergency in emergencies:
        if emergency.concerns(category):
            _lower(cap, reason, _flat(emergency, category), Reason.CAPPED_BY_EMERGENCY)
            floor = max(floor, emergency.floor_bp or 0)
    return int(cap[0]), floor, Reason(int(reason[0]))


def _cap(emergency: Emergency, category: str, grid: Grid, before: Before | None) -> int | Points:
    if emergency.rule is not EmergencyRule.PLUS_TEN_PERCENT or before is None:
        return _flat(emergency, category)
    prices = np.full(len(grid), ONE_BP, dtype=np.int32)
    if category in before.categories:
        rows = before.grid.rows(grid.cells)
        known = rows != NOBODY
        prices[known] = before.shown_bp[rows[known], list(before.categories).index(category)]
    prices = np.maximum(prices, np.int32(ONE_BP))
    return np.asarray(prices + prices * TEN_PERCENT_BP // ONE_BP, dtype=np.int32)


def _flat(emergency: Emergency, category: str) -> int:
    """One cap for all places; nothing above the tariff's price where nothing is known of the time before."""
    match emergency.rule:
        case EmergencyRule.FIXED:
            return emergency.cap_bp or ONE_BP
        case EmergencyRule.FOURTH_HIGHEST:
            caps: Mapping[str, int] = emergency.parameters["caps_bp"]
            return caps.get(category, ONE_BP)
        case EmergencyRule.PLUS_TEN_PERCENT:
            return ONE_BP + TEN_PERCENT_BP


def _lower(caps: Points, reasons: Flags, cap: int | Points | None, reason: Reason) -> None:
    if cap is None:
        return
    lower = caps > cap
    reasons[lower] = reason
    np.minimum(caps, cap, out=caps)
