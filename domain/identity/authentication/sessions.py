"""Sessions: started by signing in, renewed by rotating a refresh token, ended by the user or the system.

A session is a **family** of tokens: all tokens renewed from one sign-in. A refresh token may be exchanged
once. If it is used again, there is a stolen copy, and because we cannot know which of the two holders is the
owner, the session ends (RFC 9700, section 4.14.2). Access tokens are looked up on every request, so an ended
session ends at once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from domain.foundation import events
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.identity import queries
from domain.identity.authentication.passwords import PASSWORDS, PasswordMatch, Passwords
from domain.identity.authentication.tokens import ACCESS_PREFIX, REFRESH_PREFIX, new_token, token_digest
from domain.identity.callers import Caller
from domain.identity.clusters import record_signal
from domain.identity.emails.email_addresses import parse_typed_email
from domain.identity.errors import InvalidCredentials, InvalidToken, RefreshTokenReused
from domain.identity.events import SessionEnded, SessionEndReason, SessionStarted, SignalKind
from domain.identity.models import AccessToken, RefreshToken, User, UserSession

ACCESS_TOKEN_LIFETIME: Final = timedelta(minutes=15)  # limits the use of a stolen token
REFRESH_TOKEN_LIFETIME: Final = timedelta(days=30)  # sign in again after a month without use


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """The tokens of a new or renewed session. They are returned once, not stored in clear, and not logged."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    session_id: UUID
    user_id: UUID


def sign_in(
    session: Session,
    *,
    email: str,
    password: str,
    label: str = "",
    device: str = "",
    at: datetime,
    passwords: Passwords = PASSWORDS,
) -> SessionTokens:
    """Check the password and start a session. `device` is the app's id for its installation, if it sent one.

    Raises `InvalidCredentials` for an unknown address, a wrong password, an account without a password, and a
    suspended account, with the same text and the same work in all cases.
    """
    user = queries.user_by_typed_email(session, parse_typed_email(email))
    password_match = passwords.match(password, None if user is None else user.password_hash)
    if user is None or not password_match or user.suspended_at is not None:
        raise InvalidCredentials("Check both, or sign up.")
    if password_match is PasswordMatch.OLDER_FORM or passwords.outdated(user.password_hash or ""):
        user.password_hash = passwords.hashed(password)
    return start_session(session, user, label=label, device=device, at=at)


def start_session(
    session: Session, person: User, *, label: str, device: str = "", at: datetime
) -> SessionTokens:
    """Start a session of a person who is authenticated already. Records the device as a signal, if any."""
    if device:
        record_signal(session, person.id, SignalKind.DEVICE, device, at)
    user_session = UserSession(user_id=person.id, created_at=at, last_used_at=at, label=label)
    session.add(user_session)
    session.flush()
    event = SessionStarted(person.id, user_session.id)
    events.record_event(session, event, subject=("user", person.id), by=_self(person.id), at=at)
    return _issue(session, user_session, at=at)


def refresh_session(session: Session, token: str, at: datetime) -> SessionTokens:
    """Exchange an unused refresh token for new tokens of its session.

    Raises `InvalidToken` if the token is unknown or expired, its session ended, or its user suspended. Ends
    the session and raises `RefreshTokenReused` if the token was exchanged before.
    """
    refresh_token = queries.lock_refresh_token(session, token)
    if refresh_token is None or refresh_token.expires_at <= at:
        raise InvalidToken("Sign in again.")
    family = session.get_one(UserSession, refresh_token.session_id)
    owner = session.get_one(User, family.user_id)
    if family.ended_at is not None or owner.suspended_at is not None:
        raise InvalidToken("Sign in again.")
    if refresh_token.rotated_at is not None:
        _end(session, family, SessionEndReason.TOKEN_REUSED, by=SYSTEM, at=at)
        raise RefreshTokenReused(
            "Another person may have a copy of it, so this session was ended. Sign in again."
        )
    refresh_token.rotated_at = at
    family.last_used_at = at
    session.flush()
    return _issue(session, family, at=at)


def end_session(session: Session, session_id: UUID, *, caller: Caller, at: datetime) -> UserSession:
    """End one of the caller's sessions. Does nothing if it has ended. Raises `SessionNotFound`."""
    family = queries.get_session(session, caller.user_id, session_id)
    if family.ended_at is None:
        is_current = session_id == caller.session_id
        reason = SessionEndReason.SIGNED_OUT if is_current else SessionEndReason.ENDED_ELSEWHERE
        _end(session, family, reason, by=caller.actor, at=at)
    return family


def end_all_sessions(
    session: Session, user_id: UUID, *, reason: SessionEndReason, by: Actor, at: datetime
) -> int:
    """End all active sessions of a user; return how many there were."""
    families = queries.list_sessions(session, user_id)
    for family in families:
        _end(session, family, reason, by=by, at=at)
    return len(families)


def end_expired_sessions(session: Session, at: datetime, *, limit: int = 100) -> int:
    """End up to `limit` sessions whose refresh token expired; return how many. Skips locked rows."""
    expired = (
        select(UserSession)
        .join(RefreshToken, col(RefreshToken.session_id) == col(UserSession.id))
        .where(col(RefreshToken.rotated_at).is_(None), col(RefreshToken.expires_at) <= at)
        .where(col(UserSession.ended_at).is_(None))
        .limit(limit)
        .with_for_update(skip_locked=True, of=UserSession)
    )
    families = session.exec(expired).all()
    for family in families:
        _end(session, family, SessionEndReason.EXPIRED, by=SYSTEM, at=at)
    return len(families)


def _issue(session: Session, family: UserSession, *, at: datetime) -> SessionTokens:
    tokens = SessionTokens(
        new_token(ACCESS_PREFIX),
        new_token(REFRESH_PREFIX),
        at + ACCESS_TOKEN_LIFETIME,
        family.id,
        family.user_id,
    )
    session.add_all(
        [
            AccessToken(hash=token_digest(tokens.access), session_id=family.id, expires_at=tokens.expires_at),
            RefreshToken(
                hash=token_digest(tokens.refresh),
                session_id=family.id,
                issued_at=at,
                expires_at=at + REFRESH_TOKEN_LIFETIME,
            ),
        ]
    )
    session.flush()
    return tokens


def _end(session: Session, family: UserSession, reason: SessionEndReason, *, by: Actor, at: datetime) -> None:
    family.ended_at, family.ended_reason = at, reason
    event = SessionEnded(family.user_id, family.id, reason)
    events.record_event(session, event, subject=("user", family.user_id), by=by, at=at)


def _self(user_id: UUID) -> Actor:
    return Actor(ActorKind.USER, user_id)
