"""Decisions of staff about reviews: to hold, release, remove or restore, with a statement of reasons.

A decision is made about a `Case`, which has nothing in it of what the review says, so that no number can
enter it; a person reads the text where everybody does. The author can appeal for 183 days, and somebody else
answers. What a detector holds is shown again 72 hours after the reveal unless a person decides.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events
from domain.foundation.actors import CLOCK, SYSTEM, Actor
from domain.foundation.events import DomainEvent
from domain.foundation.paging import Page
from domain.identity import Caller
from domain.ratings import queries, rules
from domain.ratings.errors import NotImpartial, ReviewNotFound
from domain.ratings.events import ReviewHeld, ReviewReleased, ReviewRemoved, ReviewRestored
from domain.ratings.kinds import DecisionKind, DecisionReason, ReviewActor, ReviewState
from domain.ratings.lifecycle import REVIEWS
from domain.ratings.models import ReviewDecision
from domain.ratings.queries import Case

_MOVE = text("""
    UPDATE reviews SET state = :state, held_until = :held_until, removed_at = :removed_at WHERE id = :id
""")


def decide(
    session: Session,
    review_id: UUID,
    kind: DecisionKind,
    *,
    reason_code: DecisionReason,
    statement: str,
    by: Caller,
    at: datetime,
) -> ReviewDecision:
    """Decide about a revealed review, as a moderator of its market who is no side of it.

    Raises `ReasonUnfit`, `ReviewNotFound`, `NotImpartial`, and `NotNow` where it is in no state for it.
    """
    rules.check_reason(kind, reason_code)
    case = to_moderate(session, review_id, by)
    return carry_out(session, case, kind, reason_code, statement, by=by.actor_in(case.market_id), at=at)


def hold_for_a_look(
    session: Session, review_id: UUID, *, reason_code: DecisionReason, statement: str, at: datetime
) -> ReviewDecision:
    """Let a detector ask for a person: the review is not shown for 72 hours, a sealed one from its reveal on.

    Of a sealed one nothing is told before its reveal, not even a fact. Raises `NotNow` for what is held or
    removed already.
    """
    case = queries.case_locked(session, review_id)
    return carry_out(session, case, DecisionKind.HOLD, reason_code, statement, by=SYSTEM, at=at)


def lapse(session: Session, review_id: UUID, *, at: datetime) -> bool:
    """Show a review again that was held and that nobody decided about. False where there is none such."""
    case = queries.case_locked(session, review_id)
    if case.state is not ReviewState.HELD or case.held_until is None or case.held_until > at:
        return False
    _move(session, case, REVIEWS.next_state(case.state, "release", ReviewActor.CLOCK), at)
    fact = ReviewReleased(review_id=review_id, booking_id=case.booking_id)
    events.record_event(session, fact, subject=("review", review_id), by=CLOCK, at=at)
    return True


def decisions_about(
    session: Session, review_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[ReviewDecision]:
    """What was decided about a revealed review and why, for its author and its market's moderators.

    Raises `ReviewNotFound` to everybody else.
    """
    case = queries.case(session, review_id)
    is_theirs = by.user_id == case.author_id or by.is_moderator(case.market_id)
    if case.state is ReviewState.SEALED or not is_theirs:
        raise ReviewNotFound
    return queries.decisions(session, review_id, after=after, limit=limit)


def to_moderate(session: Session, review_id: UUID, by: Caller) -> Case:
    """A revealed review under its lock, for a moderator of its market who is no side of it."""
    case = queries.case_locked(session, review_id)
    if case.state is ReviewState.SEALED or not by.is_moderator(case.market_id):
        raise ReviewNotFound
    if by.user_id in {case.author_id, case.subject_id}:
        raise NotImpartial
    return case


def carry_out(
    session: Session,
    case: Case,
    kind: DecisionKind,
    reason_code: DecisionReason,
    statement: str,
    *,
    by: Actor,
    at: datetime,
) -> ReviewDecision:
    """Take the step of a decision and write down why. Raises `NotNow`."""
    actor = ReviewActor.DETECTOR if by is SYSTEM else ReviewActor.MODERATOR
    _move(session, case, REVIEWS.next_state(case.state, kind, actor), at)
    made = ReviewDecision(
        review_id=case.review_id,
        kind=kind,
        reason_code=reason_code,
        statement=statement,
        decided_by=by.user_id,
        decided_at=at,
    )
    session.add(made)
    session.flush()
    if case.state is not ReviewState.SEALED:  # that a sealed one is held is told at its reveal
        events.record_event(session, _fact(case, made), subject=("review", case.review_id), by=by, at=at)
    return made


def _move(session: Session, case: Case, state: ReviewState, at: datetime) -> None:
    is_held = state in {ReviewState.SEALED, ReviewState.HELD}
    values = {
        "id": case.review_id,
        "state": state,
        "held_until": at + rules.REVIEW_HOLD if is_held else None,
        "removed_at": at if state is ReviewState.REMOVED else None,
    }
    session.flush()
    session.execute(_MOVE, values)
    session.expire_all()


def _fact(case: Case, made: ReviewDecision) -> DomainEvent:
    about = {"review_id": case.review_id, "booking_id": case.booking_id}
    match made.kind:
        case DecisionKind.HOLD:
            return ReviewHeld(**about, decision_id=made.id, reason_code=made.reason_code)
        case DecisionKind.RELEASE:
            return ReviewReleased(**about)
        case DecisionKind.REMOVE:
            return ReviewRemoved(**about, decision_id=made.id, reason_code=made.reason_code)
        case DecisionKind.RESTORE:
            return ReviewRestored(**about, decision_id=made.id)
