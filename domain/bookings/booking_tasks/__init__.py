"""Tasks that the customer of a booking does: their transitions, reminders, and the stake they earn back."""

from domain.bookings.booking_tasks.actions import (
    TaskReference,
    confirm_task,
    decide_overdue_tasks,
    decide_task,
    object_to_task,
    perform_task,
    report_task_blocked,
    report_task_unmet,
)
from domain.bookings.booking_tasks.reminders import remind_of_tasks
from domain.bookings.kinds import TaskOutcome, TaskState, TaskTransition
from domain.bookings.lifecycle import TASKS
from domain.bookings.rules import allowed_task_transitions
from domain.bookings.task_models import BookingTask
from domain.bookings.task_queries import (
    BookingTaskRow,
    bookings_with_due_reminder,
    bookings_with_overdue_tasks,
)

__all__ = [
    "TASKS",
    "BookingTask",
    "BookingTaskRow",
    "TaskOutcome",
    "TaskReference",
    "TaskState",
    "TaskTransition",
    "allowed_task_transitions",
    "bookings_with_due_reminder",
    "bookings_with_overdue_tasks",
    "confirm_task",
    "decide_overdue_tasks",
    "decide_task",
    "object_to_task",
    "perform_task",
    "remind_of_tasks",
    "report_task_blocked",
    "report_task_unmet",
]
