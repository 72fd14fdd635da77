"""The service itself: it starts, it is delivered, it is completed, or somebody does not come."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import endings, guards, rules, stakes, stopping
from domain.bookings.events import BookingDelivered, BookingStarted, NoShowReported
from domain.bookings.kinds import Step
from domain.bookings.models import Booking
from domain.bookings.steps import By, Standing, allow, move, record, standing


def start(
    session: Session, booking_id: UUID, *, by: By, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that the service has begun.

    Raises `NotNow`, `TooEarly` before the agreed start, and `AccountSuspended` where a side of it is.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    started(session, here)
    return here.booking


def started(session: Session, here: Standing) -> None:
    """The step behind `start`, for a booking that is locked already."""
    booking = here.booking
    guards.check(session, here, Step.START)
    move(session, here, Step.START, due_at=booking.during.end)
    booking.started_at = here.at
    record(session, here, BookingStarted(booking_id=booking.id))


def deliver(
    session: Session, booking_id: UUID, *, by: By, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that the service is done. From now on the customer may complete it or object. Raises `NotNow`."""
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    delivered(session, here)
    return here.booking


def delivered(session: Session, here: Standing) -> None:
    """The step behind `deliver`, for a booking that is locked already."""
    booking = here.booking
    allow(here, Step.DELIVER)
    booking.delivered_at = here.at
    object_by = stakes.completion_due(session, booking)
    move(session, here, Step.DELIVER, due_at=object_by)
    record(session, here, BookingDelivered(booking_id=booking.id, object_by=object_by))


def complete(
    session: Session, booking_id: UUID, *, by: By, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that what was booked was done: the provider is paid.

    Raises `NotNow`, and `TasksOpen` while others may still say how the customer's own tasks went.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check(session, here, Step.COMPLETE)
    completed(session, here)
    return here.booking


def completed(session: Session, here: Standing) -> None:
    """The step behind `complete`, for a booking that is locked already."""
    endings.end(session, here, Step.COMPLETE, endings.CARRIED_OUT)


def completed_by_clock(session: Session, here: Standing) -> None:
    """Complete a delivered booking, unless a card dispute stops its money: then look again later."""
    if not stopping.postpone(session, here):
        completed(session, here)


def report_no_show(
    session: Session, booking_id: UUID, *, by: By, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that the other side did not come. They may contest it before anything is charged.

    Raises `NotNow`, and `TooEarly` while they are only a little late.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    booking, terms = here.booking, here.booking.terms
    guards.check(session, here, Step.REPORT_NO_SHOW)
    contest_by = rules.contest_due(at, terms)
    move(session, here, Step.REPORT_NO_SHOW, due_at=contest_by)
    booking.no_show_at = at
    booking.no_show_side = here.side.other
    fact = NoShowReported(booking_id=booking.id, absent=here.side.other, contest_by=contest_by)
    record(session, here, fact)
    return booking
