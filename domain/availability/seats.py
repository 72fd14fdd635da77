"""Seats of group sessions: taken by a conditional update of one counter, given back the same way.

The first seat begins a session and holds its time, the last one given back ends it and gives the time back.
The session's row is locked before its claims and its claims before its holds, always, so that takers and
givers never wait in a circle.

Expired seats are given to whoever wants them at once. A session of which all seats expired keeps its time
from other offers until the sweep ends it, a minute later at most.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.availability import holds
from domain.availability.errors import SeatsTaken
from domain.availability.kinds import HoldKind
from domain.foundation import ids
from domain.foundation.spans import Span

# One statement begins the session or takes seats of the one that stands; no row means there are not enough.
# The capacity is the offer's now, whatever it was when the session began: raised, there are more seats;
# lowered, what was sold stays sold and nothing more is.
_CLAIM_SEATS = text("""
    INSERT INTO group_sessions (id, offer_id, during, capacity, taken, created_at)
    VALUES (:id, :offer_id, tstzrange(:start, :end), :capacity, :seats, :at)
    ON CONFLICT (offer_id, lower(during)) WHERE released_at IS NULL
    DO UPDATE SET taken = group_sessions.taken + :seats, capacity = :capacity
    WHERE group_sessions.taken + :seats <= :capacity AND group_sessions.during = excluded.during
    RETURNING id, (
        SELECT count(*) FROM holds
        WHERE group_session_id = group_sessions.id AND released_at IS NULL
          AND resource_number = ANY(cast(:numbers AS bigint[]))) AS held
""")
# What a session needs that it does not hold yet: an option of somebody who joins it, or a resource that the
# offer was given since. Its row is locked, so nobody else adds the same; what `_TAKE` counted before it
# waited for that lock may be fewer than there are.
_NOT_HELD = text("""
    SELECT number FROM unnest(cast(:numbers AS bigint[])) AS number
    WHERE NOT EXISTS (
        SELECT FROM holds
        WHERE group_session_id = :id AND released_at IS NULL AND resource_number = number)
""")
_CLAIM = text("""
    INSERT INTO seat_claims (id, group_session_id, booking_id, seats, expires_at)
    VALUES (:id, :group_session_id, :booking_id, :seats, :expires_at)
""")
_CONFIRM = text(
    "UPDATE seat_claims SET expires_at = NULL WHERE booking_id = :booking_id AND released_at IS NULL"
)
_SESSIONS_OF = text("""
    SELECT group_session_id FROM seat_claims WHERE booking_id = :booking_id AND released_at IS NULL
""")
_SESSION_AT = text("""
    SELECT id FROM group_sessions
    WHERE offer_id = :offer_id AND lower(during) = :start AND released_at IS NULL
""")
_SESSIONS_WITH_EXPIRED = text("""
    SELECT DISTINCT group_session_id FROM seat_claims WHERE released_at IS NULL AND expires_at <= :at
    ORDER BY group_session_id LIMIT :limit
""")
_LOCK = text("SELECT FROM group_sessions WHERE id = :id FOR UPDATE")
# With no booking named, all claims that expired.
_RELEASE_CLAIMS = text("""
    WITH given AS (
        UPDATE seat_claims SET released_at = :at
        WHERE group_session_id = :id AND released_at IS NULL
          AND (booking_id = :booking_id OR cast(:booking_id AS uuid) IS NULL AND expires_at <= :at)
        RETURNING seats
    )
    SELECT count(*) AS claims, coalesce(sum(seats), 0) AS seats FROM given
""")
_RELEASE_SEATS = text("""
    UPDATE group_sessions SET taken = taken - :seats, released_at = CASE WHEN taken = :seats THEN :at END
    WHERE id = :id RETURNING released_at
""")


def claim_seats(
    session: Session,
    numbers: Collection[int],
    service: Span,
    with_buffers: Span,
    *,
    offer_id: UUID,
    capacity: int,
    seats: int,
    booking_id: UUID,
    expires_at: datetime | None,
    at: datetime,
) -> None:
    """Take seats of the session at that time, which begins with its first seat.

    `capacity` is how many seats it may have from now on. The session holds every resource that anybody in it
    needs. Raises `SeatsTaken`, and `SlotTaken` where a resource is promised to somebody else.
    """
    params = {
        "offer_id": offer_id,
        "start": service.start,
        "end": service.end,
        "capacity": capacity,
        "seats": seats,
        "numbers": list(numbers),
        "at": at,
        "id": ids.new(),
    }
    row = session.execute(_CLAIM_SEATS, params).first()
    if row is None and _release_expired_at(session, offer_id, service, at=at):
        row = session.execute(_CLAIM_SEATS, params).first()
    if row is None:
        raise SeatsTaken("Somebody was quicker; ask for the slots again.", field="seats")
    if row.held < len(numbers):
        missing = numbers if row.id == params["id"] else _not_held(session, row.id, numbers)
        holds.acquire_holds(session, missing, with_buffers, HoldKind.SESSION, group_session_id=row.id, at=at)
    claim = {"id": ids.new(), "group_session_id": row.id, "booking_id": booking_id}
    session.execute(_CLAIM, {**claim, "seats": seats, "expires_at": expires_at})


def confirm(session: Session, booking_id: UUID) -> int:
    """Let a booking's seats expire no more. Returns how many claims there are."""
    return holds.execute(session, _CONFIRM, booking_id=booking_id)


def release(session: Session, booking_id: UUID, *, at: datetime) -> int:
    """Give back the seats of a booking. Returns how many claims were given back."""
    sessions = session.execute(_SESSIONS_OF, {"booking_id": booking_id}).scalars().all()
    return sum(_release_claims(session, session_id, booking_id, at=at) for session_id in sessions)


def release_expired(session: Session, *, at: datetime, limit: int) -> int:
    """Release claims that expired, of so many sessions at most. Returns how many claims."""
    sessions = session.execute(_SESSIONS_WITH_EXPIRED, {"at": at, "limit": limit}).scalars().all()
    return sum(_release_claims(session, session_id, None, at=at) for session_id in sessions)


def _not_held(session: Session, group_session_id: UUID, numbers: Collection[int]) -> list[int]:
    """Which of these resources the session does not hold."""
    return list(session.execute(_NOT_HELD, {"id": group_session_id, "numbers": list(numbers)}).scalars())


def _release_expired_at(session: Session, offer_id: UUID, service: Span, *, at: datetime) -> int:
    session_id = session.execute(_SESSION_AT, {"offer_id": offer_id, "start": service.start}).scalar()
    return 0 if session_id is None else _release_claims(session, session_id, None, at=at)


def _release_claims(
    session: Session, group_session_id: UUID, booking_id: UUID | None, *, at: datetime
) -> int:
    session.execute(_LOCK, {"id": group_session_id})
    params = {"id": group_session_id, "booking_id": booking_id, "at": at}
    claims, seats = session.execute(_RELEASE_CLAIMS, params).one()
    if not claims:
        return 0
    ended = session.execute(_RELEASE_SEATS, {"id": group_session_id, "seats": seats, "at": at}).scalar()
    if ended is not None:
        holds.release_session(session, group_session_id, at=at)
    return int(claims)
