"""Facts about what contributions are worth: ids, words and thousandths of a credit."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.contributions.events import ContributionFact
from domain.contributions.kinds import ContributionKind
from domain.contributions.value_kinds import ClawBackReason, ReferralEnd
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
class ContributionValued(ContributionFact):
    """It is worth so many credits; they are held next."""

    name: ClassVar[str] = "contribution.valued"

    user_id: UUID
    period_id: UUID
    credits: int


@dataclass(frozen=True)
class CreditsHeld(ContributionFact):
    """Its credits are pending until then, so that a mistake can be mended."""

    name: ClassVar[str] = "contribution.held"

    user_id: UUID
    credits: int
    hold_until: datetime


@dataclass(frozen=True)
class CreditsSettled(ContributionFact):
    """Its credits can be spent."""

    name: ClassVar[str] = "contribution.settled"

    user_id: UUID
    credits: int


@dataclass(frozen=True)
class CreditsClawedBack(ContributionFact):
    """Credits were taken back, for a stated reason that can be appealed."""

    name: ClassVar[str] = "contribution.clawed_back"

    user_id: UUID
    claw_back_id: UUID
    credits: int
    reason: ClawBackReason


@dataclass(frozen=True)
class ClawBackAppealed(ContributionFact):
    """Its contributor wants it looked at by somebody else."""

    name: ClassVar[str] = "contribution.claw_back_appealed"

    claw_back_id: UUID


@dataclass(frozen=True)
class ClawBackUpheld(ContributionFact):
    """Somebody else looked, and the credits stay taken back."""

    name: ClassVar[str] = "contribution.claw_back_upheld"

    claw_back_id: UUID


@dataclass(frozen=True)
class CreditsRestored(ContributionFact):
    """The credits came back: somebody else looked, or the refund that had taken them did not arrive."""

    name: ClassVar[str] = "contribution.restored"

    user_id: UUID
    claw_back_id: UUID
    credits: int


@dataclass(frozen=True)
class ReferralMade(DomainEvent):
    """Somebody came by another's code, before they booked anything."""

    name: ClassVar[str] = "referral.made"
    audit_only: ClassVar[bool] = True

    referral_id: UUID
    market_id: UUID
    referrer_id: UUID
    referred_id: UUID


@dataclass(frozen=True)
class ReferralEnded(DomainEvent):
    """Who was referred has completed a first booking; the referral is claimed, or for a reason not."""

    name: ClassVar[str] = "referral.ended"
    audit_only: ClassVar[bool] = True

    referral_id: UUID
    booking_id: UUID
    ended_as: ReferralEnd | None
    kind: ContributionKind


@dataclass(frozen=True)
class SignalLookedAt(DomainEvent):
    """A person looked at what was noticed and said what they made of it."""

    name: ClassVar[str] = "contribution_signal.looked_at"
    audit_only: ClassVar[bool] = True

    signal_id: UUID
