"""Looking at a booking: whoever is a side of it sees it whole, its exact place as `place_rules` says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import queries
from domain.bookings.cancellations import finalize
from domain.bookings.cancellations.final_amounts import free_until
from domain.bookings.kinds import BookingParty
from domain.bookings.models import Booking
from domain.bookings.queries import BookingDetails
from domain.bookings.transition import CallerOrActor, party_of
from domain.bookings.views.place_rules import (
    PlacePrecision,
    PlaceVisibilityInput,
    exact_place_visible_at,
    place_precision,
)


def get_booking_details(session: Session, booking_id: UUID, *, by: CallerOrActor) -> BookingDetails:
    """A booking with its proposals and its dispute. Raises `BookingNotFound` to everybody else."""
    details = queries.load_details(session, booking_id)
    party_of(details.booking, by)
    return details


@dataclass(frozen=True, slots=True)
class VisiblePlace:
    """What one side sees of where a booking happens.

    `point` is the exact latitude and longitude, None where the offer's area is all that is shown.
    `exact_from` is when the customer sees the point; None before the booking is confirmed, or where it
    happens elsewhere.
    """

    point: tuple[float, float] | None
    exact_visible_at: datetime | None


def visible_place(booking: Booking, party: BookingParty, *, at: datetime) -> VisiblePlace:
    """What this side may see of the booking's place at this instant."""
    if booking.latitude is None or booking.longitude is None:
        return VisiblePlace(None, None)
    facts = PlaceVisibilityInput(
        state=booking.state,
        start=booking.during.start,
        confirmed_at=booking.confirmed_at,
        free_until=free_until(finalize.cancellation_terms(booking)),
        ended_at=booking.ended_at,
    )
    is_exact = place_precision(facts, party, at=at) is PlacePrecision.EXACT
    return VisiblePlace(
        (booking.latitude, booking.longitude) if is_exact else None, exact_place_visible_at(facts)
    )
