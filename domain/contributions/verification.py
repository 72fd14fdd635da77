"""What a verdict does to a contribution: verified, thanked where thanks are all, or rejected with a reason.

Whose verdict it was is said by attestations; here it has no weight any more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from sqlmodel import Session

from domain import markets
from domain.contributions import contribution_hours, policy, queries
from domain.contributions.events import (
    AttestationEnded,
    ContributionCorrected,
    ContributionRejected,
    ContributionThanked,
    ContributionVerified,
)
from domain.contributions.kinds import (
    AttestationActor,
    AttestationState,
    ContributionActor,
    ContributionFunder,
    ContributionKind,
    ContributionState,
    RejectionReason,
)
from domain.contributions.lifecycle import ATTESTATIONS, CONTRIBUTIONS
from domain.contributions.models import Attestation, Contribution
from domain.contributions.policy import ContributionPolicy, KindRules
from domain.contributions.rules import VerificationResult
from domain.foundation import events
from domain.foundation.actors import SYSTEM, Actor
from domain.foundation.events import DomainEvent


class ContributionEventFields(TypedDict):
    """What every fact about a contribution says."""

    contribution_id: UUID
    market_id: UUID
    kind: ContributionKind


_WITHOUT_CREDITS: Final = frozenset({ContributionFunder.NOBODY, ContributionFunder.HOURS})
_GRANTING: Final[Mapping[ContributionState, str]] = {
    ContributionState.AWAITING_VERIFICATION: "verify",
    ContributionState.APPEALED: "grant",
}


def apply_verification(
    session: Session,
    contribution: Contribution,
    result: VerificationResult,
    *,
    actor: ContributionActor,
    by: Actor,
    at: datetime,
) -> None:
    """Let a verdict stand. Lock the contribution first."""
    if result.quality_milli == 0:
        reason = result.reason or RejectionReason.NOT_DONE
        reject(session, contribution, reason, result.statement, actor=actor, by=by, at=at)
    else:
        _verify(session, contribution, result, actor=actor, by=by, at=at)


def reject(
    session: Session,
    contribution: Contribution,
    reason: RejectionReason,
    statement: str | None,
    *,
    actor: ContributionActor,
    by: Actor,
    at: datetime,
) -> None:
    """Reject a contribution, with a reason its contributor reads and may appeal."""
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, "reject", actor)
    contribution.rejected_at, contribution.rejected_reason, contribution.rejected_statement = (
        at,
        reason,
        statement,
    )
    release_open_attestations(session, contribution, at=at)
    record_contribution_event(
        session, contribution, ContributionRejected(**event_fields(contribution), reason=reason), by=by, at=at
    )


def release_open_attestations(session: Session, contribution: Contribution, *, at: datetime) -> None:
    """Let everybody who was asked and has not answered go."""
    for attestation in queries.list_attestations(session, contribution.id):
        if attestation.state is AttestationState.ASKED:
            end_attestation(session, attestation, "release", AttestationActor.SYSTEM, by=SYSTEM, at=at)


def end_attestation(
    session: Session, attestation: Attestation, step: str, actor: AttestationActor, *, by: Actor, at: datetime
) -> None:
    """Take the step that ends an asking. What was said is written down before."""
    attestation.state = ATTESTATIONS.next_state(attestation.state, step, actor)
    attestation.answered_at, attestation.due_at = at, None
    session.flush()
    event = AttestationEnded(
        attestation_id=attestation.id,
        contribution_id=attestation.contribution_id,
        attester_id=attestation.attester_id,
        role=attestation.role,
        state=attestation.state,
    )
    events.record_event(session, event, subject=("contribution", attestation.contribution_id), by=by, at=at)


def get_rules(session: Session, contribution: Contribution) -> tuple[ContributionPolicy, KindRules]:
    """The rules a contribution was claimed under; claims are only taken where there are some."""
    rules = policy.policy_of_version(markets.get_policy_version(session, contribution.policy_version_id))
    kind = None if rules is None else rules.kind_rules(contribution.kind, contribution.segment)
    assert rules is not None  # noqa: S101 -- a claim under no rules is refused when it is made
    assert kind is not None  # noqa: S101 -- likewise
    return rules, kind


def record_contribution_event(
    session: Session, contribution: Contribution, event: DomainEvent, *, by: Actor, at: datetime
) -> None:
    """Record a fact about a contribution."""
    session.flush()
    events.record_event(session, event, subject=("contribution", contribution.id), by=by, at=at)


def event_fields(contribution: Contribution) -> ContributionEventFields:
    """What every fact about a contribution says."""
    return {
        "contribution_id": contribution.id,
        "market_id": contribution.market_id,
        "kind": contribution.kind,
    }


def _verify(
    session: Session,
    contribution: Contribution,
    result: VerificationResult,
    *,
    actor: ContributionActor,
    by: Actor,
    at: datetime,
) -> None:
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, _GRANTING[contribution.state], actor)
    contribution.verified_at, contribution.verified_units_milli, contribution.quality_milli = (
        at,
        result.units_milli,
        result.quality_milli,
    )
    release_open_attestations(session, contribution, at=at)
    event = ContributionVerified(
        **event_fields(contribution),
        user_id=contribution.user_id,
        units_milli=result.units_milli,
        quality_milli=result.quality_milli,
        wants_thanks_only=contribution.wants_thanks_only,
        corrects_id=contribution.corrects_id,
    )
    record_contribution_event(session, contribution, event, by=by, at=at)
    _correct(session, contribution, by=by, at=at)
    whole, kind = get_rules(session, contribution)
    if kind.funder is ContributionFunder.HOURS and not contribution.wants_thanks_only:
        contribution_hours.transfer_hours(session, contribution, whole.hours, by=by, at=at)
    if contribution.wants_thanks_only or kind.funder in _WITHOUT_CREDITS:
        contribution.state = CONTRIBUTIONS.next_state(contribution.state, "thank", ContributionActor.SYSTEM)
        contribution.thanked_at = at
        record_contribution_event(
            session, contribution, ContributionThanked(**event_fields(contribution)), by=SYSTEM, at=at
        )


def _correct(session: Session, contribution: Contribution, *, by: Actor, at: datetime) -> None:
    """Tell that this takes the place of what it corrects; what that earned is taken back by who hears it."""
    if contribution.corrects_id is None:
        return
    old = queries.get_contribution(session, contribution.corrects_id)
    if old.verified_at is not None:
        record_contribution_event(
            session,
            old,
            ContributionCorrected(**event_fields(old), corrected_by=contribution.id),
            by=by,
            at=at,
        )
