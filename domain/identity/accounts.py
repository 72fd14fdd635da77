"""Accounts: opened, changed, suspended, reinstated."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, ids, written, zones
from domain.foundation.actors import Actor, ActorKind
from domain.identity import queries
from domain.identity.addresses import Address, read_address, read_spelling
from domain.identity.errors import OwnAccount, UserUnknown
from domain.identity.events import (
    EndReason,
    SignUpRepeated,
    UserChanged,
    UserReinstated,
    UserSignedUp,
    UserSuspended,
)
from domain.identity.models import User
from domain.identity.passwords import PASSWORDS, Passwords
from domain.identity.rules import check_password
from domain.identity.sessions import end_all

DEFAULT_LOCALE = "en"

_OPEN = text("""
    INSERT INTO users (id, email, email_key, name, password_hash, locale, created_at)
    VALUES (:id, :email, :email_key, :name, :password_hash, :locale, :at)
    ON CONFLICT DO NOTHING RETURNING id
""")


class Changes(TypedDict, total=False):
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
    address = read_address(email)
    check_password(password, email=address.email)
    prepared, password_hash = written.name(name, field="name"), passwords.hashed(password)
    if (user_id := open_account(session, address, prepared, password_hash, locale=locale, at=at)) is not None:
        fact: events.Fact = UserSignedUp(user_id)
    elif (known := queries.user_by_spelling(session, read_spelling(email))) is not None:
        user_id, fact = known.id, SignUpRepeated(known.id)
    else:  # erased between two statements: whoever signs up again will succeed
        return
    events.record(session, fact, subject=("user", user_id), by=Actor(ActorKind.USER), at=at)


def open_account(
    session: Session, address: Address, name: str, password_hash: str | None, *, locale: str, at: datetime
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


def change(session: Session, user_id: UUID, changes: Changes, *, by: Actor, at: datetime) -> User:
    """Change name, locale or time zone. Refuses `TimeZoneUnknown` and `TextUnfit`."""
    person = queries.user(session, user_id)
    if (name := changes.get("name")) is not None:
        changes = {**changes, "name": written.name(name, field="name")}
    if (zone := changes.get("time_zone")) is not None:
        zones.check(zone)
    changed = {field: value for field, value in changes.items() if getattr(person, field) != value}
    for field, value in changed.items():
        setattr(person, field, value)
    if changed:
        fact = UserChanged(person.id, tuple(sorted(changed)))
        events.record(session, fact, subject=("user", person.id), by=by, at=at)
    return person


def suspend(
    session: Session, user_id: UUID, *, by: Actor, reason_code: str, reason: str, at: datetime
) -> User:
    """Close the account to its owner and end every session of theirs. Doing it twice does no harm.

    Raises `OwnAccount` if it is the account of whoever suspends.
    """
    if by.user_id == user_id:
        raise OwnAccount
    person = _user_locked(session, user_id)
    if person.suspended_at is None:
        person.suspended_at = at
        fact = UserSuspended(person.id, reason_code, reason)
        events.record(session, fact, subject=("user", person.id), by=by, at=at)
        end_all(session, person.id, reason=EndReason.SUSPENDED, by=by, at=at)
    return person


def reinstate(
    session: Session, user_id: UUID, *, by: Actor, reason_code: str, reason: str, at: datetime
) -> User:
    """Let the owner sign in again. Doing it twice does no harm."""
    person = _user_locked(session, user_id)
    if person.suspended_at is not None:
        person.suspended_at = None
        fact = UserReinstated(person.id, reason_code, reason)
        events.record(session, fact, subject=("user", person.id), by=by, at=at)
    return person


def _user_locked(session: Session, user_id: UUID) -> User:
    found = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise UserUnknown
    return found
