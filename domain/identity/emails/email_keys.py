"""Assigns keys to stored addresses without one: those older than the keys, or written by older code.

If two accounts have the same address, the older one gets the key. The newer one is marked and is still found
by its exact spelling, so that its owner can sign in. The owner sees the mark (`GET /me`), and an event is
recorded for operators.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.identity.emails.email_addresses import EmailAddress, parse_email
from domain.identity.errors import InvalidEmail
from domain.identity.events import EmailConflict, EmailConflictDetected

_DUE = text("""
    SELECT id, email FROM users WHERE email_key IS NULL AND email_conflict IS NULL
    ORDER BY created_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_OTHERS = text("""
    SELECT coalesce(bool_or(email_key = :key), false) AS has_key,
           coalesce(bool_or(email = :email), false) AS has_spelling
    FROM users WHERE id <> :id AND (email_key = :key OR email = :email)
""")
_STORE = text("""
    UPDATE users SET email_key = :key, email = :email WHERE id = :id
""")
_MARK = text("""
    UPDATE users SET email_conflict = :conflict WHERE id = :id
""")


def assign_email_keys(session: Session, at: datetime, *, limit: int) -> int:
    """Assign keys to up to `limit` accounts without one, the oldest first; return how many accounts."""
    rows = session.execute(_DUE, {"limit": limit}).all()
    for row in rows:
        _store_key(session, row.id, row.email, at)
    return len(rows)


def _store_key(session: Session, user_id: UUID, email: str, at: datetime) -> None:
    try:
        address = parse_email(email)
    except InvalidEmail:
        _mark_conflict(session, user_id, EmailConflict.INVALID, at)
        return
    others = session.execute(_OTHERS, {"id": user_id, **address._asdict()}).one()
    if others.has_key:
        _mark_conflict(session, user_id, EmailConflict.SHARED, at)
        return
    stored = EmailAddress(email, address.key) if others.has_spelling else address
    session.execute(_STORE, {"id": user_id, **stored._asdict()})


def _mark_conflict(session: Session, user_id: UUID, conflict: EmailConflict, at: datetime) -> None:
    session.execute(_MARK, {"id": user_id, "conflict": conflict.value})
    event = EmailConflictDetected(user_id, conflict)
    events.record_event(session, event, subject=("user", user_id), by=SYSTEM, at=at)
