"""Endpoints of sessions: sign in, renew, list, end."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.identity import SessionRenewalRequest, SessionView, SignInRequest, TokensView
from api.transaction import Router
from domain import identity
from domain.foundation.ids import UserSessionId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.identity.errors import (
    InvalidCredentials,
    InvalidEmail,
    InvalidToken,
    RefreshTokenReused,
    SessionNotFound,
)

router = Router(tags=["sessions"])


@router.post("/sessions", may="sessions.start", status_code=201, errors=[InvalidCredentials, InvalidEmail])
def sign_in(body: SignInRequest, session: Session, at: datetime) -> TokensView:
    """Sign in with a password.

    Returns an access token for 15 minutes and a refresh token for 30 days, which can be exchanged once.
    Errors have the same text and take the same time whether or not there is an account.

    Wrong passwords are counted per account and per network. After several of them sign-ins have to wait,
    except on a `device` that signed in to the account before. So always send `device`.
    """
    tokens = identity.sign_in(
        session, email=body.email, password=body.password, label=body.label, device=body.device, at=at
    )
    return TokensView.of(tokens)


@router.post(
    "/session-renewals", may="sessions.renew", status_code=201, errors=[InvalidToken, RefreshTokenReused]
)
def renew_session(body: SessionRenewalRequest, session: Session, at: datetime) -> TokensView:
    """Exchange a refresh token for new tokens of the same session.

    If a refresh token is used a second time, it may be stolen, so the session ends. To retry a request, send
    the same `Idempotency-Key`: you get the same response.
    """
    return TokensView.of(identity.refresh_session(session, body.refresh_token, at))


@router.get("/me/sessions", may="sessions.manage", errors=[InvalidCursor])
def list_my_sessions(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[SessionView]:
    """List your active sessions, the latest sign-in first."""
    page = identity.page_sessions(session, caller.user_id, after=after, limit=limit)
    items = [SessionView.of(row, current_id=caller.session_id) for row in page.items]
    return PageView(items=items, next_cursor=page.next_cursor)


@router.delete("/me/sessions/{session_id}", may="sessions.manage", status_code=204, errors=[SessionNotFound])
def end_my_session(session_id: UserSessionId, session: Session, caller: Caller, at: datetime) -> None:
    """End one of your sessions, this one or another. Its tokens are not valid from the next request on."""
    identity.end_session(session, session_id, caller=caller, at=at)
