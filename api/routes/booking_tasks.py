"""Tasks of a booking: what the customer does themselves, how that went, and who decides where they differ."""

from datetime import datetime

from sqlmodel import Session

from api.open_steps import whole_booking_view
from api.schemas.booking_tasks import TaskDecision, TaskReport
from api.schemas.disputes import SideStatement
from api.schemas.proposals import WholeBookingView
from api.transaction import Router
from domain import bookings
from domain.bookings import WhichTask
from domain.bookings.errors import BookingNotFound, NotYoursToAnswer, TaskDecided, TaskNotFound, TooLate
from domain.foundation.errors import Stale
from domain.foundation.ids import BookingId, BookingTaskId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller

router = Router(tags=["bookings"])

_REFUSALS = [BookingNotFound, TransitionNotAllowed, Stale, TaskNotFound, TooLate]


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/performance", may="bookings.perform_task", errors=_REFUSALS
)
def perform_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> WholeBookingView:
    """Say that you have done what you took over. The provider confirms it, by a word or by silence."""
    which = WhichTask(booking_id, task_id, if_match)
    return whole_booking_view(session, bookings.perform_task(session, which, by=caller, at=at), caller, at)


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/confirmation", may="bookings.confirm_task", errors=_REFUSALS
)
def confirm_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> WholeBookingView:
    """Confirm as the provider that the customer did it. The sooner all are, the sooner you are paid."""
    which = WhichTask(booking_id, task_id, if_match)
    return whole_booking_view(session, bookings.confirm_task(session, which, by=caller, at=at), caller, at)


@router.post("/bookings/{booking_id}/tasks/{task_id}/omission", may="bookings.report_task", errors=_REFUSALS)
def report_task_omission(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: TaskReport,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> WholeBookingView:
    """Say that a task was left undone: its share is not given back, and no more than that.

    The customer may object until `answer_by`. A customer who says it of themselves is free of the task.
    """
    which = WhichTask(booking_id, task_id, if_match)
    whole = bookings.report_task_unmet(session, which, reason=body.reason, by=caller, at=at)
    return whole_booking_view(session, whole, caller, at)


@router.post("/bookings/{booking_id}/tasks/{task_id}/block", may="bookings.report_task", errors=_REFUSALS)
def report_task_block(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: TaskReport,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> WholeBookingView:
    """Say that the provider made a task impossible: the saving stays. Providers may say so themselves.

    The provider may object to a customer's word until `answer_by`.
    """
    which = WhichTask(booking_id, task_id, if_match)
    whole = bookings.report_task_blocked(session, which, reason=body.reason, by=caller, at=at)
    return whole_booking_view(session, whole, caller, at)


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/objection",
    may="bookings.report_task",
    errors=[*_REFUSALS, NotYoursToAnswer, TaskDecided],
)
def object_to_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: SideStatement,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> WholeBookingView:
    """Object to what the other side said of a task. Operators decide; if they do not, it counts as done."""
    which = WhichTask(booking_id, task_id, if_match)
    whole = bookings.object_to_task(session, which, statement=body.statement, by=caller, at=at)
    return whole_booking_view(session, whole, caller, at)


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/decision",
    may="bookings.decide_task",
    idempotency="required",
    errors=_REFUSALS,
)
def decide_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: TaskDecision,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> WholeBookingView:
    """Decide as an operator of its market as what a task counts about which both sides differ."""
    which = WhichTask(booking_id, task_id, if_match)
    whole = bookings.decide_task(
        session, which, outcome=body.outcome, decision=body.decision, by=caller, at=at
    )
    return whole_booking_view(session, whole, caller, at)
