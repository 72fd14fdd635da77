"""One booking's timeline: every fact about it in order, as each side may see it.

The timeline is the facts themselves, so it cannot be changed and cannot disagree with what happened. How the
customer pays is theirs and the operators'; which operator acted is the operators' alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain.bookings import queries
from domain.bookings.kinds import BookingParty
from domain.bookings.models import Booking
from domain.bookings.transition import CallerOrActor, party_of
from domain.foundation.actors import ActorKind
from domain.foundation.events import EventRow, subject_history
from domain.foundation.paging import Page, decode_cursor, encode_cursor

_VISIBLE_TO = {
    "booking": frozenset({BookingParty.CUSTOMER, BookingParty.PROVIDER}),
    "payment": frozenset({BookingParty.CUSTOMER}),
}
"""Which party sees facts whose names start so. Operators see all, and alone what does not stand here yet."""

_VISIBLE_TO_BOTH = frozenset({"payment.disputed", "payment.dispute_closed", "payment.dispute_resolved"})
"""Facts about the payment that the provider sees too: while they last, nothing is paid out."""


@dataclass(frozen=True, slots=True)
class BookingTimelineEntry:
    """A fact as one side sees it. `by` is a side of the booking, or another kind of actor."""

    id: UUID
    name: str
    version: int
    occurred_at: datetime
    by: str
    data: Mapping[str, Any]


def list_timeline(
    session: Session, booking_id: UUID, *, by: CallerOrActor, after: str | None, limit: int
) -> Page[BookingTimelineEntry]:
    """What happened, the oldest first. A page may be short where a side may not see everything."""
    booking = queries.get_booking(session, booking_id)
    party = party_of(booking, by)
    seen = 0 if after is None else int(str(decode_cursor(after, [int])[0]))
    rows = subject_history(session, booking_id, after_version=seen, limit=limit + 1)
    shown = [_entry(row, booking) for row in rows[:limit] if _is_visible(row, party)]
    return Page(shown, encode_cursor([rows[limit - 1].version]) if len(rows) > limit else None)


def _is_visible(row: EventRow, party: BookingParty) -> bool:
    if party is BookingParty.OPERATOR or row.name in _VISIBLE_TO_BOTH:
        return True
    return party in _VISIBLE_TO.get(row.name.partition(".")[0], frozenset())


def _entry(row: EventRow, booking: Booking) -> BookingTimelineEntry:
    return BookingTimelineEntry(
        row.id, row.name, row.version, row.occurred_at, _actor_name(row, booking), row.data
    )


def _actor_name(row: EventRow, booking: Booking) -> str:
    if row.actor_kind is not ActorKind.USER:
        return str(row.actor_kind)
    return str(BookingParty.CUSTOMER if row.actor_id == booking.customer_id else BookingParty.PROVIDER)
