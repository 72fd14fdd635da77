"""Tasks of a booking: what the customer does themselves, how that went, and who decides where they differ."""

from datetime import datetime

from sqlmodel import Session

from api.booking_views import booking_details_view
from api.schemas.booking_tasks import DecideTaskRequest, ReportTaskRequest
from api.schemas.disputes import StatementRequest
from api.schemas.proposals import BookingDetailsView
from api.transaction import Router
from domain.bookings import booking_tasks
from domain.bookings.booking_tasks import TaskReference
from domain.bookings.errors import BookingNotFound, OtherPartyMustAnswer, TaskDecided, TaskNotFound, TooLate
from domain.foundation.errors import Stale
from domain.foundation.ids import BookingId, BookingTaskId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller

router = Router(tags=["bookings"])

_ERRORS = [BookingNotFound, TransitionNotAllowed, Stale, TaskNotFound, TooLate]


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/performance", may="bookings.perform_task", errors=_ERRORS
)
def perform_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingDetailsView:
    """Say that you have done what you took over. The provider confirms it, by a word or by silence."""
    reference = TaskReference(booking_id, task_id, if_match)
    return booking_details_view(
        session, booking_tasks.perform_task(session, reference, by=caller, at=at), caller, at
    )


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/confirmation", may="bookings.confirm_task", errors=_ERRORS
)
def confirm_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingDetailsView:
    """Confirm as the provider that the customer did it. The sooner all are, the sooner you are paid."""
    reference = TaskReference(booking_id, task_id, if_match)
    return booking_details_view(
        session, booking_tasks.confirm_task(session, reference, by=caller, at=at), caller, at
    )


@router.post("/bookings/{booking_id}/tasks/{task_id}/omission", may="bookings.report_task", errors=_ERRORS)
def report_task_omission(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: ReportTaskRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingDetailsView:
    """Say that a task was left undone: its share is not given back, and no more than that.

    The customer may object until `answer_by`. A customer who says it of themselves is free of the task.
    """
    reference = TaskReference(booking_id, task_id, if_match)
    details = booking_tasks.report_task_unmet(session, reference, reason=body.reason, by=caller, at=at)
    return booking_details_view(session, details, caller, at)


@router.post("/bookings/{booking_id}/tasks/{task_id}/block", may="bookings.report_task", errors=_ERRORS)
def report_task_block(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: ReportTaskRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingDetailsView:
    """Say that the provider made a task impossible: the saving stays. Providers may say so themselves.

    The provider may object to a customer's word until `answer_by`.
    """
    reference = TaskReference(booking_id, task_id, if_match)
    details = booking_tasks.report_task_blocked(session, reference, reason=body.reason, by=caller, at=at)
    return booking_details_view(session, details, caller, at)


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/objection",
    may="bookings.report_task",
    errors=[*_ERRORS, OtherPartyMustAnswer, TaskDecided],
)
def object_to_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: StatementRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingDetailsView:
    """Object to what the other side said of a task. Operators decide; if they do not, it counts as done."""
    reference = TaskReference(booking_id, task_id, if_match)
    details = booking_tasks.object_to_task(session, reference, statement=body.statement, by=caller, at=at)
    return booking_details_view(session, details, caller, at)


@router.post(
    "/bookings/{booking_id}/tasks/{task_id}/decision",
    may="bookings.decide_task",
    idempotency="required",
    errors=_ERRORS,
)
def decide_task(
    booking_id: BookingId,
    task_id: BookingTaskId,
    body: DecideTaskRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingDetailsView:
    """Decide as an operator of its market as what a task counts about which both sides differ."""
    reference = TaskReference(booking_id, task_id, if_match)
    details = booking_tasks.decide_task(
        session, reference, outcome=body.outcome, decision=body.decision, by=caller, at=at
    )
    return booking_details_view(session, details, caller, at)
