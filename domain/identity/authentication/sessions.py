"""Sessions: begun by signing in, renewed by rotating a refresh token, ended one at a time or by family.

A session is a **family**: every token renewed from one sign-in belongs to it. A refresh token may be
exchanged once. When it comes a second time, somebody else has a copy, and since nobody can tell who is the
thief the whole family ends (RFC 9700, section 4.14.2). Access tokens are looked up on every request, so
what is ended is over at once.
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

ACCESS_TOKEN_LIFETIME: Final = timedelta(
    minutes=15
)  # how long a token seen over somebody's shoulder is of use
REFRESH_TOKEN_LIFETIME: Final = timedelta(days=30)  # who has not come back for a month signs in again


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a person is given for signing in: shown once, kept by nobody but them, and out of logs."""

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
    """A new session for whoever knows the password. `device` is what their app calls itself, if it does.

    Refuses `CredentialsRefused`, in the same words and with the same work for an unknown address, a wrong
    password, an account without one, and a suspended account.
    """
    person = queries.user_by_typed_email(session, parse_typed_email(email))
    known = passwords.match(password, None if person is None else person.password_hash)
    if person is None or not known or person.suspended_at is not None:
        raise InvalidCredentials("Check both, or sign up.")
    if known is PasswordMatch.OLDER_FORM or passwords.outdated(person.password_hash or ""):
        person.password_hash = passwords.hashed(password)
    return start_session(session, person, label=label, device=device, at=at)


def start_session(
    session: Session, person: User, *, label: str, device: str = "", at: datetime
) -> SessionTokens:
    """A new session of this person, who has shown who they are in whatever way."""
    if device:
        record_signal(session, person.id, SignalKind.DEVICE, device, at)
    user_session = UserSession(user_id=person.id, created_at=at, last_used_at=at, label=label)
    session.add(user_session)
    session.flush()
    event = SessionStarted(person.id, user_session.id)
    events.record_event(session, event, subject=("user", person.id), by=_self(person.id), at=at)
    return _issue(session, user_session, at=at)


def refresh_session(session: Session, token: str, at: datetime) -> SessionTokens:
    """New tokens for an unused refresh token, which is used up by this.

    Refuses `SessionOver` for a token that is unknown, expired or of an ended session, and `TokenReused`,
    after ending the family, for one that was exchanged before.
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
            "Somebody else may have a copy of it, so this session was ended. Sign in again."
        )
    refresh_token.rotated_at = at
    family.last_used_at = at
    session.flush()
    return _issue(session, family, at=at)


def end_session(session: Session, session_id: UUID, *, caller: Caller, at: datetime) -> UserSession:
    """End one of the caller's sessions with all its tokens. Refuses `SessionUnknown`; twice does no harm."""
    family = queries.get_session(session, caller.user_id, session_id)
    if family.ended_at is None:
        is_current = session_id == caller.session_id
        reason = SessionEndReason.SIGNED_OUT if is_current else SessionEndReason.ENDED_ELSEWHERE
        _end(session, family, reason, by=caller.actor, at=at)
    return family


def end_all_sessions(
    session: Session, user_id: UUID, *, reason: SessionEndReason, by: Actor, at: datetime
) -> int:
    """End every living session of a user; answers how many there were."""
    living = queries.list_sessions(session, user_id)
    for family in living:
        _end(session, family, reason, by=by, at=at)
    return len(living)


def end_expired_sessions(session: Session, at: datetime, *, limit: int = 100) -> int:
    """End sessions that nobody renewed in time; answers how many. Rows another sweep holds are left to it."""
    run_out = (
        select(UserSession)
        .join(RefreshToken, col(RefreshToken.session_id) == col(UserSession.id))
        .where(col(RefreshToken.rotated_at).is_(None), col(RefreshToken.expires_at) <= at)
        .where(col(UserSession.ended_at).is_(None))
        .limit(limit)
        .with_for_update(skip_locked=True, of=UserSession)
    )
    families = session.exec(run_out).all()
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
