"""Accounts: opened, changed, suspended, reinstated."""

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
    """What people may change about themselves; a key that is absent stays as it is."""

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
    """Open an account unless this address has one; the answer and the work are the same either way.

    Refuses `EmailUnfit`, `PasswordUnfit` and `TextUnfit`, all from what was sent alone. Nobody is signed in
    by this: an answer with a session in it would tell new addresses from known ones.
    """
    address = parse_email(email)
    check_password(password, email=address.email)
    prepared, password_hash = normalization.normalize_name(name, field="name"), passwords.hashed(password)
    if (user_id := open_account(session, address, prepared, password_hash, locale=locale, at=at)) is not None:
        event: events.DomainEvent = UserSignedUp(user_id)
    elif (known := queries.user_by_typed_email(session, parse_typed_email(email))) is not None:
        user_id, event = known.id, SignUpRepeated(known.id)
    else:  # erased between two statements: whoever signs up again will succeed
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
    """The id of a new account, or None when the address has one: the constraint decides, not a look."""
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
    """Change name, locale or time zone. Refuses `TimeZoneUnknown` and `TextUnfit`."""
    person = queries.get_user(session, user_id)
    if (name := changes.get("name")) is not None:
        changes = {**changes, "name": normalization.normalize_name(name, field="name")}
    if (zone := changes.get("time_zone")) is not None:
        time_zones.check_time_zone(zone)
    changed = {field: value for field, value in changes.items() if getattr(person, field) != value}
    for field, value in changed.items():
        setattr(person, field, value)
    if changed:
        event = UserChanged(person.id, tuple(sorted(changed)))
        events.record_event(session, event, subject=("user", person.id), by=by, at=at)
    return person


def suspend_user(
    session: Session, user_id: UUID, *, by: Actor, reason_code: str, reason: str, at: datetime
) -> User:
    """Close the account to its owner and end every session of theirs. Doing it twice does no harm.

    Raises `OwnAccount` if it is the account of whoever suspends.
    """
    if by.user_id == user_id:
        raise OwnAccountSuspension
    person = _lock_user(session, user_id)
    if person.suspended_at is None:
        person.suspended_at = at
        event = UserSuspended(person.id, reason_code, reason)
        events.record_event(session, event, subject=("user", person.id), by=by, at=at)
        end_all_sessions(session, person.id, reason=SessionEndReason.SUSPENDED, by=by, at=at)
    return person


def reinstate_user(
    session: Session, user_id: UUID, *, by: Actor, reason_code: str, reason: str, at: datetime
) -> User:
    """Let the owner sign in again. Doing it twice does no harm."""
    person = _lock_user(session, user_id)
    if person.suspended_at is not None:
        person.suspended_at = None
        event = UserReinstated(person.id, reason_code, reason)
        events.record_event(session, event, subject=("user", person.id), by=by, at=at)
    return person


def _lock_user(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise UserNotFound
    return user
