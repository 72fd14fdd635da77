"""What the caller may do with a booking now: what bookings accept, and the review that ratings accept."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from api.schemas.bookings import BookingView
from api.schemas.proposals import BookingDetailsView
from domain import bookings, ratings
from domain.bookings import AllowedActions, Booking, BookingDetails, CallerOrActor


def booking_view(session: Session, booking: Booking, by: CallerOrActor, at: datetime) -> BookingView:
    """The booking as `by` sees it."""
    return BookingView.of(booking, by, _allowed_actions(session, booking, by, at), at)


def booking_details_view(
    session: Session, details: BookingDetails, by: CallerOrActor, at: datetime
) -> BookingDetailsView:
    """The booking with all that belongs to it, as `by` sees it."""
    return BookingDetailsView.of_details(details, by, _allowed_actions(session, details.booking, by, at), at)


def _allowed_actions(session: Session, booking: Booking, by: CallerOrActor, at: datetime) -> AllowedActions:
    allowed = bookings.allowed_actions(session, booking, by=by, at=at)
    if ratings.may_submit(session, booking, by=by, at=at):
        return replace(allowed, now=(*allowed.now, "review"))
    return allowed
