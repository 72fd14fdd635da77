"""What the two sides say of a task that the customer took over, and what operators decide where they differ.

What one side says stands unless the other objects in time, and who gives in ends it. Everything happens under
the booking's lock, and a delivered booking is not completed while somebody may still speak.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import queries, rules, task_queries
from domain.bookings.booking_tasks import stakes
from domain.bookings.booking_tasks.task_events import (
    TaskConfirmed,
    TaskDecisionMade,
    TaskDisputed,
    TaskPerformed,
    TaskReportedBlocked,
    TaskReportedUnmet,
)
from domain.bookings.events import BookingEvent
from domain.bookings.kinds import BookingParty, BookingState, TaskOutcome, TaskState, TaskTransition
from domain.bookings.queries import BookingDetails
from domain.bookings.task_models import BookingTask
from domain.bookings.transition import ActionContext, CallerOrActor, load_context, record_event
from domain.foundation.actors import CLOCK

_DECISIONS = {
    TaskOutcome.CONFIRMED: TaskTransition.DECIDE_AS_CONFIRMED,
    TaskOutcome.UNMET: TaskTransition.DECIDE_AS_UNMET,
    TaskOutcome.BLOCKED: TaskTransition.DECIDE_AS_BLOCKED,
}


@dataclass(frozen=True, slots=True)
class TaskReference:
    """A task, and the version of its booking that its speaker has seen, if they say so."""

    booking_id: UUID
    task_id: UUID
    if_match: int | None = None


def perform_task(
    session: Session, reference: TaskReference, *, by: CallerOrActor, at: datetime
) -> BookingDetails:
    """Say that one's own task is done. Raises `TaskNotFound`, `NotNow` and `TooLate`."""
    context, task = _apply_transition(session, reference, TaskTransition.PERFORM, by=by, at=at)
    task.performed_at = at
    return _record_and_reload(
        session, context, TaskPerformed(booking_id=reference.booking_id, task_id=task.id)
    )


def confirm_task(
    session: Session, reference: TaskReference, *, by: CallerOrActor, at: datetime
) -> BookingDetails:
    """Say that the customer did it, also after having said otherwise. Refuses as `perform` does."""
    context, task = _apply_transition(session, reference, TaskTransition.CONFIRM, by=by, at=at)
    task.said_by, task.said_at, task.answer_by = context.party, at, None
    return _record_and_reload(
        session, context, TaskConfirmed(booking_id=reference.booking_id, task_id=task.id)
    )


def report_task_unmet(
    session: Session, reference: TaskReference, *, by: CallerOrActor, at: datetime, reason: str
) -> BookingDetails:
    """Say that it was left undone. The customer may object; who says it of themselves ends it.

    Refuses as `perform` does.
    """
    context, task = _apply_transition(session, reference, TaskTransition.REPORT_UNMET, by=by, at=at)
    _store_report(context, task, reason, admits=context.party is BookingParty.CUSTOMER)
    event = TaskReportedUnmet(
        booking_id=reference.booking_id, task_id=task.id, said_by=context.party, answer_by=task.answer_by
    )
    return _record_and_reload(session, context, event)


def report_task_blocked(
    session: Session, reference: TaskReference, *, by: CallerOrActor, at: datetime, reason: str
) -> BookingDetails:
    """Say that the provider made it impossible: the saving stays. The provider may object, or say it first.

    Refuses as `perform` does.
    """
    context, task = _apply_transition(session, reference, TaskTransition.REPORT_BLOCK, by=by, at=at)
    _store_report(context, task, reason, admits=context.party is BookingParty.PROVIDER)
    event = TaskReportedBlocked(
        booking_id=reference.booking_id, task_id=task.id, said_by=context.party, answer_by=task.answer_by
    )
    return _record_and_reload(session, context, event)


def object_to_task(
    session: Session, reference: TaskReference, *, by: CallerOrActor, at: datetime, statement: str
) -> BookingDetails:
    """Say that it was not as the other side says; operators decide.

    Refuses as `perform` does, `NotYoursToAnswer` to who said it, and `TaskDecided` after a decision.
    """
    context, task = _apply_transition(session, reference, TaskTransition.OBJECT, by=by, at=at)
    task.objection, task.objected_at = statement, at
    task.answer_by = decide_by = rules.task_decision_due(at, context.booking.terms)
    event = TaskDisputed(
        booking_id=reference.booking_id, task_id=task.id, said_by=context.party, decide_by=decide_by
    )
    return _record_and_reload(session, context, event)


def decide_task(
    session: Session,
    reference: TaskReference,
    *,
    by: CallerOrActor,
    at: datetime,
    outcome: TaskOutcome,
    decision: str,
) -> BookingDetails:
    """Decide as what a task counts about which both sides differ.

    Raises `NotNow` to everybody but the market's operators, and `TooLate` once the clock has decided.
    """
    context, task = _apply_transition(session, reference, _DECISIONS[outcome], by=by, at=at)
    task.decided_by, task.decided_at, task.decision, task.answer_by = context.party, at, decision, None
    event = TaskDecisionMade(booking_id=reference.booking_id, task_id=task.id, outcome=outcome)
    return _record_and_reload(session, context, event)


def decide_overdue_tasks(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """Decide for the customer what operators left undecided in time. False where there is nothing (more)."""
    booking = queries.lock_booking(session, booking_id)
    context = ActionContext(booking, BookingParty.CLOCK, CLOCK, at)
    tasks = task_queries.lock_tasks(session, booking_id)
    overdue = [task for task in tasks if _is_overdue(task, at)]
    for task in overdue:
        stakes.auto_confirm_task(session, context, task)
    if overdue:
        _update_booking(session, context)
    return bool(overdue)


def _apply_transition(
    session: Session, reference: TaskReference, transition: TaskTransition, *, by: CallerOrActor, at: datetime
) -> tuple[ActionContext, BookingTask]:
    """The task after this step, under its booking's lock."""
    context = load_context(session, reference.booking_id, by=by, at=at, if_match=reference.if_match)
    task = task_queries.find_task(task_queries.lock_tasks(session, reference.booking_id), reference.task_id)
    booking = context.booking
    task.state = rules.check_task_transition(
        task, booking.state, booking.due_at, transition, context.party, at=at
    )
    return context, task


def _is_overdue(task: BookingTask, at: datetime) -> bool:
    return task.state is TaskState.DISPUTED and task.answer_by is not None and task.answer_by <= at


def _store_report(context: ActionContext, task: BookingTask, reason: str, *, admits: bool) -> None:
    """Note who said it; whoever says it against themselves leaves nobody to object."""
    task.said_by, task.said_at, task.reason = context.party, context.at, reason
    task.answer_by = None if admits else rules.task_answer_due(context.at, context.booking.terms)


def _record_and_reload(session: Session, context: ActionContext, event: BookingEvent) -> BookingDetails:
    """Record the fact; the booking as it is then, whole."""
    record_event(session, context, event)
    _update_booking(session, context)
    return queries.load_details(session, context.booking.id)


def _update_booking(session: Session, context: ActionContext) -> None:
    booking = context.booking
    booking.version += 1
    session.flush()
    if booking.state is BookingState.DELIVERED:
        booking.due_at = stakes.completion_due(session, booking)
        session.flush()
