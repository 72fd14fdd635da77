"""Queries of identity. `authenticate` runs on every request: one statement, no ORM objects, no writes."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, or_, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity.authentication.tokens import ACCESS_PREFIX, token_digest
from domain.identity.callers import Caller, Grant, UserRole
from domain.identity.emails.email_addresses import EmailAddress, TypedEmail
from domain.identity.errors import InvalidToken, RoleGrantNotFound, SessionNotFound, UserNotFound
from domain.identity.models import RefreshToken, RoleGrant, User, UserSession

_AUTHENTICATE = text("""
    SELECT users.id, user_sessions.id, users.name,
           (SELECT array_agg(role || ':' || coalesce(market_id::text, '') ORDER BY role, market_id)
            FROM role_grants WHERE user_id = users.id AND revoked_at IS NULL)
    FROM access_tokens
    JOIN user_sessions ON user_sessions.id = access_tokens.session_id AND user_sessions.ended_at IS NULL
    JOIN users ON users.id = user_sessions.user_id AND users.suspended_at IS NULL
    WHERE access_tokens.hash = :hash AND access_tokens.expires_at > :at
""")


def authenticate(session: Session, token: str, at: datetime) -> Caller:
    """The caller with this access token.

    Raises `InvalidToken` if it is unknown or expired, its session ended, or its user is suspended.
    """
    row = None
    if token.startswith(ACCESS_PREFIX):
        row = session.execute(_AUTHENTICATE, {"hash": token_digest(token), "at": at}).first()
    if row is None:
        raise InvalidToken("Renew your session, or sign in again.")
    return Caller(row[0], row[1], row[2], _parse_grants(tuple(row[3] or ())))


def get_user(session: Session, user_id: UUID) -> User:
    """The user with this id. Raises `UserNotFound`."""
    if (user := session.get(User, user_id)) is None:
        raise UserNotFound
    return user


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this normalized address; None if there is none."""
    return user_by_typed_email(session, TypedEmail(email, EmailAddress(email, email)))


def user_by_typed_email(session: Session, typed_email: TypedEmail) -> User | None:
    """The user with this address: one stored in exactly this spelling, else one with the same key.

    So two accounts with the same address (`email_conflict`) are distinguished by the spelling.
    """
    return session.exec(_typed_email_query(typed_email)).first()


def lock_user_by_typed_email(session: Session, typed_email: TypedEmail) -> User:
    """Load the user as `user_by_typed_email` does, and lock the row. The user must exist."""
    return session.exec(_typed_email_query(typed_email).with_for_update()).one()


def _typed_email_query(typed_email: TypedEmail) -> SelectOfScalar[User]:
    stored = {typed_email.typed} | ({typed_email.address.email} if typed_email.address else set())
    matches: ColumnElement[bool] = col(User.email).in_(sorted(stored))
    if typed_email.address is not None:
        matches = or_(matches, col(User.email_key) == typed_email.address.key)
    as_typed = (col(User.email) == typed_email.typed).desc()
    return select(User).where(matches).order_by(as_typed, col(User.email_key).is_(None)).limit(1)


def list_sessions(session: Session, user_id: UUID) -> Sequence[UserSession]:
    """The active sessions of a user, the last used first."""
    active = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.ended_at).is_(None))
    return session.exec(active.order_by(col(UserSession.last_used_at).desc(), col(UserSession.id))).all()


def page_sessions(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[UserSession]:
    """A page of the active sessions of a user, the latest sign-in first. Raises `InvalidCursor`."""
    active = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.ended_at).is_(None))
    if after is not None:
        (last_id,) = decode_cursor(after, [UUID])
        active = active.where(col(UserSession.id) < last_id)
    rows = session.exec(active.order_by(col(UserSession.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def get_session(session: Session, user_id: UUID, session_id: UUID) -> UserSession:
    """A session of this user, ended or not. Raises `SessionNotFound`, also if it is another user's."""
    user_session = session.get(UserSession, session_id)
    if user_session is None or user_session.user_id != user_id:
        raise SessionNotFound
    return user_session


def lock_refresh_token(session: Session, token: str) -> RefreshToken | None:
    """Load and lock the refresh token, so that it cannot be exchanged twice; None if it is unknown."""
    return session.get(RefreshToken, token_digest(token), with_for_update=True, populate_existing=True)


def list_role_grants(session: Session, user_id: UUID) -> Sequence[RoleGrant]:
    """The active grants of a user."""
    active = select(RoleGrant).where(RoleGrant.user_id == user_id, col(RoleGrant.revoked_at).is_(None))
    return session.exec(active.order_by(col(RoleGrant.id))).all()


def get_active_grant(session: Session, user_id: UUID, role: UserRole, market_id: UUID | None) -> RoleGrant:
    """The active grant of this role in this market. It must exist."""
    grants = select(RoleGrant).where(RoleGrant.user_id == user_id, RoleGrant.role == role)
    grants = grants.where(col(RoleGrant.market_id).is_not_distinct_from(market_id))
    return session.exec(grants.where(col(RoleGrant.revoked_at).is_(None))).one()


def lock_grant(session: Session, grant_id: UUID) -> RoleGrant:
    """Load and lock a grant, revoked or not. Raises `RoleGrantNotFound`."""
    if (grant := session.get(RoleGrant, grant_id, with_for_update=True, populate_existing=True)) is None:
        raise RoleGrantNotFound
    return grant


@lru_cache(maxsize=1024)
def _parse_grants(texts: tuple[str, ...]) -> frozenset[Grant]:
    """Parse `operator:<market>` and `moderator:` into grants. Cached, because grants seldom change."""
    pairs = (text.split(":", 1) for text in texts)
    return frozenset(Grant(UserRole(role), UUID(market) if market else None) for role, market in pairs)
