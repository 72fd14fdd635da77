"""What is at stake with the tasks a customer took over, from the request to the booking's end.

The payment takes the list price. What the tasks save is the **stake**: it comes back when the booking ends,
task by task, unless a task was left undone; then its share goes where it would have gone. That it is paid
first is a decision of its own, in docs/decisions.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from domain import pricing
from domain.bookings import rules, task_queries
from domain.bookings.booking_tasks.task_events import TaskConfirmed, TaskDecisionMade, TasksSettled
from domain.bookings.cancellations.final_amounts import NO_STAKE, FinalAmounts, StakeAmount
from domain.bookings.errors import TasksOpen
from domain.bookings.kinds import BookingParty, BookingState, TaskOutcome, TaskState, TaskTransition
from domain.bookings.lifecycle import TASKS
from domain.bookings.models import Booking
from domain.bookings.task_models import BookingTask
from domain.bookings.transition import ActionContext, record_event
from domain.foundation import ids
from domain.foundation.actors import CLOCK

_UNREPORTED = frozenset({TaskState.AGREED, TaskState.PERFORMED})


def create_tasks(session: Session, booking: Booking, quote: pricing.Quote, *, at: datetime) -> None:
    """Write down what the customer takes over, each task with its share, and when to remind them."""
    if not (shares := pricing.task_shares(quote)):
        return
    booking.remind_at = rules.reminder_due(quote.during.start, booking.terms, at=at)
    session.flush()  # the booking comes first
    session.add_all(_new_task(booking, share, place) for place, share in enumerate(shares))


def update_task_shares(session: Session, booking: Booking, quote: pricing.Quote, *, at: datetime) -> None:
    """Let the shares follow a price that was changed; the tasks stay the same."""
    shares = {share.task_id: share for share in pricing.task_shares(quote)}
    if not shares:
        return
    booking.remind_at = rules.reminder_due(quote.during.start, booking.terms, at=at)
    for task in task_queries.lock_tasks(session, booking.id):
        share = shares[task.task_id]
        task.share_pay_out_amount, task.share_tax_amount = share.pay_out_amount, share.tax_amount


def finalize_tasks(session: Session, context: ActionContext, state: BookingState) -> list[BookingTask]:
    """End every task's life with its booking, which ends in `state`; answers them, each with its outcome.

    Whoever had the word and did not take it has spoken: the provider by a yes, the operators for the
    customer. In a booking that was not carried out no task counts, and nothing of the stake is kept.
    """
    tasks = task_queries.lock_tasks(session, context.booking.id)
    carried_out = state is BookingState.COMPLETED
    for task in tasks:
        if carried_out:
            auto_confirm_task(session, context, task)
        task.outcome = TaskOutcome(task.state) if carried_out else TaskOutcome.CALLED_OFF
        task.state = TASKS.next_state(task.state, TaskTransition.SETTLE, BookingParty.CLOCK)
        task.settled_at, task.answer_by = context.at, None
    return tasks


def unmet_stake(tasks: Iterable[BookingTask]) -> StakeAmount:
    """What the tasks that counted as left undone are worth."""
    return sum((task.stake for task in tasks if task.outcome is TaskOutcome.UNMET), NO_STAKE)


def record_tasks_finalized(
    session: Session, context: ActionContext, tasks: list[BookingTask], final_amounts: FinalAmounts
) -> None:
    """Tell what became of the stake, if the booking had tasks; it has ended."""
    if not tasks:
        return
    event = TasksSettled(
        booking_id=context.booking.id,
        unmet_ids=[task.id for task in tasks if task.outcome is TaskOutcome.UNMET],
        returned_amount=final_amounts.returned_stake_amount,
        kept_amount=final_amounts.kept_stake.amount,
        currency=context.booking.currency,
    )
    record_event(session, context, event)


def auto_confirm_task(session: Session, context: ActionContext, task: BookingTask) -> None:
    """The clock's word for whoever has not said theirs."""
    clock = replace(context, party=BookingParty.CLOCK, actor=CLOCK)
    if task.state in _UNREPORTED:
        task.state = TASKS.next_state(task.state, TaskTransition.CONFIRM, BookingParty.CLOCK)
        task.said_by, task.said_at = BookingParty.CLOCK, context.at
        record_event(session, clock, TaskConfirmed(booking_id=task.booking_id, task_id=task.id))
    elif task.state is TaskState.DISPUTED:
        task.state = TASKS.next_state(task.state, TaskTransition.DECIDE_AS_CONFIRMED, BookingParty.CLOCK)
        task.decided_by, task.decided_at, task.answer_by = BookingParty.CLOCK, context.at, None
        event = TaskDecisionMade(booking_id=task.booking_id, task_id=task.id, outcome=TaskOutcome.CONFIRMED)
        record_event(session, clock, event)


def ensure_tasks_resolved(session: Session, context: ActionContext) -> None:
    """Raise `TasksOpen` to a customer who completes the booking before the others had their say.

    What was said against themselves they accept by completing. From `due_at` on nobody is waited for, because
    nobody's word would count any more.
    """
    if context.booking.due_at is not None and context.at >= context.booking.due_at:
        return
    waits = [
        task.id
        for task in task_queries.list_tasks(session, context.booking.id)
        if _is_unresolved(task, context.at)
    ]
    if waits and context.party is not BookingParty.CLOCK:
        raise TasksOpen(
            "The provider may still say how your tasks went, or the operators decide; then it is completed.",
            task_ids=[ids.encode("btk", task_id) for task_id in waits],
            possible_from=context.booking.due_at and context.booking.due_at.isoformat(),
        )


def has_unreported_tasks(session: Session, booking: Booking) -> bool:
    """Whether the provider has not said yet what became of a task that the customer took over."""
    return any(task.state in _UNREPORTED for task in task_queries.list_tasks(session, booking.id))


def completion_due(session: Session, booking: Booking) -> datetime:
    """When the clock completes a delivered booking: not before everybody who may object had the time to."""
    assert booking.delivered_at is not None  # noqa: S101 -- set by the delivery that led here
    tasks = task_queries.lock_tasks(session, booking.id)
    answers = [task.answer_by for task in tasks if task.answer_by is not None]
    return rules.completion_due(booking.delivered_at, booking.terms, answers)


def _is_unresolved(task: BookingTask, at: datetime) -> bool:
    """Whether the provider or the operators have yet to speak of it."""
    is_open = task.answer_by is not None and at < task.answer_by
    return task.state in _UNREPORTED or (is_open and task.state in {TaskState.BLOCKED, TaskState.DISPUTED})


def _new_task(booking: Booking, share: pricing.TaskShare, place: int) -> BookingTask:
    return BookingTask(
        booking_id=booking.id,
        task_id=share.task_id,
        position=place,
        kind=share.kind,
        title=share.title,
        share_pay_out_amount=share.pay_out_amount,
        share_tax_amount=share.tax_amount,
    )
