"""The service itself: it starts, it is delivered, it is completed, or somebody does not come."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import guards, rules
from domain.bookings.booking_tasks import stakes
from domain.bookings.cancellations import finalize
from domain.bookings.events import BookingDelivered, BookingStarted, NoShowReported
from domain.bookings.kinds import BookingTransition
from domain.bookings.models import Booking
from domain.bookings.money import payment_stops
from domain.bookings.transition import (
    ActionContext,
    CallerOrActor,
    apply_transition,
    check_transition,
    load_context,
    record_event,
)


def start(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that the service has begun.

    Raises `NotNow`, `TooEarly` before the agreed start, and `AccountSuspended` where a side of it is.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    apply_start(session, context)
    return context.booking


def apply_start(session: Session, context: ActionContext) -> None:
    """The step behind `start`, for a booking that is locked already."""
    booking = context.booking
    guards.check_allowed(session, context, BookingTransition.START)
    apply_transition(session, context, BookingTransition.START, due_at=booking.during.end)
    booking.started_at = context.at
    record_event(session, context, BookingStarted(booking_id=booking.id))


def deliver(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that the service is done. From now on the customer may complete it or object. Raises `NotNow`."""
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    apply_delivery(session, context)
    return context.booking


def apply_delivery(session: Session, context: ActionContext) -> None:
    """The step behind `deliver`, for a booking that is locked already."""
    booking = context.booking
    check_transition(context, BookingTransition.DELIVER)
    booking.delivered_at = context.at
    object_by = stakes.completion_due(session, booking)
    apply_transition(session, context, BookingTransition.DELIVER, due_at=object_by)
    record_event(session, context, BookingDelivered(booking_id=booking.id, object_by=object_by))


def complete(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that what was booked was done: the provider is paid.

    Raises `NotNow`, and `TasksOpen` while others may still say how the customer's own tasks went.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check_allowed(session, context, BookingTransition.COMPLETE)
    apply_completion(session, context)
    return context.booking


def apply_completion(session: Session, context: ActionContext) -> None:
    """The step behind `complete`, for a booking that is locked already."""
    finalize.end_booking(session, context, BookingTransition.COMPLETE, finalize.CARRIED_OUT)


def complete_unless_stopped(session: Session, context: ActionContext) -> None:
    """Complete a delivered booking, unless a card dispute stops its money: then look again later."""
    if not payment_stops.postpone_while_stopped(session, context):
        apply_completion(session, context)


def report_no_show(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime, if_match: int | None = None
) -> Booking:
    """Say that the other side did not come. They may contest it before anything is charged.

    Raises `NotNow`, and `TooEarly` while they are only a little late.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    booking, terms = context.booking, context.booking.terms
    guards.check_allowed(session, context, BookingTransition.REPORT_NO_SHOW)
    contest_by = rules.contest_due(at, terms)
    apply_transition(session, context, BookingTransition.REPORT_NO_SHOW, due_at=contest_by)
    booking.no_show_at = at
    booking.no_show_side = context.party.counterparty
    event = NoShowReported(booking_id=booking.id, absent=context.party.counterparty, contest_by=contest_by)
    record_event(session, context, event)
    return booking
