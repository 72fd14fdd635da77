"""Sessions: signing in, renewing, seeing and ending them."""

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

    Answers an access token for 15 minutes and a refresh token for 30 days, which can be exchanged once. What
    is refused is refused in the same words and with the same work, whether or not there is an account.

    Wrong passwords are counted for the account and for the network they come from, and after some of them
    everybody waits, except on a `device` that signed in to the account before. So always send `device`.
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

    A token that comes a second time was stolen from you or by you, so the session ends. A retry is no second
    time: send the same `Idempotency-Key` and get the same answer.
    """
    return TokensView.of(identity.refresh_session(session, body.refresh_token, at))


@router.get("/me/sessions", may="sessions.manage", errors=[InvalidCursor])
def list_my_sessions(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[SessionView]:
    """See where you are signed in, the latest sign-in first."""
    page = identity.page_sessions(session, caller.user_id, after=after, limit=limit)
    items = [SessionView.of(row, current_id=caller.session_id) for row in page.items]
    return PageView(items=items, next_cursor=page.next_cursor)


@router.delete("/me/sessions/{session_id}", may="sessions.manage", status_code=204, errors=[SessionNotFound])
def end_my_session(session_id: UserSessionId, session: Session, caller: Caller, at: datetime) -> None:
    """Sign out, here or elsewhere. From the next request on its tokens are worth nothing."""
    identity.end_session(session, session_id, caller=caller, at=at)
