"""Carrying a booking out: it starts, is delivered, is completed."""

from datetime import datetime

from sqlmodel import Session

from api.booking_views import booking_view
from api.schemas.bookings import BookingView
from api.transaction import Router
from domain import bookings
from domain.bookings.errors import BookingNotFound, TasksOpen, TooEarly
from domain.foundation.errors import Stale
from domain.foundation.ids import BookingId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller
from domain.identity.errors import AccountSuspended

router = Router(tags=["bookings"])


@router.post(
    "/bookings/{booking_id}/start",
    may="bookings.start",
    errors=[AccountSuspended, BookingNotFound, TransitionNotAllowed, Stale, TooEarly],
)
def start_booking(
    booking_id: BookingId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> BookingView:
    """Say that the service has begun. If nobody does, the clock does at the agreed start."""
    return booking_view(
        session, bookings.start(session, booking_id, by=caller, at=at, if_match=if_match), caller, at
    )


@router.post(
    "/bookings/{booking_id}/delivery",
    may="bookings.deliver",
    errors=[BookingNotFound, TransitionNotAllowed, Stale],
)
def deliver_booking(
    booking_id: BookingId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> BookingView:
    """Say that your service is done. If you do not, the clock does at the agreed end."""
    return booking_view(
        session, bookings.deliver(session, booking_id, by=caller, at=at, if_match=if_match), caller, at
    )


@router.post(
    "/bookings/{booking_id}/completion",
    may="bookings.complete",
    idempotency="required",
    errors=[BookingNotFound, TransitionNotAllowed, Stale, TasksOpen],
)
def complete_booking(
    booking_id: BookingId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> BookingView:
    """Say that the service you booked was done: the provider is paid. The clock does after two days."""
    return booking_view(
        session, bookings.complete(session, booking_id, by=caller, at=at, if_match=if_match), caller, at
    )
