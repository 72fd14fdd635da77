"""Appeals: the contributor asks somebody who was not involved to look at a rejection again."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.contributions import queries, rules, verification
from domain.contributions.attestations.answers import AttestationAnswer, record_moderator_answer, result_of
from domain.contributions.errors import ContributionNotFound
from domain.contributions.events import ContributionAppealed, RejectionUpheld
from domain.contributions.kinds import AttestationRole, ContributionActor, ContributionState, RejectionReason
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.foundation.actors import CLOCK, Actor
from domain.identity import Caller


def appeal_rejection(
    session: Session, contribution_id: UUID, statement: str, *, by: Caller, at: datetime
) -> Contribution:
    """Ask somebody else to look at a rejection, within 183 days.

    Raises `ContributionNotFound` to all but the contributor, `NotNow` and `AppealOver`.
    """
    contribution = queries.lock_contribution(session, contribution_id)
    if contribution.user_id != by.user_id:
        raise ContributionNotFound
    state = CONTRIBUTIONS.next_state(contribution.state, "appeal", ContributionActor.CONTRIBUTOR)
    if contribution.rejected_at is not None:
        rules.check_appeal_window(contribution.rejected_at, at)
    contribution.state, contribution.appealed_at, contribution.appeal_statement = state, at, statement
    contribution.verify_by = at + rules.MODERATOR_WAIT
    event = ContributionAppealed(**verification.event_fields(contribution))
    verification.record_contribution_event(session, contribution, event, by=by.actor, at=at)
    return contribution


def answer_appeal(
    session: Session, contribution_id: UUID, answer: AttestationAnswer, *, by: Caller, at: datetime
) -> Contribution:
    """Answer an appeal, as a moderator who has had nothing to do with it: confirmed, or rejected for good.

    Raises `ContributionNotFound` to everybody else, `InvolvedAlready`, `AttestationUnfit` and `NotNow`.
    """
    contribution = queries.lock_contribution(session, contribution_id)
    if not by.is_moderator(contribution.market_id):
        raise ContributionNotFound
    CONTRIBUTIONS.next_state(contribution.state, "grant", ContributionActor.MODERATOR)
    attestation = record_moderator_answer(session, contribution, AttestationRole.APPEAL, answer, by=by, at=at)
    result, actor = result_of(attestation), by.actor_in(contribution.market_id)
    if result.quality_milli:
        verification.apply_verification(
            session, contribution, result, actor=ContributionActor.MODERATOR, by=actor, at=at
        )
    else:
        reason = result.reason or RejectionReason.NOT_DONE
        contribution.rejected_statement = result.statement
        _uphold(session, contribution, "refuse", reason, ContributionActor.MODERATOR, by=actor, at=at)
    return contribution


def finalize_rejection(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Let the clock end what nobody appealed, or what nobody answered in time. False where nothing is due."""
    contribution = queries.lock_contribution(session, contribution_id)
    if contribution.state is ContributionState.REJECTED and _is_over(
        contribution.rejected_at, at - rules.APPEAL_WINDOW
    ):
        reason = contribution.rejected_reason or RejectionReason.NOT_DONE
        _uphold(session, contribution, "let_stand", reason, ContributionActor.CLOCK, by=CLOCK, at=at)
        return True
    if contribution.state is ContributionState.APPEALED and _is_over(
        contribution.appealed_at, at - rules.APPEAL_ANSWER_PERIOD
    ):
        reason = RejectionReason.APPEAL_UNANSWERED
        _uphold(session, contribution, "refuse", reason, ContributionActor.CLOCK, by=CLOCK, at=at)
        return True
    return False


def list_expired_rejections(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Rejections that nobody appealed in time, and appeals that nobody answered."""
    rejected_ids = queries.list_rejected_before(session, at - rules.APPEAL_WINDOW, limit=limit)
    return rejected_ids + queries.list_appealed_before(
        session, at - rules.APPEAL_ANSWER_PERIOD, limit=limit - len(rejected_ids)
    )


def _is_over(since: datetime | None, before: datetime) -> bool:
    return since is not None and since <= before


def _uphold(
    session: Session,
    contribution: Contribution,
    step: str,
    reason: RejectionReason,
    actor: ContributionActor,
    *,
    by: Actor,
    at: datetime,
) -> None:
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, step, actor)
    contribution.rejected_reason = reason
    event = RejectionUpheld(**verification.event_fields(contribution), reason=reason)
    verification.record_contribution_event(session, contribution, event, by=by, at=at)
