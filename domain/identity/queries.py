"""Reads of identity. `authenticate` runs on every request: one statement, no objects, nothing written."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, or_, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.foundation.paging import Page, decode, page_of
from domain.identity.addresses import Address, Spelling
from domain.identity.callers import Caller, Grant, Role
from domain.identity.errors import GrantUnknown, SessionOver, SessionUnknown, UserUnknown
from domain.identity.models import RefreshToken, RoleGrant, User, UserSession
from domain.identity.tokens import ACCESS, digest

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
    if token.startswith(ACCESS):
        row = session.execute(_AUTHENTICATE, {"hash": digest(token), "at": at}).first()
    if row is None:
        raise SessionOver("Renew your session, or sign in again.")
    return Caller(row[0], row[1], row[2], _grants(tuple(row[3] or ())))


def user(session: Session, user_id: UUID) -> User:
    """The user of this id. Refuses `UserUnknown`."""
    if (found := session.get(User, user_id)) is None:
        raise UserUnknown
    return found


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this (already normalised) address."""
    return user_by_spelling(session, Spelling(email, Address(email, email)))


def user_by_spelling(session: Session, spelling: Spelling) -> User | None:
    """The user whose address was typed: the one stored in exactly this spelling, else the one it means.

    Accounts that turned out to have one address (`email_conflict`) are so told apart by how it is typed.
    """
    return session.exec(_by_spelling(spelling)).first()


def user_by_spelling_locked(session: Session, spelling: Spelling) -> User:
    """As `user_by_spelling`; the caller knows that there is one, and holds it until this transaction ends."""
    return session.exec(_by_spelling(spelling).with_for_update()).one()


def _by_spelling(spelling: Spelling) -> SelectOfScalar[User]:
    stored = {spelling.typed} | ({spelling.address.email} if spelling.address else set())
    matches: ColumnElement[bool] = col(User.email).in_(sorted(stored))
    if spelling.address is not None:
        matches = or_(matches, col(User.email_key) == spelling.address.key)
    as_typed = (col(User.email) == spelling.typed).desc()
    return select(User).where(matches).order_by(as_typed, col(User.email_key).is_(None)).limit(1)


def sessions_of(session: Session, user_id: UUID) -> Sequence[UserSession]:
    """The living sessions of a user, the last used first."""
    living = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.ended_at).is_(None))
    return session.exec(living.order_by(col(UserSession.last_used_at).desc(), col(UserSession.id))).all()


def page_of_sessions(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[UserSession]:
    """The living sessions of a user, page by page, the latest sign-in first."""
    living = select(UserSession).where(UserSession.user_id == user_id, col(UserSession.ended_at).is_(None))
    if after is not None:
        (last,) = decode(after, [UUID])
        living = living.where(col(UserSession.id) < last)
    rows = session.exec(living.order_by(col(UserSession.id).desc()).limit(limit + 1)).all()
    return page_of(rows, limit, lambda row: [row.id])


def session_of(session: Session, user_id: UUID, session_id: UUID) -> UserSession:
    """One session of this user, ended or not. Refuses `SessionUnknown`, also for what is somebody else's."""
    found = session.get(UserSession, session_id)
    if found is None or found.user_id != user_id:
        raise SessionUnknown
    return found


def refresh_token_locked(session: Session, token: str) -> RefreshToken | None:
    """The refresh token of this text, held against a second exchange until this transaction ends."""
    return session.get(RefreshToken, digest(token), with_for_update=True, populate_existing=True)


def grants_of(session: Session, user_id: UUID) -> Sequence[RoleGrant]:
    """The roles a user holds now."""
    held = select(RoleGrant).where(RoleGrant.user_id == user_id, col(RoleGrant.revoked_at).is_(None))
    return session.exec(held.order_by(col(RoleGrant.id))).all()


def grant_held(session: Session, user_id: UUID, role: Role, market_id: UUID | None) -> RoleGrant:
    """The living grant of this role in this market, which the caller knows to be there."""
    living = select(RoleGrant).where(RoleGrant.user_id == user_id, RoleGrant.role == role)
    living = living.where(col(RoleGrant.market_id).is_not_distinct_from(market_id))
    return session.exec(living.where(col(RoleGrant.revoked_at).is_(None))).one()


def grant_locked(session: Session, grant_id: UUID) -> RoleGrant:
    """One grant, revoked or not. Refuses `GrantUnknown`."""
    if (found := session.get(RoleGrant, grant_id, with_for_update=True, populate_existing=True)) is None:
        raise GrantUnknown
    return found


@lru_cache(maxsize=1024)
def _grants(texts: tuple[str, ...]) -> frozenset[Grant]:
    """`operator:<market>` and `moderator:` as grants; most callers have none, staff the same all day."""
    pairs = (text.split(":", 1) for text in texts)
    return frozenset(Grant(Role(role), UUID(market) if market else None) for role, market in pairs)
