"""Telling customers again, before the service, what they took over; once for each start."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import queries, task_queries
from domain.bookings.kinds import Side, State, TaskState
from domain.bookings.steps import Standing, record
from domain.bookings.task_events import TasksReminded
from domain.foundation.actors import CLOCK


def remind(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """Record that the tasks not yet done are due. False where nothing is to be said (any more)."""
    booking = queries.booking_locked(session, booking_id)
    if booking.remind_at is None or booking.remind_at > at or booking.state is not State.CONFIRMED:
        return False
    booking.remind_at = None
    tasks = task_queries.tasks_locked(session, booking_id)
    undone = [task.id for task in tasks if task.state is TaskState.AGREED]
    if not undone or at >= booking.during.start:
        return False
    fact = TasksReminded(booking_id=booking_id, task_ids=undone, start=booking.during.start)
    record(session, Standing(booking, Side.CLOCK, CLOCK, at), fact)
    return True
