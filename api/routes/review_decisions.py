"""Decisions of staff about reviews, with statements of reasons, and appeals against them."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.review_decisions import (
    DecisionAppeal,
    DecisionAppealAnswer,
    DecisionRequest,
    ReviewDecisionView,
)
from api.transaction import Router
from domain import ratings
from domain.foundation.ids import ReviewDecisionId, ReviewId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.ratings.errors import (
    DecisionNotFound,
    NoAppealOpen,
    NotAppealable,
    NotImpartial,
    ReasonUnfit,
    ReviewNotFound,
)

router = Router(tags=["reviews"])


@router.post(
    "/reviews/{review_id}/decisions",
    may="reviews.moderate",
    status_code=201,
    errors=[NotImpartial, TransitionNotAllowed, ReasonUnfit, ReviewNotFound],
)
def decide_about_review(
    review_id: ReviewId, body: DecisionRequest, session: Session, caller: Caller, at: datetime
) -> ReviewDecisionView:
    """Hold, release, remove or restore a revealed review. How many stars it has is no reason."""
    made = ratings.decide(
        session,
        review_id,
        body.kind,
        reason_code=body.reason_code,
        statement=body.statement,
        by=caller,
        at=at,
    )
    return ReviewDecisionView.of(made)


@router.get(
    "/reviews/{review_id}/decisions",
    may="reviews.read_decisions",
    errors=[InvalidCursor, ReviewNotFound],
)
def list_review_decisions(
    review_id: ReviewId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ReviewDecisionView]:
    """See what was decided about your review, and why."""
    page = ratings.decisions_about(session, review_id, by=caller, after=after, limit=limit)
    return PageView(items=[ReviewDecisionView.of(made) for made in page.items], next_cursor=page.next_cursor)


@router.post(
    "/review-decisions/{decision_id}/appeal",
    may="reviews.appeal",
    errors=[DecisionNotFound, NotAppealable],
)
def appeal_review_decision(
    decision_id: ReviewDecisionId, body: DecisionAppeal, session: Session, caller: Caller, at: datetime
) -> ReviewDecisionView:
    """Appeal a decision against your review, within 183 days. Somebody else looks at it."""
    return ReviewDecisionView.of(ratings.appeal(session, decision_id, body.statement, by=caller, at=at))


@router.post(
    "/review-decisions/{decision_id}/appeal-answer",
    may="reviews.moderate",
    errors=[DecisionNotFound, NoAppealOpen, NotImpartial, TransitionNotAllowed],
)
def answer_review_appeal(
    decision_id: ReviewDecisionId,
    body: DecisionAppealAnswer,
    session: Session,
    caller: Caller,
    at: datetime,
) -> ReviewDecisionView:
    """Answer an appeal against somebody else's decision. One that is granted undoes it."""
    made = ratings.answer_appeal(
        session, decision_id, body.outcome, statement=body.statement, by=caller, at=at
    )
    return ReviewDecisionView.of(made)
