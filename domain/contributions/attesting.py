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
from domain.contributions import assigning, queries, rules, verifying
from domain.contributions.attestation_models import Attestation
from domain.contributions.call_models import Call
from domain.contributions.errors import (
    AttestationNotFound,
    AttestationUnfit,
    ContributionNotFound,
    InvolvedAlready,
)
from domain.contributions.events import AttesterNoticed
from domain.contributions.kinds import (
    AttestationActor,
    AttestationRole,
    AttestationState,
    ContributionActor,
    Funder,
    RejectionReason,
    SubjectType,
    Verifier,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.rules import Answer
from domain.foundation import events
from domain.foundation.actors import CLOCK, Actor
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller

NOTICES = 2
_YES = frozenset({AttestationState.CONFIRMED, AttestationState.CONFIRMED_BY_SILENCE})
_SPOKEN = _YES | {AttestationState.REJECTED}


class Verdict(StrEnum):
    """What who was asked says."""

    CONFIRM = "confirm"
    REJECT = "reject"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it comes. Without units all that was claimed is confirmed."""

    verdict: Verdict
    quality_milli: int = rules.GOOD
    units_milli: int | None = None
    reason: RejectionReason | None = None
    statement: str | None = None


def attest(session: Session, attestation_id: UUID, said: Said, *, by: Caller, at: datetime) -> Attestation:
    """Answer what one was asked. To decline is free; somebody else is asked instead.

    Raises `AttestationNotFound` to everybody else, `AttestationUnfit`, `AccountSuspended`, `NotNow` for
    what was answered, and `InvolvedAlready` to who turned out to be the same as a side of it; declining
    stays open to them.
    """
    given, asked = _locked(session, attestation_id)
    if asked.attester_id != by.user_id:
        raise AttestationNotFound
    CONTRIBUTIONS.next_state(given.state, "verify", ContributionActor.ATTESTER)
    identity.require_active_accounts(session, by.user_id)
    if said.verdict is not Verdict.DECLINE and not _is_apart(session, given, asked):
        raise InvolvedAlready("You look like a side of this; decline, and somebody else is asked.")
    _write_down(given, asked, said)
    verifying.end(session, asked, said.verdict, AttestationActor.ATTESTER, by=by.actor, at=at)
    if said.verdict is Verdict.DECLINE:
        _ask_somebody_else(session, given, asked, at)
    else:
        _conclude(session, given, asked, by=by.actor, at=at)
    return asked


def verify(session: Session, contribution_id: UUID, said: Said, *, by: Caller, at: datetime) -> Contribution:
    """Say whether it happened, as a moderator who has nothing to do with it, where one is waited for.

    Raises `ContributionNotFound` to everybody else, `InvolvedAlready`, `AttestationUnfit`, `NotNow` and
    `AccountSuspended`.
    """
    given = queries.contribution_locked(session, contribution_id)
    if not by.is_moderator(given.market_id):
        raise ContributionNotFound
    CONTRIBUTIONS.next_state(given.state, "verify", ContributionActor.MODERATOR)
    identity.require_active_accounts(session, by.user_id)
    if given.verifier is not Verifier.MODERATOR:
        raise TransitionNotAllowed("Others are asked about this.", state=str(given.state), allowed=[])
    asked = decide_as(session, given, AttestationRole.MODERATOR, said, by=by, at=at)
    actor = by.actor_in(given.market_id)
    verifying.conclude(session, given, answer_of(asked), actor=ContributionActor.MODERATOR, by=actor, at=at)
    return given


def decide_as(
    session: Session, given: Contribution, role: AttestationRole, said: Said, *, by: Caller, at: datetime
) -> Attestation:
    """Write down what a moderator says who was not involved. Raises `InvolvedAlready`."""
    answered = {one.attester_id for one in queries.attestations(session, given.id)}
    if by.user_id in answered or not assigning.may_attest(session, given, by.user_id):
        raise InvolvedAlready
    if said.verdict is Verdict.DECLINE:
        raise AttestationUnfit("Leave it to somebody else by doing nothing.", field="verdict")
    asked = Attestation(
        contribution_id=given.id,
        contributor_id=given.user_id,
        attester_id=by.user_id,
        role=role,
        assigned_at=at,
    )
    _write_down(given, asked, said)
    session.add(asked)
    actor = by.actor_in(given.market_id)
    verifying.end(session, asked, said.verdict, AttestationActor.ATTESTER, by=actor, at=at)
    return asked


def act(session: Session, attestation_id: UUID, *, at: datetime) -> bool:
    """Let the clock act on somebody who was asked: remind them, take silence for a yes, or ask another.

    False where nothing is due.
    """
    given, asked = _locked(session, attestation_id)
    if asked.state is not AttestationState.ASKED or asked.due_at is None or asked.due_at > at:
        return False
    if asked.role is AttestationRole.COUNTERPARTY and asked.notices < NOTICES:
        _remind(session, given, asked, at)
    elif asked.role is AttestationRole.COUNTERPARTY and _silence_counts(session, given):
        _take_silence_for_a_yes(session, given, asked, at)
    else:
        verifying.end(session, asked, "replace", AttestationActor.CLOCK, by=CLOCK, at=at)
        _ask_somebody_else(session, given, asked, at)
    return True


def answer_of(asked: Attestation) -> Answer:
    """What an attestation counts as; a no is worth nothing."""
    if asked.state in _YES:
        return Answer(asked.quality_milli or 0, asked.units_milli or 0)
    return Answer(reason=asked.reason, statement=asked.statement)


def _locked(session: Session, attestation_id: UUID) -> tuple[Contribution, Attestation]:
    """A contribution and one asking about it, under the contribution's lock."""
    known = queries.attestation(session, attestation_id)
    given = queries.contribution_locked(session, known.contribution_id)
    return given, queries.attestation(session, attestation_id)


def _write_down(given: Contribution, asked: Attestation, said: Said) -> None:
    match said.verdict:
        case Verdict.CONFIRM:
            units = given.units_milli if said.units_milli is None else said.units_milli
            rules.check_answer(said.quality_milli, units, given.units_milli)
            asked.quality_milli, asked.units_milli = said.quality_milli, units
        case Verdict.REJECT:
            if said.reason is None:
                raise AttestationUnfit("Say why.", field="reason")
            asked.reason = said.reason
        case Verdict.DECLINE:
            pass
    asked.statement = said.statement


def _conclude(session: Session, given: Contribution, asked: Attestation, *, by: Actor, at: datetime) -> None:
    if asked.role is not AttestationRole.QUORUM:
        said = answer_of(asked)
    else:
        members = [one for one in queries.attestations(session, given.id) if one.role is asked.role]
        if any(one.state is AttestationState.ASKED for one in members):
            return
        said = rules.middle([answer_of(one) for one in members if one.state in _SPOKEN])
    verifying.conclude(session, given, said, actor=ContributionActor.ATTESTER, by=by, at=at)


def _ask_somebody_else(session: Session, given: Contribution, asked: Attestation, at: datetime) -> None:
    if asked.seat is None:
        assigning.ask_a_quorum(session, given, at=at)
    else:
        assigning.refill(session, given, asked.seat, at=at)


def _remind(session: Session, given: Contribution, asked: Attestation, at: datetime) -> None:
    rules_of, _ = verifying.rules_for(session, given)
    asked.notices += 1
    asked.noticed_at = at
    asked.due_at = rules.next_act(asked.assigned_at, asked.notices, at, rules_of.counterparty)
    if asked.notices == NOTICES:
        given.verify_by = asked.due_at
    session.flush()
    fact = AttesterNoticed(
        attestation_id=asked.id,
        contribution_id=given.id,
        attester_id=asked.attester_id,
        role=asked.role,
        notices=asked.notices,
    )
    events.record_event(session, fact, subject=("contribution", given.id), by=CLOCK, at=at)


def _is_apart(session: Session, given: Contribution, asked: Attestation) -> bool:
    """Whether who answers is nobody else under another name, as far as accounts can tell by now."""
    if asked.attester_id is None:
        return False
    if asked.role is AttestationRole.COUNTERPARTY:
        return assigning.is_another_person(session, given, asked.attester_id)
    return assigning.may_attest(session, given, asked.attester_id)


def _silence_counts(session: Session, given: Contribution) -> bool:
    """A stranger who is silent has confirmed nothing, and nobody pays with their hours by being silent.

    Nor has who could not come in to say no, or turned out to be the contributor.
    """
    if verifying.rules_for(session, given)[1].funder is Funder.HOURS:
        return False
    other_id = given.beneficiary_id
    if other_id is None or not assigning.can_answer(session, other_id):
        return False
    if not assigning.is_another_person(session, given, other_id):
        return False
    call = None if given.call_id is None else session.get(Call, given.call_id)
    asked_for_it = call is not None and call.asked_by == given.beneficiary_id
    return given.subject_type is SubjectType.BOOKING or asked_for_it


def _take_silence_for_a_yes(session: Session, given: Contribution, asked: Attestation, at: datetime) -> None:
    asked.quality_milli, asked.units_milli = rules.GOOD, given.units_milli
    verifying.end(session, asked, "confirm_by_silence", AttestationActor.CLOCK, by=CLOCK, at=at)
    said = answer_of(asked)
    verifying.conclude(session, given, said, actor=ContributionActor.CLOCK, by=CLOCK, at=at)
