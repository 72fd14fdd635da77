"""Facts about calls, commitments, contributions and attestations: ids, words and instants, never evidence."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.contributions.kinds import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    RejectionReason,
    Verifier,
)
from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class CallOpened(DomainEvent):
    """Somebody asks for contributions of a kind."""

    name: ClassVar[str] = "call.opened"
    audit_only: ClassVar[bool] = True

    call_id: UUID
    market_id: UUID
    kind: ContributionKind


@dataclass(frozen=True)
class CallEnded(DomainEvent):
    """Nobody is asked any more."""

    name: ClassVar[str] = "call.closed"
    audit_only: ClassVar[bool] = True

    call_id: UUID


@dataclass(frozen=True)
class CommitmentFact(DomainEvent):
    """A fact about one promise. No fact about how a promise ends has a reader."""

    audit_only: ClassVar[bool] = True

    commitment_id: UUID
    call_id: UUID


@dataclass(frozen=True)
class CommitmentMade(CommitmentFact):
    """Somebody said they would answer a call."""

    name: ClassVar[str] = "commitment.made"


@dataclass(frozen=True)
class CommitmentWithdrawn(CommitmentFact):
    """They will not after all, and nothing follows from it."""

    name: ClassVar[str] = "commitment.withdrawn"


@dataclass(frozen=True)
class CommitmentFulfilled(CommitmentFact):
    """They claimed what they had promised."""

    name: ClassVar[str] = "commitment.fulfilled"


@dataclass(frozen=True)
class CommitmentLapsed(CommitmentFact):
    """Its call was closed long ago."""

    name: ClassVar[str] = "commitment.lapsed"


@dataclass(frozen=True)
class ContributionFact(DomainEvent):
    """A fact about one contribution."""

    audit_only: ClassVar[bool] = True

    contribution_id: UUID
    market_id: UUID
    kind: ContributionKind


@dataclass(frozen=True)
class ContributionSubmitted(ContributionFact):
    """Somebody says that they gave something."""

    name: ClassVar[str] = "contribution.submitted"
    audit_only: ClassVar[bool] = False

    corrects_id: UUID | None


@dataclass(frozen=True)
class ContributionChecked(ContributionFact):
    """What a machine can tell is in order."""

    name: ClassVar[str] = "contribution.checked"


@dataclass(frozen=True)
class ContributionOverdue(ContributionFact):
    """For a week, or another one, no moderator has decided about it: an alarm for operators."""

    name: ClassVar[str] = "contribution.overdue"

    waiting_since: datetime


@dataclass(frozen=True)
class ContributionAssigned(ContributionFact):
    """Somebody is asked whether it happened."""

    name: ClassVar[str] = "contribution.assigned"

    verifier: Verifier


@dataclass(frozen=True)
class ContributionVerified(ContributionFact):
    """It happened: for so many thousandths of units, as good as so many thousandths of good."""

    name: ClassVar[str] = "contribution.verified"

    user_id: UUID
    units_milli: int
    quality_milli: int
    wants_thanks_only: bool
    corrects_id: UUID | None


@dataclass(frozen=True)
class ContributionCorrected(ContributionFact):
    """A later claim that was verified takes the place of this one."""

    name: ClassVar[str] = "contribution.corrected"
    audit_only: ClassVar[bool] = False

    corrected_by: UUID


@dataclass(frozen=True)
class ContributionThanked(ContributionFact):
    """No credits follow: thanks were all that was wanted or is given, or hours passed instead."""

    name: ClassVar[str] = "contribution.thanked"


@dataclass(frozen=True)
class ContributionRejected(ContributionFact):
    """It was not confirmed, for a stated reason."""

    name: ClassVar[str] = "contribution.rejected"

    reason: RejectionReason


@dataclass(frozen=True)
class ContributionAppealed(ContributionFact):
    """Its contributor wants a rejection looked at by somebody else."""

    name: ClassVar[str] = "contribution.appealed"


@dataclass(frozen=True)
class RejectionUpheld(ContributionFact):
    """A rejection stands for good: on appeal, or because nobody appealed or answered in time."""

    name: ClassVar[str] = "contribution.rejection_upheld"

    reason: RejectionReason


@dataclass(frozen=True)
class ContributionWithdrawn(ContributionFact):
    """Its contributor took it back, and nothing follows from it."""

    name: ClassVar[str] = "contribution.withdrawn"


@dataclass(frozen=True)
class AttestationFact(DomainEvent):
    """A fact about one asking."""

    audit_only: ClassVar[bool] = True

    attestation_id: UUID
    contribution_id: UUID
    attester_id: UUID | None
    role: AttestationRole


@dataclass(frozen=True)
class AttesterAsked(AttestationFact):
    """Somebody is asked whether a contribution happened, until then."""

    name: ClassVar[str] = "attestation.asked"

    due_at: datetime


@dataclass(frozen=True)
class AttesterNoticed(AttestationFact):
    """Somebody who was asked is reminded, for the first or the second time."""

    name: ClassVar[str] = "attestation.noticed"

    notices: int


@dataclass(frozen=True)
class AttestationEnded(AttestationFact):
    """Somebody answered, was replaced, or need not answer any more."""

    name: ClassVar[str] = "attestation.ended"

    state: AttestationState
