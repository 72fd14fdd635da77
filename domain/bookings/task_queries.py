"""Reads of tasks that customers took over. A chapter of `queries.py`: lock the booking first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from domain.bookings.errors import TaskNotFound
from domain.bookings.kinds import BookingParty, TaskOutcome, TaskState
from domain.bookings.task_models import BookingTask
from domain.offers import TaskKind


@dataclass(frozen=True, slots=True)
class BookingTaskRow:
    """A task as its booking shows it. Amounts are minor units of the booking's currency."""

    id: UUID
    task_id: UUID
    kind: TaskKind
    title: str
    share_pay_out_amount: int
    share_tax_amount: int
    state: TaskState
    performed_at: datetime | None
    said_by: BookingParty | None
    said_at: datetime | None
    reason: str | None
    objection: str | None
    objected_at: datetime | None
    answer_by: datetime | None
    decided_by: BookingParty | None
    decided_at: datetime | None
    decision: str | None
    outcome: TaskOutcome | None

    @classmethod
    def of(cls, row: BookingTask) -> Self:
        """The line of a task that is at hand as a row."""
        return cls(**{name: getattr(row, name) for name in cls.__slots__})

    @property
    def share_amount(self) -> int:
        """What it saves the customer, and what it costs them if it is left undone."""
        return self.share_pay_out_amount + self.share_tax_amount


# The columns of a TaskLine; a booking reads its tasks with itself in one statement (`queries.whole`).
COLUMNS = ", ".join(BookingTaskRow.__slots__)

_REMINDERS_DUE = text("""
    SELECT id FROM bookings WHERE remind_at <= :at AND state = 'confirmed' ORDER BY remind_at, id LIMIT :limit
""")
_DECISIONS_OVERDUE = text("""
    SELECT DISTINCT booking_id FROM booking_tasks
    WHERE state = 'disputed' AND answer_by <= :at LIMIT :limit
""")


def list_tasks(session: Session, booking_id: UUID) -> list[BookingTask]:
    """The tasks of a booking, in the offer's order; the booking's lock keeps them as they are."""
    statement = select(BookingTask).where(col(BookingTask.booking_id) == booking_id)
    return list(session.scalars(statement.order_by(col(BookingTask.position))))


def lock_tasks(session: Session, booking_id: UUID) -> list[BookingTask]:
    """The tasks of a booking, in the offer's order, as they are now."""
    statement = select(BookingTask).where(col(BookingTask.booking_id) == booking_id)
    ordered = statement.order_by(col(BookingTask.position)).with_for_update()
    return list(session.scalars(ordered, execution_options={"populate_existing": True}))


def find_task(tasks: list[BookingTask], task_id: UUID) -> BookingTask:
    """The task of this id among those of a booking; raises `TaskNotFound`."""
    task = next((task for task in tasks if task.id == task_id), None)
    if task is None:
        raise TaskNotFound
    return task


def bookings_with_due_reminder(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Confirmed bookings whose customer should hear of tasks not yet done, the longest due first."""
    return list(session.scalars(_REMINDERS_DUE, {"at": at, "limit": limit}))


def bookings_with_overdue_tasks(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Bookings with a task about which operators have not decided in time."""
    return list(session.scalars(_DECISIONS_OVERDUE, {"at": at, "limit": limit}))
