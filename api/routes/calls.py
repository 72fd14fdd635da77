"""Calls for contributions, and promises to answer them that bind nobody."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.calls import CallRequest, CallView, CommitmentRequest, CommitmentView
from api.schemas.common import AfterCursor, Limit, PageView
from api.transaction import Router
from domain.contributions import claims
from domain.contributions.errors import (
    AlreadyCommitted,
    CallClosed,
    CallFull,
    CallNotFound,
    CommitmentNotFound,
    KindNotAccepted,
    NotIndependent,
    TooManyOpenCalls,
)
from domain.foundation.ids import CallId, CommitmentId, MarketId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.identity.errors import AccountSuspended
from domain.markets.errors import MarketNotFound, PolicyNotFound

router = Router(tags=["calls"])


@router.post(
    "/calls",
    may="calls.open",
    status_code=201,
    errors=[TooManyOpenCalls, KindNotAccepted, MarketNotFound, PolicyNotFound],
)
def open_call(body: CallRequest, session: Session, caller: Caller, at: datetime) -> CallView:
    """Ask for contributions of a kind: for the market as its moderator, or for yourself."""
    return CallView.model_validate(claims.open_call(session, body.draft(), by=caller, at=at))


@router.get("/markets/{market_id}/calls", may="calls.read", errors=[InvalidCursor, MarketNotFound])
def list_calls(
    market_id: MarketId, session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[CallView]:
    """See what is asked for in a market now, the latest first."""
    page = claims.list_open_calls(session, market_id, after=after, limit=limit)
    return PageView(
        items=[CallView.model_validate(call) for call in page.items], next_cursor=page.next_cursor
    )


@router.get("/calls/{call_id}", may="calls.read", errors=[CallNotFound])
def read_call(call_id: CallId, session: Session) -> CallView:
    """See one call, open or closed."""
    return CallView.model_validate(claims.get_call(session, call_id))


@router.post("/calls/{call_id}/closing", may="calls.close", errors=[CallNotFound])
def close_call(call_id: CallId, session: Session, caller: Caller, at: datetime) -> CallView:
    """Ask nobody any more. What was promised can still be claimed."""
    return CallView.model_validate(claims.close_call(session, call_id, by=caller, at=at))


@router.post(
    "/calls/{call_id}/commitments",
    may="calls.answer",
    status_code=201,
    errors=[AccountSuspended, CallClosed, CallFull, CallNotFound, AlreadyCommitted, NotIndependent],
)
def commit_to_call(
    call_id: CallId, body: CommitmentRequest, session: Session, caller: Caller, at: datetime
) -> CommitmentView:
    """Say that you will answer a call. You may take it back at any time, and nothing follows from that."""
    made = claims.commit_to_call(session, call_id, note=body.note, by=caller, at=at)
    return CommitmentView.model_validate(made)


@router.get("/me/commitments", may="calls.answer", errors=[InvalidCursor])
def list_my_commitments(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[CommitmentView]:
    """See what you promised, the latest first."""
    page = claims.list_user_commitments(session, caller.user_id, after=after, limit=limit)
    return PageView(
        items=[CommitmentView.model_validate(made) for made in page.items], next_cursor=page.next_cursor
    )


@router.delete(
    "/commitments/{commitment_id}",
    may="commitments.withdraw",
    errors=[CommitmentNotFound, TransitionNotAllowed],
)
def withdraw_commitment(
    commitment_id: CommitmentId, session: Session, caller: Caller, at: datetime
) -> CommitmentView:
    """Take a promise back, for no reason and without any consequence."""
    made = claims.withdraw_commitment(session, commitment_id, by=caller, at=at)
    return CommitmentView.model_validate(made)
