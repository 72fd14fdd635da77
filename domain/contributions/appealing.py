"""Appeals: the contributor asks somebody who was not involved to look at a rejection again."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.contributions import queries, rules, verifying
from domain.contributions.attesting import Said, answer_of, decide_as
from domain.contributions.errors import ContributionNotFound
from domain.contributions.events import ContributionAppealed, RejectionUpheld
from domain.contributions.kinds import AttestationRole, ContributionActor, ContributionState, RejectionReason
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.foundation.actors import CLOCK, Actor
from domain.identity import Caller


def appeal(
    session: Session, contribution_id: UUID, statement: str, *, by: Caller, at: datetime
) -> Contribution:
    """Ask somebody else to look at a rejection, within 183 days.

    Raises `ContributionNotFound` to all but the contributor, `NotNow` and `AppealOver`.
    """
    given = queries.contribution_locked(session, contribution_id)
    if given.user_id != by.user_id:
        raise ContributionNotFound
    state = CONTRIBUTIONS.next_state(given.state, "appeal", ContributionActor.CONTRIBUTOR)
    if given.rejected_at is not None:
        rules.may_appeal(given.rejected_at, at)
    given.state, given.appealed_at, given.appeal_statement = state, at, statement
    given.verify_by = at + rules.MODERATOR_WAIT
    fact = ContributionAppealed(**verifying.about(given))
    verifying.tell(session, given, fact, by=by.actor, at=at)
    return given


def answer_appeal(
    session: Session, contribution_id: UUID, said: Said, *, by: Caller, at: datetime
) -> Contribution:
    """Answer an appeal, as a moderator who has had nothing to do with it: confirmed, or rejected for good.

    Raises `ContributionNotFound` to everybody else, `InvolvedAlready`, `AttestationUnfit` and `NotNow`.
    """
    given = queries.contribution_locked(session, contribution_id)
    if not by.is_moderator(given.market_id):
        raise ContributionNotFound
    CONTRIBUTIONS.next_state(given.state, "grant", ContributionActor.MODERATOR)
    asked = decide_as(session, given, AttestationRole.APPEAL, said, by=by, at=at)
    heard, actor = answer_of(asked), by.actor_in(given.market_id)
    if heard.quality_milli:
        verifying.conclude(session, given, heard, actor=ContributionActor.MODERATOR, by=actor, at=at)
    else:
        reason = heard.reason or RejectionReason.NOT_DONE
        given.rejected_statement = heard.statement
        _uphold(session, given, "refuse", reason, ContributionActor.MODERATOR, by=actor, at=at)
    return given


def let_stand(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Let the clock end what nobody appealed, or what nobody answered in time. False where nothing is due."""
    given = queries.contribution_locked(session, contribution_id)
    if given.state is ContributionState.REJECTED and _is_over(given.rejected_at, at - rules.APPEAL_WINDOW):
        reason = given.rejected_reason or RejectionReason.NOT_DONE
        _uphold(session, given, "let_stand", reason, ContributionActor.CLOCK, by=CLOCK, at=at)
        return True
    if given.state is ContributionState.APPEALED and _is_over(given.appealed_at, at - rules.APPEAL_ANSWER):
        reason = RejectionReason.APPEAL_UNANSWERED
        _uphold(session, given, "refuse", reason, ContributionActor.CLOCK, by=CLOCK, at=at)
        return True
    return False


def standing_rejections(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Rejections that nobody appealed in time, and appeals that nobody answered."""
    found = queries.rejected_before(session, at - rules.APPEAL_WINDOW, limit=limit)
    return found + queries.appealed_before(session, at - rules.APPEAL_ANSWER, limit=limit - len(found))


def _is_over(since: datetime | None, before: datetime) -> bool:
    return since is not None and since <= before


def _uphold(
    session: Session,
    given: Contribution,
    step: str,
    reason: RejectionReason,
    actor: ContributionActor,
    *,
    by: Actor,
    at: datetime,
) -> None:
    given.state = CONTRIBUTIONS.next_state(given.state, step, actor)
    given.rejected_reason = reason
    fact = RejectionUpheld(**verifying.about(given), reason=reason)
    verifying.tell(session, given, fact, by=by, at=at)
