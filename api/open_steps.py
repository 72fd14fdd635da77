"""What the caller may do with a booking now: what bookings accept, and the review that ratings accept."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from api.schemas.bookings import BookingView
from api.schemas.proposals import WholeBookingView
from domain import bookings, ratings
from domain.bookings import Booking, By, OpenSteps, Whole


def booking_view(session: Session, booking: Booking, by: By, at: datetime) -> BookingView:
    """The booking as `by` sees it."""
    return BookingView.of(booking, by, _steps(session, booking, by, at), at)


def whole_booking_view(session: Session, whole: Whole, by: By, at: datetime) -> WholeBookingView:
    """The booking with all that belongs to it, as `by` sees it."""
    return WholeBookingView.of_whole(whole, by, _steps(session, whole.booking, by, at), at)


def _steps(session: Session, booking: Booking, by: By, at: datetime) -> OpenSteps:
    steps = bookings.open_steps(session, booking, by=by, at=at)
    if ratings.may_submit(session, booking, by=by, at=at):
        return replace(steps, now=(*steps.now, "review"))
    return steps
