"""Facts of surge. A snapshot is its own fact; these tell of what somebody should look at."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent
from domain.surge.kinds import EmergencyRule


@dataclass(frozen=True)
class SurgeAnomalySeen(DomainEvent):
    """A market asks for `ratio` times as much as usual, too much or too little to be a busy evening."""

    name: ClassVar[str] = "surge.anomaly_seen"
    audit_only: ClassVar[bool] = True

    market_id: UUID
    category: str
    ratio: float
    tick_at: datetime


@dataclass(frozen=True)
class EmergencyDeclared(DomainEvent):
    """Prices of a market are capped for an emergency."""

    name: ClassVar[str] = "surge.emergency_declared"

    market_id: UUID
    emergency_id: UUID
    rule: EmergencyRule
    category: str | None
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class EmergencyLifted(DomainEvent):
    """An emergency's caps no longer hold."""

    name: ClassVar[str] = "surge.emergency_lifted"

    market_id: UUID
    emergency_id: UUID
