"""What the two sides say of a task that the customer took over, and what operators decide where they differ.

What one side says stands unless the other objects in time, and who gives in ends it. Everything happens under
the booking's lock, and a delivered booking is not completed while somebody may still speak.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import queries, rules, stakes, task_queries
from domain.bookings.events import BookingFact
from domain.bookings.kinds import Side, State, TaskOutcome, TaskState, TaskStep
from domain.bookings.queries import Whole
from domain.bookings.steps import By, Standing, record, standing
from domain.bookings.task_events import (
    TaskConfirmed,
    TaskDisputed,
    TaskPerformed,
    TaskReportedBlocked,
    TaskReportedUnmet,
    TaskWasDecided,
)
from domain.bookings.task_models import BookingTask
from domain.foundation.actors import CLOCK

_DECISIONS = {
    TaskOutcome.CONFIRMED: TaskStep.DECIDE_AS_CONFIRMED,
    TaskOutcome.UNMET: TaskStep.DECIDE_AS_UNMET,
    TaskOutcome.BLOCKED: TaskStep.DECIDE_AS_BLOCKED,
}


@dataclass(frozen=True, slots=True)
class Which:
    """A task, and the version of its booking that its speaker has seen, if they say so."""

    booking_id: UUID
    task_id: UUID
    if_match: int | None = None


def perform(session: Session, which: Which, *, by: By, at: datetime) -> Whole:
    """Say that one's own task is done. Raises `TaskNotFound`, `NotNow` and `TooLate`."""
    here, task = _step(session, which, TaskStep.PERFORM, by=by, at=at)
    task.performed_at = at
    return _told(session, here, TaskPerformed(booking_id=which.booking_id, task_id=task.id))


def confirm(session: Session, which: Which, *, by: By, at: datetime) -> Whole:
    """Say that the customer did it, also after having said otherwise. Refuses as `perform` does."""
    here, task = _step(session, which, TaskStep.CONFIRM, by=by, at=at)
    task.said_by, task.said_at, task.answer_by = here.side, at, None
    return _told(session, here, TaskConfirmed(booking_id=which.booking_id, task_id=task.id))


def report_unmet(session: Session, which: Which, *, by: By, at: datetime, reason: str) -> Whole:
    """Say that it was left undone. The customer may object; who says it of themselves ends it.

    Refuses as `perform` does.
    """
    here, task = _step(session, which, TaskStep.REPORT_UNMET, by=by, at=at)
    _say(here, task, reason, admits=here.side is Side.CUSTOMER)
    fact = TaskReportedUnmet(
        booking_id=which.booking_id, task_id=task.id, said_by=here.side, answer_by=task.answer_by
    )
    return _told(session, here, fact)


def report_block(session: Session, which: Which, *, by: By, at: datetime, reason: str) -> Whole:
    """Say that the provider made it impossible: the saving stays. The provider may object, or say it first.

    Refuses as `perform` does.
    """
    here, task = _step(session, which, TaskStep.REPORT_BLOCK, by=by, at=at)
    _say(here, task, reason, admits=here.side is Side.PROVIDER)
    fact = TaskReportedBlocked(
        booking_id=which.booking_id, task_id=task.id, said_by=here.side, answer_by=task.answer_by
    )
    return _told(session, here, fact)


def object_to(session: Session, which: Which, *, by: By, at: datetime, statement: str) -> Whole:
    """Say that it was not as the other side says; operators decide.

    Refuses as `perform` does, `NotYoursToAnswer` to who said it, and `TaskDecided` after a decision.
    """
    here, task = _step(session, which, TaskStep.OBJECT, by=by, at=at)
    task.objection, task.objected_at = statement, at
    task.answer_by = decide_by = rules.task_decision_due(at, here.booking.terms)
    fact = TaskDisputed(booking_id=which.booking_id, task_id=task.id, said_by=here.side, decide_by=decide_by)
    return _told(session, here, fact)


def decide(
    session: Session, which: Which, *, by: By, at: datetime, outcome: TaskOutcome, decision: str
) -> Whole:
    """Decide as what a task counts about which both sides differ.

    Raises `NotNow` to everybody but the market's operators, and `TooLate` once the clock has decided.
    """
    here, task = _step(session, which, _DECISIONS[outcome], by=by, at=at)
    task.decided_by, task.decided_at, task.decision, task.answer_by = here.side, at, decision, None
    fact = TaskWasDecided(booking_id=which.booking_id, task_id=task.id, outcome=outcome)
    return _told(session, here, fact)


def decide_overdue(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """Decide for the customer what operators left undecided in time. False where there is nothing (more)."""
    booking = queries.booking_locked(session, booking_id)
    here = Standing(booking, Side.CLOCK, CLOCK, at)
    tasks = task_queries.tasks_locked(session, booking_id)
    overdue = [task for task in tasks if _is_overdue(task, at)]
    for task in overdue:
        stakes.speak_for_the_silent(session, here, task)
    if overdue:
        _go_on(session, here)
    return bool(overdue)


def _step(
    session: Session, which: Which, step: TaskStep, *, by: By, at: datetime
) -> tuple[Standing, BookingTask]:
    """The task after this step, under its booking's lock."""
    here = standing(session, which.booking_id, by=by, at=at, if_match=which.if_match)
    task = task_queries.find(task_queries.tasks_locked(session, which.booking_id), which.task_id)
    booking = here.booking
    task.state = rules.check_task_step(task, booking.state, booking.due_at, step, here.side, at=at)
    return here, task


def _is_overdue(task: BookingTask, at: datetime) -> bool:
    return task.state is TaskState.DISPUTED and task.answer_by is not None and task.answer_by <= at


def _say(here: Standing, task: BookingTask, reason: str, *, admits: bool) -> None:
    """Note who said it; whoever says it against themselves leaves nobody to object."""
    task.said_by, task.said_at, task.reason = here.side, here.at, reason
    task.answer_by = None if admits else rules.task_answer_due(here.at, here.booking.terms)


def _told(session: Session, here: Standing, fact: BookingFact) -> Whole:
    """Record the fact; the booking as it is then, whole."""
    record(session, here, fact)
    _go_on(session, here)
    return queries.whole(session, here.booking.id)


def _go_on(session: Session, here: Standing) -> None:
    booking = here.booking
    booking.version += 1
    session.flush()
    if booking.state is State.DELIVERED:
        booking.due_at = stakes.completion_due(session, booking)
        session.flush()
