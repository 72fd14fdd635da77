"""Facts about levels: ids and words."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent
from domain.standing.level_rules import LevelAppealOutcome
from domain.standing.privileges import StandingLevel


@dataclass(frozen=True)
class LevelEvent(DomainEvent):
    """A fact about somebody's level in a market."""

    audit_only: ClassVar[bool] = True

    decision_id: UUID
    market_id: UUID
    user_id: UUID
    level: StandingLevel


@dataclass(frozen=True)
class LevelEarned(LevelEvent):
    """Somebody's last hundred days amount to a higher level."""

    name: ClassVar[str] = "level.earned"


@dataclass(frozen=True)
class LevelLost(LevelEvent):
    """Somebody missed their level twice in a row, and was told why."""

    name: ClassVar[str] = "level.lost"


@dataclass(frozen=True)
class LevelLossAppealed(LevelEvent):
    """Somebody asks a person to look at the loss of their level."""

    name: ClassVar[str] = "level.loss_appealed"


@dataclass(frozen=True)
class LevelAppealDecided(LevelEvent):
    """A person answered the appeal."""

    name: ClassVar[str] = "level.appeal_decided"

    outcome: LevelAppealOutcome
