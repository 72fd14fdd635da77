"""The statements that write promises. Whether a promise is wise was asked before; here it is made or refused.

Inserts say `ON CONFLICT DO NOTHING`: a plain insert against an exclusion constraint waits for its neighbour
while the neighbour waits for it (87 of 600 tries ended in a deadlock). Several resources are taken in one
statement and in the order of their numbers, so that takers never wait in a circle. An expired hold still
excludes others, so whoever meets a conflict releases the expired ones first and tries once more.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, TextClause, text
from sqlmodel import Session

from domain.availability.errors import SlotTaken
from domain.availability.kinds import HoldKind
from domain.foundation import ids
from domain.foundation.spans import Span

_ACQUIRE = text("""
    INSERT INTO holds (id, resource_number, during, kind, booking_id, group_session_id, note,
                       created_at, expires_at)
    SELECT id, number, tstzrange(:start, :end), :kind, cast(:booking_id AS uuid),
           cast(:group_session_id AS uuid), :note, :at, cast(:expires_at AS timestamptz)
    FROM unnest(cast(:ids AS uuid[]), cast(:numbers AS bigint[])) AS wanted (id, number) ORDER BY number
    ON CONFLICT DO NOTHING
    RETURNING resource_number
""")
_RELEASE_EXPIRED = text("""
    UPDATE holds SET released_at = :at
    WHERE released_at IS NULL AND id IN (
        SELECT id FROM holds
        WHERE released_at IS NULL AND expires_at <= :at AND resource_number = ANY(cast(:numbers AS bigint[]))
        ORDER BY id FOR UPDATE)
""")
_RELEASE_ALL_EXPIRED = text("""
    UPDATE holds SET released_at = :at
    WHERE id IN (
        SELECT id FROM holds WHERE released_at IS NULL AND expires_at <= :at
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
""")
_CONFIRM = text("UPDATE holds SET expires_at = NULL WHERE booking_id = :booking_id AND released_at IS NULL")
_RELEASE = text("UPDATE holds SET released_at = :at WHERE booking_id = :booking_id AND released_at IS NULL")
_RELEASE_SESSION = text("""
    UPDATE holds SET released_at = :at WHERE group_session_id = :group_session_id AND released_at IS NULL
""")


def acquire_holds(
    session: Session,
    numbers: Collection[int],
    during: Span,
    kind: HoldKind,
    *,
    at: datetime,
    booking_id: UUID | None = None,
    group_session_id: UUID | None = None,
    expires_at: datetime | None = None,
    note: str = "",
) -> list[UUID]:
    """Hold the time, buffers already in it, of every resource. Returns the ids of the holds.

    Raises `SlotTaken`, and leaves what it could take to the rollback.
    """
    params = {
        "start": during.start,
        "end": during.end,
        "kind": kind.value,
        "booking_id": booking_id,
        "group_session_id": group_session_id,
        "note": note,
        "at": at,
        "expires_at": expires_at,
    }
    ids_by_number = {number: ids.new() for number in sorted(numbers)}
    missing = ids_by_number.keys() - _insert(session, ids_by_number, params)
    if missing:
        execute(session, _RELEASE_EXPIRED, numbers=sorted(missing), at=at)
        missing -= _insert(session, {number: ids_by_number[number] for number in missing}, params)
    if missing:
        raise SlotTaken("Somebody was quicker; ask for the slots again.", field="start")
    return list(ids_by_number.values())


def confirm(session: Session, booking_id: UUID) -> int:
    """Let a booking's holds expire no more. Returns how many there are."""
    return execute(session, _CONFIRM, booking_id=booking_id)


def release(session: Session, booking_id: UUID, *, at: datetime) -> int:
    """Give back the time of a booking. Returns how many holds were given back."""
    return execute(session, _RELEASE, booking_id=booking_id, at=at)


def release_session(session: Session, group_session_id: UUID, *, at: datetime) -> None:
    """Give back the time of a session that nobody has a seat of."""
    execute(session, _RELEASE_SESSION, group_session_id=group_session_id, at=at)


def release_expired(session: Session, *, at: datetime, limit: int) -> int:
    """Release holds that expired. Returns how many."""
    return execute(session, _RELEASE_ALL_EXPIRED, at=at, limit=limit)


def execute(session: Session, statement: TextClause, **params: Any) -> int:  # noqa: ANN401 -- the statement's parameters
    """Run a statement that changes rows. Returns how many."""
    return cast("CursorResult[Any]", session.execute(statement, params)).rowcount


def _insert(session: Session, ids_by_number: dict[int, UUID], common_params: dict[str, Any]) -> set[int]:
    params = {**common_params, "ids": list(ids_by_number.values()), "numbers": list(ids_by_number)}
    return set(session.execute(_ACQUIRE, params).scalars())
