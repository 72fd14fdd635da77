"""Standing and levels: what somebody's contributions amount to, by rules that everybody can read."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.standing import (
    LevelAppealAnswerRequest,
    LevelAppealRequest,
    LevelDecisionView,
    LevelsView,
    LevelView,
    StandingView,
)
from api.transaction import Router
from domain import standing
from domain.contributions import standing_inputs
from domain.foundation.ids import LevelDecisionId, MarketId, UserId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.markets.errors import MarketNotFound, PolicyNotFound
from domain.standing.errors import (
    LevelDecisionNotFound,
    LevelNotAppealable,
    NoOpenLevelAppeal,
    OwnLevelAppeal,
)

router = Router(tags=["standing"])


@router.get("/users/{user_id}/standing", may="standing.read", errors=[MarketNotFound, PolicyNotFound])
def read_standing(
    user_id: UserId, market_id: MarketId, session: Session, caller: Caller, at: datetime
) -> StandingView:
    """See somebody's level in a market. Your own comes with every number and what would change it.

    Nobody is listed by it, nothing costs less by it and no search ranks by it.
    """
    return StandingView.of(standing_inputs.get_user_standing(session, user_id, market_id, by=caller, at=at))


@router.get("/markets/{market_id}/levels", may="levels.read", errors=[MarketNotFound, PolicyNotFound])
def read_levels(market_id: MarketId, session: Session, at: datetime) -> LevelsView:
    """See what each level of a market asks for and what it lets people do."""
    published = standing.list_levels(session, market_id, at=at)
    how = list(standing.LEVEL_EXPLANATION)
    return LevelsView(market_id=market_id, levels=[LevelView.of(level) for level in published], how=how)


@router.get(
    "/markets/{market_id}/level-decisions",
    may="levels.read_decisions",
    errors=[InvalidCursor],
)
def list_my_level_decisions(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[LevelDecisionView]:
    """See what was decided about your level in a market, the newest first."""
    page = standing.list_user_level_decisions(session, market_id, by=caller, after=after, limit=limit)
    return PageView(items=[LevelDecisionView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/level-decisions/{decision_id}", may="levels.read_decisions", errors=[LevelDecisionNotFound])
def read_level_decision(decision_id: LevelDecisionId, session: Session, caller: Caller) -> LevelDecisionView:
    """See a decision about your level: all it was counted from, and what would change it."""
    return LevelDecisionView.of(standing.get_level_decision(session, decision_id, by=caller))


@router.post(
    "/level-decisions/{decision_id}/appeal",
    may="levels.appeal",
    errors=[LevelDecisionNotFound, LevelNotAppealable],
)
def appeal_level_decision(
    decision_id: LevelDecisionId, body: LevelAppealRequest, session: Session, caller: Caller, at: datetime
) -> LevelDecisionView:
    """Ask a person to look at the loss of your level, within 183 days."""
    made = standing.appeal_level_loss(session, decision_id, body.statement, by=caller, at=at)
    return LevelDecisionView.of(made)


@router.get(
    "/markets/{market_id}/level-appeals",
    may="levels.answer_appeals",
    errors=[InvalidCursor, MarketNotFound],
)
def list_level_appeals(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[LevelDecisionView]:
    """See which appeals against lost levels wait for an answer."""
    page = standing.list_open_level_appeals(session, market_id, by=caller, after=after, limit=limit)
    return PageView(items=[LevelDecisionView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/level-decisions/{decision_id}/appeal-answer",
    may="levels.answer_appeals",
    errors=[OwnLevelAppeal, LevelDecisionNotFound, NoOpenLevelAppeal],
)
def answer_level_appeal(
    decision_id: LevelDecisionId,
    body: LevelAppealAnswerRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> LevelDecisionView:
    """Answer an appeal. One that is granted gives the level back, for a fortnight at least."""
    made = standing.answer_level_appeal(
        session, decision_id, body.outcome, statement=body.statement, by=caller, at=at
    )
    return LevelDecisionView.of(made)
