"""Telling customers again, before the service, what they took over; once for each start."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import queries, task_queries
from domain.bookings.booking_tasks.task_events import TasksReminded
from domain.bookings.kinds import BookingParty, BookingState, TaskState
from domain.bookings.transition import ActionContext, record_event
from domain.foundation.actors import CLOCK


def remind_of_tasks(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """Record that the tasks not yet done are due. False where nothing is to be said (any more)."""
    booking = queries.lock_booking(session, booking_id)
    if booking.remind_at is None or booking.remind_at > at or booking.state is not BookingState.CONFIRMED:
        return False
    booking.remind_at = None
    tasks = task_queries.lock_tasks(session, booking_id)
    undone = [task.id for task in tasks if task.state is TaskState.AGREED]
    if not undone or at >= booking.during.start:
        return False
    event = TasksReminded(booking_id=booking_id, task_ids=undone, start=booking.during.start)
    record_event(session, ActionContext(booking, BookingParty.CLOCK, CLOCK, at), event)
    return True
