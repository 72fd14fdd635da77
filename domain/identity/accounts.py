"""Actions on accounts: sign up, update, suspend, reinstate."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, ids, time_zones
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.text import normalization
from domain.identity import queries
from domain.identity.authentication.passwords import PASSWORDS, Passwords
from domain.identity.authentication.sessions import end_all_sessions
from domain.identity.emails.email_addresses import EmailAddress, parse_email, parse_typed_email
from domain.identity.errors import OwnAccountSuspension, UserNotFound
from domain.identity.events import (
    SessionEndReason,
    SignUpRepeated,
    UserChanged,
    UserReinstated,
    UserSignedUp,
    UserSuspended,
)
from domain.identity.models import User
from domain.identity.rules import check_password

DEFAULT_LOCALE = "en"

_OPEN = text("""
    INSERT INTO users (id, email, email_key, name, password_hash, locale, created_at)
    VALUES (:id, :email, :email_key, :name, :password_hash, :locale, :at)
    ON CONFLICT DO NOTHING RETURNING id
""")


class UserChanges(TypedDict, total=False):
    """What users may change about themselves. Absent keys stay unchanged."""

    name: str
    locale: str
    time_zone: str | None


def sign_up(
    session: Session,
    *,
    email: str,
    password: str,
    name: str,
    locale: str = DEFAULT_LOCALE,
    at: datetime,
    passwords: Passwords = PASSWORDS,
) -> None:
    """Create an account unless the address has one. The result and the work are the same in both cases.

    Does not sign in, because a session in the response would reveal whether the address is new. Raises
    `InvalidEmail`, `PasswordNotAllowed` or `InvalidText` if the input is not valid.
    """
    address = parse_email(email)
    check_password(password, email=address.email)
    normalized, password_hash = normalization.normalize_name(name, field="name"), passwords.hashed(password)
    if (
        user_id := open_account(session, address, normalized, password_hash, locale=locale, at=at)
    ) is not None:
        event: events.DomainEvent = UserSignedUp(user_id)
    elif (owner := queries.user_by_typed_email(session, parse_typed_email(email))) is not None:
        user_id, event = owner.id, SignUpRepeated(owner.id)
    else:  # the account was erased between the two statements: the next sign-up will succeed
        return
    events.record_event(session, event, subject=("user", user_id), by=Actor(ActorKind.USER), at=at)


def open_account(
    session: Session,
    address: EmailAddress,
    name: str,
    password_hash: str | None,
    *,
    locale: str,
    at: datetime,
) -> UUID | None:
    """Create an account and return its id; None if the address has one (decided by the constraint)."""
    values = {
        "id": ids.new(),
        "email": address.email,
        "email_key": address.key,
        "name": name,
        "password_hash": password_hash,
        "locale": locale,
        "at": at,
    }
    return session.execute(_OPEN, values).scalar()


def update_user(session: Session, user_id: UUID, changes: UserChanges, *, by: Actor, at: datetime) -> User:
    """Change name, locale or time zone, and return the user.

    Raises `UserNotFound`, `TimeZoneUnknown`, and `InvalidText` if the name is not allowed.
    """
    user = queries.get_user(session, user_id)
    if (name := changes.get("name")) is not None:
        changes = {**changes, "name": normalization.normalize_name(name, field="name")}
    if (zone := changes.get("time_zone")) is not None:
        time_zones.check_time_zone(zone)
    values = {field: value for field, value in changes.items() if getattr(user, field) != value}
    for field, value in values.items():
        setattr(user, field, value)
    if values:
        event = UserChanged(user.id, tuple(sorted(values)))
        events.record_event(session, event, subject=("user", user.id), by=by, at=at)
    return user


def suspend_user(
    session: Session, user_id: UUID, *, by: Actor, reason_code: str, reason: str, at: datetime
) -> User:
    """Suspend the account and end all its sessions. Does nothing if it is suspended already.

    Raises `UserNotFound`, and `OwnAccountSuspension` if it is the account of the acting user.
    """
    if by.user_id == user_id:
        raise OwnAccountSuspension
    user = _lock_user(session, user_id)
    if user.suspended_at is None:
        user.suspended_at = at
        event = UserSuspended(user.id, reason_code, reason)
        events.record_event(session, event, subject=("user", user.id), by=by, at=at)
        end_all_sessions(session, user.id, reason=SessionEndReason.SUSPENDED, by=by, at=at)
    return user


def reinstate_user(
    session: Session, user_id: UUID, *, by: Actor, reason_code: str, reason: str, at: datetime
) -> User:
    """End the suspension of the account. Does nothing if it is not suspended. Raises `UserNotFound`."""
    user = _lock_user(session, user_id)
    if user.suspended_at is not None:
        user.suspended_at = None
        event = UserReinstated(user.id, reason_code, reason)
        events.record_event(session, event, subject=("user", user.id), by=by, at=at)
    return user


def _lock_user(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise UserNotFound
    return user
