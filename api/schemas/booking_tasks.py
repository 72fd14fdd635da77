"""Tasks of a booking on the wire: what the customer does themselves, and how that went."""

from datetime import datetime
from typing import Literal, Self

from typing_extensions import TypeAliasType

from api.schemas.common import Instant, Money, RequestBody, Text, View
from domain.bookings import Booking, BookingParty, booking_tasks
from domain.bookings.booking_tasks import BookingTaskRow, TaskOutcome, TaskState
from domain.foundation.ids import BookingTaskId, TaskId
from domain.offers import TaskKind

TaskDecisionOutcome = TypeAliasType(
    "TaskDecisionOutcome", Literal[TaskOutcome.CONFIRMED, TaskOutcome.BLOCKED, TaskOutcome.UNMET]
)


class ReportTaskRequest(RequestBody):
    """What one side says of a task, in words for the other."""

    model_config = RequestBody.example({"reason": "The shirts were not sorted when I came."})

    reason: Text


class DecideTaskRequest(RequestBody):
    """An operator's decision: as what the task counts. Only an unmet one costs the customer its share."""

    model_config = RequestBody.example({"outcome": "confirmed", "decision": "The photo shows them sorted."})

    outcome: TaskDecisionOutcome
    decision: Text


class BookingTaskView(View):
    """A task that the customer took over. `allowed` is what would be accepted of its viewer now."""

    id: BookingTaskId
    task_id: TaskId
    kind: TaskKind
    title: str
    share: Money
    state: TaskState
    allowed: list[booking_tasks.TaskTransition]
    performed_at: Instant | None
    said_by: BookingParty | None
    said_at: Instant | None
    reason: str | None
    objection: str | None
    objected_at: Instant | None
    answer_by: Instant | None
    decided_by: BookingParty | None
    decided_at: Instant | None
    decision: str | None
    outcome: TaskOutcome | None

    @classmethod
    def of(cls, line: BookingTaskRow, booking: Booking, party: BookingParty, at: datetime) -> Self:
        """A task as its booking shows it to one side."""
        row = {name: getattr(line, name) for name in cls.model_fields if hasattr(line, name)}
        return cls(
            **row,
            share=Money(amount=line.share_amount, currency=booking.currency),
            allowed=booking_tasks.allowed_task_transitions(line, booking.state, booking.due_at, party, at=at),
        )
