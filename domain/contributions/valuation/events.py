"""Facts about what contributions are worth: ids, words and thousandths of a credit."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.contributions.events import ContributionEvent
from domain.contributions.valuation.kinds import ClawBackReason
from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class PeriodClosed(DomainEvent):
    """A market's period is over, and what was verified in it is valued."""

    name: ClassVar[str] = "contribution_period.closed"
    audit_only: ClassVar[bool] = True

    period_id: UUID
    market_id: UUID
    number: int
    pool: int
    given: int
    claims: int


@dataclass(frozen=True)
class ContributionValued(ContributionEvent):
    """It is worth so many credits; they are held next."""

    name: ClassVar[str] = "contribution.valued"

    user_id: UUID
    period_id: UUID
    credits: int


@dataclass(frozen=True)
class CreditsHeld(ContributionEvent):
    """Its credits are pending until then, so that a mistake can be mended."""

    name: ClassVar[str] = "contribution.held"

    user_id: UUID
    credits: int
    hold_until: datetime


@dataclass(frozen=True)
class CreditsSettled(ContributionEvent):
    """Its credits can be spent."""

    name: ClassVar[str] = "contribution.settled"

    user_id: UUID
    credits: int


@dataclass(frozen=True)
class CreditsClawedBack(ContributionEvent):
    """Credits were taken back, for a stated reason that can be appealed."""

    name: ClassVar[str] = "contribution.clawed_back"

    user_id: UUID
    claw_back_id: UUID
    credits: int
    reason: ClawBackReason


@dataclass(frozen=True)
class ClawBackAppealed(ContributionEvent):
    """Its contributor wants it looked at by somebody else."""

    name: ClassVar[str] = "contribution.claw_back_appealed"

    claw_back_id: UUID


@dataclass(frozen=True)
class ClawBackUpheld(ContributionEvent):
    """Somebody else looked, and the credits stay taken back."""

    name: ClassVar[str] = "contribution.claw_back_upheld"

    claw_back_id: UUID


@dataclass(frozen=True)
class CreditsRestored(ContributionEvent):
    """The credits came back: somebody else looked, or the refund that had taken them did not arrive."""

    name: ClassVar[str] = "contribution.restored"

    user_id: UUID
    claw_back_id: UUID
    credits: int
