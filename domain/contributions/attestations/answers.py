"""Attesting: who was asked confirms with a quality, rejects with a reason, or declines, which costs nothing.

A quorum speaks when every seat has answered; it says the middle of what its members said. Silence of the
other person counts as a yes after two notices, but only where the two had to do with each other by more than
the claim, and never where it would cost the silent one something.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session

from domain import identity
from domain.contributions import queries, rules, verification
from domain.contributions.attestations import assignment
from domain.contributions.errors import (
    AttestationNotFound,
    ContributionNotFound,
    InvalidAttestation,
    NotIndependent,
)
from domain.contributions.events import AttesterReminded
from domain.contributions.kinds import (
    AttestationActor,
    AttestationRole,
    AttestationState,
    ContributionActor,
    ContributionFunder,
    ContributionVerifier,
    RejectionReason,
    SubjectType,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Attestation, Call, Contribution
from domain.contributions.rules import VerificationResult
from domain.foundation import events
from domain.foundation.actors import CLOCK, Actor
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller

MAX_NOTICES = 2
_CONFIRMED = frozenset({AttestationState.CONFIRMED, AttestationState.CONFIRMED_BY_SILENCE})
_ANSWERED = _CONFIRMED | {AttestationState.REJECTED}


class AttestationVerdict(StrEnum):
    """What who was asked says."""

    CONFIRM = "confirm"
    REJECT = "reject"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class AttestationAnswer:
    """An answer as it comes. Without units all that was claimed is confirmed."""

    verdict: AttestationVerdict
    quality_milli: int = rules.STANDARD_QUALITY
    units_milli: int | None = None
    reason: RejectionReason | None = None
    statement: str | None = None


def attest(
    session: Session, attestation_id: UUID, answer: AttestationAnswer, *, by: Caller, at: datetime
) -> Attestation:
    """Answer what one was asked. To decline is free; somebody else is asked instead.

    Raises `AttestationNotFound` to everybody else, `AttestationUnfit`, `AccountSuspended`, `NotNow` for
    what was answered, and `InvolvedAlready` to who turned out to be the same as a side of it; declining
    stays open to them.
    """
    contribution, attestation = _lock_attestation(session, attestation_id)
    if attestation.attester_id != by.user_id:
        raise AttestationNotFound
    CONTRIBUTIONS.next_state(contribution.state, "verify", ContributionActor.ATTESTER)
    identity.require_active_accounts(session, by.user_id)
    if answer.verdict is not AttestationVerdict.DECLINE and not _is_independent(
        session, contribution, attestation
    ):
        raise NotIndependent("You look like a side of this; decline, and somebody else is asked.")
    _store_answer(contribution, attestation, answer)
    verification.end_attestation(
        session, attestation, answer.verdict, AttestationActor.ATTESTER, by=by.actor, at=at
    )
    if answer.verdict is AttestationVerdict.DECLINE:
        _assign_replacement(session, contribution, attestation, at)
    else:
        _apply_answer(session, contribution, attestation, by=by.actor, at=at)
    return attestation


def verify_as_moderator(
    session: Session, contribution_id: UUID, answer: AttestationAnswer, *, by: Caller, at: datetime
) -> Contribution:
    """Say whether it happened, as a moderator who has nothing to do with it, where one is waited for.

    Raises `ContributionNotFound` to everybody else, `InvolvedAlready`, `AttestationUnfit`, `NotNow` and
    `AccountSuspended`.
    """
    contribution = queries.lock_contribution(session, contribution_id)
    if not by.is_moderator(contribution.market_id):
        raise ContributionNotFound
    CONTRIBUTIONS.next_state(contribution.state, "verify", ContributionActor.MODERATOR)
    identity.require_active_accounts(session, by.user_id)
    if contribution.verifier is not ContributionVerifier.MODERATOR:
        raise TransitionNotAllowed("Others are asked about this.", state=str(contribution.state), allowed=[])
    attestation = record_moderator_answer(
        session, contribution, AttestationRole.MODERATOR, answer, by=by, at=at
    )
    actor = by.actor_in(contribution.market_id)
    verification.apply_verification(
        session, contribution, result_of(attestation), actor=ContributionActor.MODERATOR, by=actor, at=at
    )
    return contribution


def record_moderator_answer(
    session: Session,
    contribution: Contribution,
    role: AttestationRole,
    answer: AttestationAnswer,
    *,
    by: Caller,
    at: datetime,
) -> Attestation:
    """Write down what a moderator says who was not involved. Raises `InvolvedAlready`."""
    answered = {earlier.attester_id for earlier in queries.list_attestations(session, contribution.id)}
    if by.user_id in answered or not assignment.is_independent(session, contribution, by.user_id):
        raise NotIndependent
    if answer.verdict is AttestationVerdict.DECLINE:
        raise InvalidAttestation("Leave it to somebody else by doing nothing.", field="verdict")
    attestation = Attestation(
        contribution_id=contribution.id,
        contributor_id=contribution.user_id,
        attester_id=by.user_id,
        role=role,
        assigned_at=at,
    )
    _store_answer(contribution, attestation, answer)
    session.add(attestation)
    actor = by.actor_in(contribution.market_id)
    verification.end_attestation(
        session, attestation, answer.verdict, AttestationActor.ATTESTER, by=actor, at=at
    )
    return attestation


def process_due_attestation(session: Session, attestation_id: UUID, *, at: datetime) -> bool:
    """Let the clock act on somebody who was asked: remind them, take silence for a yes, or ask another.

    False where nothing is due.
    """
    contribution, attestation = _lock_attestation(session, attestation_id)
    if (
        attestation.state is not AttestationState.ASKED
        or attestation.due_at is None
        or attestation.due_at > at
    ):
        return False
    if attestation.role is AttestationRole.COUNTERPARTY and attestation.notices < MAX_NOTICES:
        _remind(session, contribution, attestation, at)
    elif attestation.role is AttestationRole.COUNTERPARTY and _silence_counts(session, contribution):
        _confirm_by_silence(session, contribution, attestation, at)
    else:
        verification.end_attestation(session, attestation, "replace", AttestationActor.CLOCK, by=CLOCK, at=at)
        _assign_replacement(session, contribution, attestation, at)
    return True


def result_of(attestation: Attestation) -> VerificationResult:
    """What an attestation counts as; a no is worth nothing."""
    if attestation.state in _CONFIRMED:
        return VerificationResult(attestation.quality_milli or 0, attestation.units_milli or 0)
    return VerificationResult(reason=attestation.reason, statement=attestation.statement)


def _lock_attestation(session: Session, attestation_id: UUID) -> tuple[Contribution, Attestation]:
    """A contribution and one asking about it, under the contribution's lock."""
    known = queries.get_attestation(session, attestation_id)
    contribution = queries.lock_contribution(session, known.contribution_id)
    return contribution, queries.get_attestation(session, attestation_id)


