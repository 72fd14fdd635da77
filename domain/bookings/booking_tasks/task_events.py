"""Facts about tasks that a customer took over, told on their booking's timeline.

What people wrote (reasons, objections, decisions) stays in the table, where it can be erased.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.bookings.events import BookingEvent
from domain.bookings.kinds import BookingParty, TaskOutcome


@dataclass(frozen=True)
class BookingTaskEvent(BookingEvent):
    """A fact about one task of a booking."""

    task_id: UUID


@dataclass(frozen=True)
class TaskPerformed(BookingTaskEvent):
    """The customer says that it is done."""

    name: ClassVar[str] = "booking.task_performed"


@dataclass(frozen=True)
class TaskConfirmed(BookingTaskEvent):
    """The provider says that it is done, or said nothing until the booking was completed."""

    name: ClassVar[str] = "booking.task_confirmed"


@dataclass(frozen=True)
class TaskReportedUnmet(BookingTaskEvent):
    """Left undone, says the provider (the customer may object until `answer_by`), or the customer."""

    name: ClassVar[str] = "booking.task_reported_unmet"

    said_by: BookingParty
    answer_by: datetime | None


@dataclass(frozen=True)
class TaskReportedBlocked(BookingTaskEvent):
    """Made impossible by the provider, says the customer (the provider may object), or the provider."""

    name: ClassVar[str] = "booking.task_reported_blocked"

    said_by: BookingParty
    answer_by: datetime | None


@dataclass(frozen=True)
class TaskDisputed(BookingTaskEvent):
    """The other side said that it was not so; operators decide until `decide_by`."""

    name: ClassVar[str] = "booking.task_disputed"

    said_by: BookingParty
    decide_by: datetime


@dataclass(frozen=True)
class TaskDecisionMade(BookingTaskEvent):
    """An operator decided as what it counts, or none did in time, which is for the customer."""

    name: ClassVar[str] = "booking.task_decided"

    outcome: TaskOutcome


@dataclass(frozen=True)
class TasksReminded(BookingEvent):
    """The service is near, and these tasks are not said to be done."""

    name: ClassVar[str] = "booking.tasks_reminded"

    task_ids: list[UUID]
    start: datetime


@dataclass(frozen=True)
class TasksSettled(BookingEvent):
    """The booking has ended: so much of what was at stake is given back, and so much kept for `unmet_ids`."""

    name: ClassVar[str] = "booking.tasks_settled"

    unmet_ids: list[UUID]
    returned_amount: int
    kept_amount: int
    currency: str
