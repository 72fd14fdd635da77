"""Reads of identity. `authenticate` runs on every request: one statement, no objects, nothing written."""

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
    """Who shows this access token. Refuses `SessionOver` when it is unknown, expired, ended or suspended."""
    row = None
    if token.startswith(ACCESS_PREFIX):
        row = session.execute(_AUTHENTICATE, {"hash": token_digest(token), "at": at}).first()
    if row is None:
        raise InvalidToken("Renew your session, or sign in again.")
    return Caller(row[0], row[1], row[2], _parse_grants(tuple(row[3] or ())))


def get_user(session: Session, user_id: UUID) -> User:
    """The user of this id. Refuses `UserUnknown`."""
    if (row := session.get(User, user_id)) is None:
        raise UserNotFound
    return row


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this (already normalised) address."""
    return user_by_typed_email(session, TypedEmail(email, EmailAddress(email, email)))


def user_by_typed_email(session: Session, typed_email: TypedEmail) -> User | None:
    """The user whose address was typed: the one stored in exactly this spelling, else the one it means.

    Accounts that turned out to have one address (`email_conflict`) are so told apart by how it is typed.
    """
    return session.exec(_typed_email_query(typed_email)).first()


def lock_user_by_typed_email(session: Session, typed_email: TypedEmail) -> User:
    """As `user_by_spelling`; the caller knows that there is one, and holds it until this transaction ends."""
    return session.exec(_typed_email_query(typed_email).with_for_update()).one()


def _typed_email_query(typed_email: TypedEmail) -> SelectOfScalar[User]:
    stored = {typed_email.typed} | ({typed_email.address.email} if typed_email.address else set())
    matches: ColumnElement[bool] = col(User.email).in_(sorted(stored))
    if typed_email.address is not None:
        matches = or_(matches, col(User.email_key) == typed_email.address.key)
    as_typed = (col(User.email) == typed_email.typed).desc()
    return select(User).where(matches).order_by(as_typed, col(User.email_key).is_(None)).limit(1)


def list_sessions(session: Session, user_id: UUID) -> Sequence[UserSession]:
    """The living sessions of a user, the last used first."""
    living = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.ended_at).is_(None))
    return session.exec(living.order_by(col(UserSession.last_used_at).desc(), col(UserSession.id))).all()


def page_sessions(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[UserSession]:
    """The living sessions of a user, page by page, the latest sign-in first."""
    living = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.ended_at).is_(None))
    if after is not None:
        (last,) = decode_cursor(after, [UUID])
        living = living.where(col(UserSession.id) < last)
    rows = session.exec(living.order_by(col(UserSession.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def get_session(session: Session, user_id: UUID, session_id: UUID) -> UserSession:
    """One session of this user, ended or not. Refuses `SessionUnknown`, also for what is somebody else's."""
    user_session = session.get(UserSession, session_id)
    if user_session is None or user_session.user_id != user_id:
        raise SessionNotFound
    return user_session


def lock_refresh_token(session: Session, token: str) -> RefreshToken | None:
    """The refresh token of this text, held against a second exchange until this transaction ends."""
    return session.get(RefreshToken, token_digest(token), with_for_update=True, populate_existing=True)


def list_role_grants(session: Session, user_id: UUID) -> Sequence[RoleGrant]:
    """The roles a user holds now."""
    held = select(RoleGrant).where(RoleGrant.user_id == user_id, col(RoleGrant.revoked_at).is_(None))
    return session.exec(held.order_by(col(RoleGrant.id))).all()


def get_active_grant(session: Session, user_id: UUID, role: UserRole, market_id: UUID | None) -> RoleGrant:
    """The living grant of this role in this market, which the caller knows to be there."""
    living = select(RoleGrant).where(RoleGrant.user_id == user_id, RoleGrant.role == role)
    living = living.where(col(RoleGrant.market_id).is_not_distinct_from(market_id))
    return session.exec(living.where(col(RoleGrant.revoked_at).is_(None))).one()


def lock_grant(session: Session, grant_id: UUID) -> RoleGrant:
    """One grant, revoked or not. Refuses `GrantUnknown`."""
    if (grant := session.get(RoleGrant, grant_id, with_for_update=True, populate_existing=True)) is None:
        raise RoleGrantNotFound
    return grant


@lru_cache(maxsize=1024)
def _parse_grants(texts: tuple[str, ...]) -> frozenset[Grant]:
    """`operator:<market>` and `moderator:` as grants; most callers have none, staff the same all day."""
    pairs = (text.split(":", 1) for text in texts)
    return frozenset(Grant(UserRole(role), UUID(market) if market else None) for role, market in pairs)
