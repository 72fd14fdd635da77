"""The factor by which a price answers to demand and supply: live near a place, scheduled for a coming day.

Every five minutes a **tick** writes one immutable **snapshot** of a market's multipliers and flips a pointer.
Readers keep it in memory; one that is too old gives the tariff's price: fail cheap, never expensive. A
**multiplier** is basis points (10,000 is one). A **protection** lowers a customer's price below the market's
and can do nothing else; what it costs, and what providers get on top, goes through the **surge pool**.
"""

from domain.surge import baseline, estimate, pickup, scheduled, usually
from domain.surge.auditing import audit_day
from domain.surge.bonus import bonus_amount, kappa_bp
from domain.surge.buckets import bucket
from domain.surge.declaring import declare_emergency, lift_emergency
from domain.surge.expecting import expect_days
from domain.surge.gathering import FromAbove
from domain.surge.grid import Grid, grid_of
from domain.surge.invariants import INVARIANTS
from domain.surge.kinds import Absence, AuditKind, EmergencyRule, Limit, Mode, Reason, Signal, codes
from domain.surge.learning import NIGHTS_BACK, learn_days, learn_hours
from domain.surge.live import LiveInputs, LivePrices, LiveState
from domain.surge.map import Corners, Hexagon, PriceMap, cell_at, price_map
from domain.surge.models import SurgeAudit
from domain.surge.outlines import geometry, outline
from domain.surge.pages import (
    SnapshotSeen,
    audits,
    check_operates,
    emergencies,
    emergency,
    snapshot_of,
    snapshots,
)
from domain.surge.policy import (
    HIGHEST_BP,
    ONE_BP,
    Livable,
    LiveRules,
    Protection,
    ScheduledRules,
    SurgePolicy,
)
from domain.surge.policy import read as read_policy
from domain.surge.presence import be_present, leave
from domain.surge.protection import NOBODY_KNOWN, History, Protected, protect
from domain.surge.queries import forget as forget_snapshots
from domain.surge.queries import markets_with_surge, pointer
from domain.surge.reading import MarketPrice, Published, in_force, no_price, published, rules_of
from domain.surge.recounting import recount
from domain.surge.signals import forget as forget_signals
from domain.surge.signals import noticed, noticed_unmet
from domain.surge.tick import empty_state, reprice
from domain.surge.ticking import Due, due, due_at_once, run_tick
from domain.surge.what_if import MOST_DAYS, Taken, Tally, WhatIf, what_if

__all__ = [
    "HIGHEST_BP",
    "INVARIANTS",
    "MOST_DAYS",
    "NIGHTS_BACK",
    "NOBODY_KNOWN",
    "ONE_BP",
    "Absence",
    "AuditKind",
    "Corners",
    "Due",
    "EmergencyRule",
    "FromAbove",
    "Grid",
    "Hexagon",
    "History",
    "Limit",
    "Livable",
    "LiveInputs",
    "LivePrices",
    "LiveRules",
    "LiveState",
    "MarketPrice",
    "Mode",
    "PriceMap",
    "Protected",
    "Protection",
    "Published",
    "Reason",
    "ScheduledRules",
    "Signal",
    "SnapshotSeen",
    "SurgeAudit",
    "SurgePolicy",
    "Taken",
    "Tally",
    "WhatIf",
    "audit_day",
    "audits",
    "baseline",
    "be_present",
    "bonus_amount",
    "bucket",
    "cell_at",
    "check_operates",
    "codes",
    "declare_emergency",
    "due",
    "due_at_once",
    "emergencies",
    "emergency",
    "empty_state",
    "estimate",
    "expect_days",
    "forget_signals",
    "forget_snapshots",
    "geometry",
    "grid_of",
    "in_force",
    "kappa_bp",
    "learn_days",
    "learn_hours",
    "leave",
    "lift_emergency",
    "markets_with_surge",
    "no_price",
    "noticed",
    "noticed_unmet",
    "outline",
    "pickup",
    "pointer",
    "price_map",
    "protect",
    "published",
    "read_policy",
    "recount",
    "reprice",
    "rules_of",
    "run_tick",
    "scheduled",
    "snapshot_of",
    "snapshots",
    "usually",
    "what_if",
]
