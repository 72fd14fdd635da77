"""Looking at a booking: whoever is a side of it sees it whole, its exact place as `place_rules` says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import endings, queries
from domain.bookings.cancellation import free_until
from domain.bookings.kinds import Side
from domain.bookings.models import Booking
from domain.bookings.place_rules import PlaceFacts, Precision, exact_from, precision
from domain.bookings.queries import Whole
from domain.bookings.steps import By, side_of


def whole(session: Session, booking_id: UUID, *, by: By) -> Whole:
    """A booking with its proposals and its dispute. Raises `BookingNotFound` to everybody else."""
    found = queries.whole(session, booking_id)
    side_of(found.booking, by)
    return found


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """What one side sees of where a booking happens.

    `point` is the exact latitude and longitude, None where the offer's area is all that is shown.
    `exact_from` is when the customer sees the point; None before the booking is confirmed, or where it
    happens elsewhere.
    """

    point: tuple[float, float] | None
    exact_from: datetime | None


def place(booking: Booking, side: Side, *, at: datetime) -> PlaceShown:
    """What this side may see of the booking's place at this instant."""
    if booking.latitude is None or booking.longitude is None:
        return PlaceShown(None, None)
    facts = PlaceFacts(
        state=booking.state,
        start=booking.during.start,
        confirmed_at=booking.confirmed_at,
        free_until=free_until(endings.deadlines(booking)),
        ended_at=booking.ended_at,
    )
    is_exact = precision(facts, side, at=at) is Precision.EXACT
    return PlaceShown((booking.latitude, booking.longitude) if is_exact else None, exact_from(facts))