def _store_answer(contribution: Contribution, attestation: Attestation, answer: AttestationAnswer) -> None:
    match answer.verdict:
        case AttestationVerdict.CONFIRM:
            units = contribution.units_milli if answer.units_milli is None else answer.units_milli
            rules.check_confirmation(answer.quality_milli, units, contribution.units_milli)
            attestation.quality_milli, attestation.units_milli = answer.quality_milli, units
        case AttestationVerdict.REJECT:
            if answer.reason is None:
                raise InvalidAttestation("Say why.", field="reason")
            attestation.reason = answer.reason
        case AttestationVerdict.DECLINE:
            pass
    attestation.statement = answer.statement


def _apply_answer(
    session: Session, contribution: Contribution, attestation: Attestation, *, by: Actor, at: datetime
) -> None:
    if attestation.role is not AttestationRole.QUORUM:
        result = result_of(attestation)
    else:
        members = [
            member
            for member in queries.list_attestations(session, contribution.id)
            if member.role is attestation.role
        ]
        if any(member.state is AttestationState.ASKED for member in members):
            return
        result = rules.quorum_median([result_of(member) for member in members if member.state in _ANSWERED])
    verification.apply_verification(
        session, contribution, result, actor=ContributionActor.ATTESTER, by=by, at=at
    )


def _assign_replacement(
    session: Session, contribution: Contribution, attestation: Attestation, at: datetime
) -> None:
    if attestation.seat is None:
        assignment.assign_quorum(session, contribution, at=at)
    else:
        assignment.replace_quorum_member(session, contribution, attestation.seat, at=at)


def _remind(session: Session, contribution: Contribution, attestation: Attestation, at: datetime) -> None:
    market_policy, _ = verification.get_rules(session, contribution)
    attestation.notices += 1
    attestation.noticed_at = at
    attestation.due_at = rules.next_action_at(
        attestation.assigned_at, attestation.notices, at, market_policy.counterparty
    )
    if attestation.notices == MAX_NOTICES:
        contribution.verify_by = attestation.due_at
    session.flush()
    event = AttesterReminded(
        attestation_id=attestation.id,
        contribution_id=contribution.id,
        attester_id=attestation.attester_id,
        role=attestation.role,
        notices=attestation.notices,
    )
    events.record_event(session, event, subject=("contribution", contribution.id), by=CLOCK, at=at)


def _is_independent(session: Session, contribution: Contribution, attestation: Attestation) -> bool:
    """Whether who answers is nobody else under another name, as far as accounts can tell by now."""
    if attestation.attester_id is None:
        return False
    if attestation.role is AttestationRole.COUNTERPARTY:
        return assignment.is_different_person(session, contribution, attestation.attester_id)
    return assignment.is_independent(session, contribution, attestation.attester_id)


def _silence_counts(session: Session, contribution: Contribution) -> bool:
    """A stranger who is silent has confirmed nothing, and nobody pays with their hours by being silent.

    Nor has who could not come in to say no, or turned out to be the contributor.
    """
    if verification.get_rules(session, contribution)[1].funder is ContributionFunder.HOURS:
        return False
    other_id = contribution.beneficiary_id
    if other_id is None or not assignment.can_answer(session, other_id):
        return False
    if not assignment.is_different_person(session, contribution, other_id):
        return False
    call = None if contribution.call_id is None else session.get(Call, contribution.call_id)
    requested_by_beneficiary = call is not None and call.asked_by == contribution.beneficiary_id
    return contribution.subject_type is SubjectType.BOOKING or requested_by_beneficiary


def _confirm_by_silence(
    session: Session, contribution: Contribution, attestation: Attestation, at: datetime
) -> None:
    attestation.quality_milli, attestation.units_milli = rules.STANDARD_QUALITY, contribution.units_milli
    verification.end_attestation(
        session, attestation, "confirm_by_silence", AttestationActor.CLOCK, by=CLOCK, at=at
    )
    result = result_of(attestation)
    verification.apply_verification(
        session, contribution, result, actor=ContributionActor.CLOCK, by=CLOCK, at=at
    )
