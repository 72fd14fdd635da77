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
from domain.bookings.cancellation import NO_STAKE, Settlement, Stake
from domain.bookings.errors import TasksOpen
from domain.bookings.kinds import Side, State, TaskOutcome, TaskState, TaskStep
from domain.bookings.lifecycle import TASKS
from domain.bookings.models import Booking
from domain.bookings.steps import Standing, record
from domain.bookings.task_events import TaskConfirmed, TasksSettled, TaskWasDecided
from domain.bookings.task_models import BookingTask
from domain.foundation import ids
from domain.foundation.actors import CLOCK

_UNSAID = frozenset({TaskState.AGREED, TaskState.PERFORMED})


def agree(session: Session, booking: Booking, quote: pricing.Quote, *, at: datetime) -> None:
    """Write down what the customer takes over, each task with its share, and when to remind them."""
    if not (shares := pricing.task_shares(quote)):
        return
    booking.remind_at = rules.reminder_due(quote.during.start, booking.terms, at=at)
    session.flush()  # the booking comes first
    session.add_all(_agreed(booking, share, place) for place, share in enumerate(shares))


def adopt(session: Session, booking: Booking, quote: pricing.Quote, *, at: datetime) -> None:
    """Let the shares follow a price that was changed; the tasks stay the same."""
    shares = {share.task_id: share for share in pricing.task_shares(quote)}
    if not shares:
        return
    booking.remind_at = rules.reminder_due(quote.during.start, booking.terms, at=at)
    for task in task_queries.tasks_locked(session, booking.id):
        share = shares[task.task_id]
        task.share_pay_out_amount, task.share_tax_amount = share.pay_out_amount, share.tax_amount


def settle(session: Session, here: Standing, state: State) -> list[BookingTask]:
    """End every task's life with its booking, which ends in `state`; answers them, each with its outcome.

    Whoever had the word and did not take it has spoken: the provider by a yes, the operators for the
    customer. In a booking that was not carried out no task counts, and nothing of the stake is kept.
    """
    tasks = task_queries.tasks_locked(session, here.booking.id)
    carried_out = state is State.COMPLETED
    for task in tasks:
        if carried_out:
            speak_for_the_silent(session, here, task)
        task.outcome = TaskOutcome(task.state) if carried_out else TaskOutcome.CALLED_OFF
        task.state = TASKS.next_state(task.state, TaskStep.SETTLE, Side.CLOCK)
        task.settled_at, task.answer_by = here.at, None
    return tasks


def worth_of_unmet(tasks: Iterable[BookingTask]) -> Stake:
    """What the tasks that counted as left undone are worth."""
    return sum((task.stake for task in tasks if task.outcome is TaskOutcome.UNMET), NO_STAKE)


def record_settled(
    session: Session, here: Standing, tasks: list[BookingTask], settlement: Settlement
) -> None:
    """Tell what became of the stake, if the booking had tasks; it has ended."""
    if not tasks:
        return
    fact = TasksSettled(
        booking_id=here.booking.id,
        unmet_ids=[task.id for task in tasks if task.outcome is TaskOutcome.UNMET],
        returned_amount=settlement.returned_stake_amount,
        kept_amount=settlement.kept_stake.amount,
        currency=here.booking.currency,
    )
    record(session, here, fact)


def speak_for_the_silent(session: Session, here: Standing, task: BookingTask) -> None:
    """The clock's word for whoever has not said theirs."""
    clock = replace(here, side=Side.CLOCK, actor=CLOCK)
    if task.state in _UNSAID:
        task.state = TASKS.next_state(task.state, TaskStep.CONFIRM, Side.CLOCK)
        task.said_by, task.said_at = Side.CLOCK, here.at
        record(session, clock, TaskConfirmed(booking_id=task.booking_id, task_id=task.id))
    elif task.state is TaskState.DISPUTED:
        task.state = TASKS.next_state(task.state, TaskStep.DECIDE_AS_CONFIRMED, Side.CLOCK)
        task.decided_by, task.decided_at, task.answer_by = Side.CLOCK, here.at, None
        fact = TaskWasDecided(booking_id=task.booking_id, task_id=task.id, outcome=TaskOutcome.CONFIRMED)
        record(session, clock, fact)


def check_nobody_is_to_speak(session: Session, here: Standing) -> None:
    """Raise `TasksOpen` to a customer who completes the booking before the others had their say.

    What was said against themselves they accept by completing. From `due_at` on nobody is waited for, because
    nobody's word would count any more.
    """
    if here.booking.due_at is not None and here.at >= here.booking.due_at:
        return
    waits = [task.id for task in task_queries.tasks(session, here.booking.id) if _waits(task, here.at)]
    if waits and here.side is not Side.CLOCK:
        raise TasksOpen(
            "The provider may still say how your tasks went, or the operators decide; then it is completed.",
            task_ids=[ids.encode("btk", task_id) for task_id in waits],
            possible_from=here.booking.due_at and here.booking.due_at.isoformat(),
        )


def has_unsaid_tasks(session: Session, booking: Booking) -> bool:
    """Whether the provider has not said yet what became of a task that the customer took over."""
    return any(task.state in _UNSAID for task in task_queries.tasks(session, booking.id))


def completion_due(session: Session, booking: Booking) -> datetime:
    """When the clock completes a delivered booking: not before everybody who may object had the time to."""
    assert booking.delivered_at is not None  # noqa: S101 -- set by the delivery that led here
    tasks = task_queries.tasks_locked(session, booking.id)
    answers = [task.answer_by for task in tasks if task.answer_by is not None]
    return rules.completion_due(booking.delivered_at, booking.terms, answers)


def _waits(task: BookingTask, at: datetime) -> bool:
    """Whether the provider or the operators have yet to speak of it."""
    is_open = task.answer_by is not None and at < task.answer_by
    return task.state in _UNSAID or (is_open and task.state in {TaskState.BLOCKED, TaskState.DISPUTED})


def _agreed(booking: Booking, share: pricing.TaskShare, place: int) -> BookingTask:
    return BookingTask(
        booking_id=booking.id,
        task_id=share.task_id,
        position=place,
        kind=share.kind,
        title=share.title,
        share_pay_out_amount=share.pay_out_amount,
        share_tax_amount=share.tax_amount,
    )
