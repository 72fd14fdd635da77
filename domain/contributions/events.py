"""Facts about calls, commitments, contributions and attestations: ids, words and instants, never evidence."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.contributions.kinds import (
    AttestationRole,
    AttestationState,
    ContributionKind,
    ContributionVerifier,
    RejectionReason,
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
class CommitmentEvent(DomainEvent):
    """A fact about one promise. No fact about how a promise ends has a reader."""

    audit_only: ClassVar[bool] = True

    commitment_id: UUID
    call_id: UUID


@dataclass(frozen=True)
class CommitmentMade(CommitmentEvent):
    """Somebody said they would answer a call."""

    name: ClassVar[str] = "commitment.made"


@dataclass(frozen=True)
class CommitmentWithdrawn(CommitmentEvent):
    """They will not after all, and nothing follows from it."""

    name: ClassVar[str] = "commitment.withdrawn"


@dataclass(frozen=True)
class CommitmentFulfilled(CommitmentEvent):
    """They claimed what they had promised."""

    name: ClassVar[str] = "commitment.fulfilled"


@dataclass(frozen=True)
class CommitmentLapsed(CommitmentEvent):
    """Its call was closed long ago."""

    name: ClassVar[str] = "commitment.lapsed"


@dataclass(frozen=True)
class ContributionEvent(DomainEvent):
    """A fact about one contribution."""

    audit_only: ClassVar[bool] = True

    contribution_id: UUID
    market_id: UUID
    kind: ContributionKind


@dataclass(frozen=True)
class ContributionSubmitted(ContributionEvent):
    """Somebody says that they gave something."""

    name: ClassVar[str] = "contribution.submitted"
    audit_only: ClassVar[bool] = False

    corrects_id: UUID | None


@dataclass(frozen=True)
class ContributionChecked(ContributionEvent):
    """What a machine can tell is in order."""

    name: ClassVar[str] = "contribution.checked"


@dataclass(frozen=True)
class ContributionOverdue(ContributionEvent):
    """For a week, or another one, no moderator has decided about it: an alarm for operators."""

    name: ClassVar[str] = "contribution.overdue"

    waiting_since: datetime


@dataclass(frozen=True)
class ContributionAssigned(ContributionEvent):
    """Somebody is asked whether it happened."""

    name: ClassVar[str] = "contribution.assigned"

    verifier: ContributionVerifier


@dataclass(frozen=True)
class ContributionVerified(ContributionEvent):
    """It happened: for so many thousandths of units, as good as so many thousandths of good."""

    name: ClassVar[str] = "contribution.verified"

    user_id: UUID
    units_milli: int
    quality_milli: int
    wants_thanks_only: bool
    corrects_id: UUID | None


@dataclass(frozen=True)
class ContributionCorrected(ContributionEvent):
    """A later claim that was verified takes the place of this one."""

    name: ClassVar[str] = "contribution.corrected"
    audit_only: ClassVar[bool] = False

    corrected_by: UUID


@dataclass(frozen=True)
class ContributionThanked(ContributionEvent):
    """No credits follow: thanks were all that was wanted or is given, or hours passed instead."""

    name: ClassVar[str] = "contribution.thanked"


@dataclass(frozen=True)
class ContributionRejected(ContributionEvent):
    """It was not confirmed, for a stated reason."""

    name: ClassVar[str] = "contribution.rejected"

    reason: RejectionReason


@dataclass(frozen=True)
class ContributionAppealed(ContributionEvent):
    """Its contributor wants a rejection looked at by somebody else."""

    name: ClassVar[str] = "contribution.appealed"


@dataclass(frozen=True)
class RejectionUpheld(ContributionEvent):
    """A rejection stands for good: on appeal, or because nobody appealed or answered in time."""

    name: ClassVar[str] = "contribution.rejection_upheld"

    reason: RejectionReason


@dataclass(frozen=True)
class ContributionWithdrawn(ContributionEvent):
    """Its contributor took it back, and nothing follows from it."""

    name: ClassVar[str] = "contribution.withdrawn"


@dataclass(frozen=True)
class AttestationEvent(DomainEvent):
    """A fact about one asking."""

    audit_only: ClassVar[bool] = True

    attestation_id: UUID
    contribution_id: UUID
    attester_id: UUID | None
    role: AttestationRole


@dataclass(frozen=True)
class AttesterAssigned(AttestationEvent):
    """Somebody is asked whether a contribution happened, until then."""

    name: ClassVar[str] = "attestation.asked"

    due_at: datetime


@dataclass(frozen=True)
class AttesterReminded(AttestationEvent):
    """Somebody who was asked is reminded, for the first or the second time."""

    name: ClassVar[str] = "attestation.noticed"

    notices: int


@dataclass(frozen=True)
class AttestationEnded(AttestationEvent):
    """Somebody answered, was replaced, or need not answer any more."""

    name: ClassVar[str] = "attestation.ended"

    state: AttestationState
