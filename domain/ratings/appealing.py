"""Appeals: the author of a review asks somebody else to look at a decision against it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation import events
from domain.identity import Caller
from domain.ratings import queries, rules
from domain.ratings.deciding import carry_out, to_moderate
from domain.ratings.errors import DecisionNotFound, NoAppealOpen, NotImpartial, ReviewNotFound
from domain.ratings.events import AppealDecided, DecisionAppealed
from domain.ratings.kinds import AppealOutcome, DecisionKind, DecisionReason, ReviewState
from domain.ratings.models import ReviewDecision
from domain.ratings.queries import Case

# What an appeal that is granted does to a review that is still as the decision left it.
_UNDONE = {
    (DecisionKind.HOLD, ReviewState.HELD): DecisionKind.RELEASE,
    (DecisionKind.REMOVE, ReviewState.REMOVED): DecisionKind.RESTORE,
}


def appeal(
    session: Session, decision_id: UUID, statement: str, *, by: Caller, at: datetime
) -> ReviewDecision:
    """Ask somebody else to look at a decision against one's review, within 183 days.

    Raises `DecisionNotFound` to all but the author, and `NotAppealable`.
    """
    case = queries.case_locked(session, queries.review_of_decision(session, decision_id))
    if case.author_id != by.user_id or case.state is ReviewState.SEALED:
        raise DecisionNotFound
    made = queries.decision_locked(session, decision_id)
    rules.may_appeal(made.kind, made.decided_at, is_appealed=made.appealed_at is not None, at=at)
    made.appealed_at, made.appeal_statement = at, statement
    fact = DecisionAppealed(review_id=case.review_id, booking_id=case.booking_id, decision_id=made.id)
    events.record_event(session, fact, subject=("review", case.review_id), by=by.actor, at=at)
    return made


def answer_appeal(
    session: Session,
    decision_id: UUID,
    outcome: AppealOutcome,
    *,
    statement: str,
    by: Caller,
    at: datetime,
) -> ReviewDecision:
    """Answer an appeal, as a moderator who neither decided nor is a side; a granted one undoes the decision.

    Raises `DecisionNotFound`, `NoAppealOpen` and `NotImpartial`.
    """
    case = _to_answer(session, decision_id, by)
    made = queries.decision_locked(session, decision_id)
    if made.appealed_at is None or made.appeal_decided_at is not None:
        raise NoAppealOpen
    if made.decided_by == by.user_id:
        raise NotImpartial
    made.appeal_decided_at, made.appeal_decided_by = at, by.user_id
    made.appeal_outcome, made.appeal_answer = outcome, statement
    session.flush()
    actor = by.actor_in(case.market_id)
    fact = AppealDecided(
        review_id=case.review_id, booking_id=case.booking_id, decision_id=made.id, outcome=outcome
    )
    events.record_event(session, fact, subject=("review", case.review_id), by=actor, at=at)
    undoing = _UNDONE.get((made.kind, case.state))
    if outcome is AppealOutcome.OVERTURNED and undoing is not None:
        carry_out(session, case, undoing, DecisionReason.APPEAL_GRANTED, statement, by=actor, at=at)
    return made


def _to_answer(session: Session, decision_id: UUID, by: Caller) -> Case:
    try:
        return to_moderate(session, queries.review_of_decision(session, decision_id), by)
    except ReviewNotFound as unknown:
        raise DecisionNotFound from unknown
