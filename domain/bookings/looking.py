"""Looking at a booking: whoever is a side of it sees it whole; the true place shows once it is confirmed."""

from uuid import UUID

from sqlmodel import Session

from . import queries
from .kinds import Side
from .models import Booking
from .queries import Whole
from .steps import By, side_of


def whole(session: Session, booking_id: UUID, *, by: By) -> Whole:
    """A booking with its proposals and its dispute. Refuses `BookingNotFound` to everybody else."""
    found = queries.whole(session, booking_id)
    side_of(found.booking, by)
    return found


def place(booking: Booking, side: Side) -> tuple[float, float] | None:
    """Where it happens, as latitude and longitude; a customer learns it when the booking is confirmed."""
    if booking.latitude is None or booking.longitude is None:
        return None
    if side is Side.CUSTOMER and booking.confirmed_at is None:
        return None
    return booking.latitude, booking.longitude
