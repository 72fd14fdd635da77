"""What follows a booking's payment, and what the clock does when a booking's hour has come."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain import bookings
from domain.bookings import booking_tasks, changes
from domain.foundation import clock
from domain.foundation.events import EventRow
from workers.due import each_due
from workers.task import Work

BATCH = 100  # bookings of a sweep; each has a transaction of its own, so that none holds up the others


def apply_payment_state(session: Session, event: EventRow) -> None:
    """Bring the booking up to what its payment says: ask or confirm, let go, or close the books."""
    bookings.apply_payment_state(session, event.subject_id, at=clock.now())


def apply_price_drop(session: Session, event: EventRow) -> None:
    """Lower what earlier customers of the same start pay, if the one who came now pays a lower factor."""
    changes.apply_price_drop(session, event.subject_id, at=clock.now())


def run_due_transitions(work: Work, at: datetime) -> int:
    """Take the clock's step for every booking whose hour has come. Returns how many.

    An unpaid or unanswered request expires; what is confirmed starts, ends and is completed; a no-show that
    nobody contested is settled; a dispute that nobody answers is resolved.
    """
    return _run_each(
        work, "bookings.run_due_transitions", bookings.due_bookings, bookings.run_due_transition, at
    )


def decide_overdue_tasks(work: Work, at: datetime) -> int:
    """Decide for the customer what operators have not decided in time. Returns how many bookings had such."""
    return _run_each(
        work,
        "bookings.decide_overdue_tasks",
        booking_tasks.bookings_with_overdue_tasks,
        booking_tasks.decide_overdue_tasks,
        at,
    )


def remind_of_tasks(work: Work, at: datetime) -> int:
    """Tell customers before the start what they took over and have not done yet. Returns how many."""
    return _run_each(
        work,
        "bookings.remind_of_tasks",
        booking_tasks.bookings_with_due_reminder,
        booking_tasks.remind_of_tasks,
        at,
    )


def expire_proposals(work: Work, at: datetime) -> int:
    """End the proposals whose time to answer is over. Returns how many."""
    return _run_each(
        work, "bookings.expire_proposals", changes.bookings_with_due_proposal, changes.expire_due_proposal, at
    )


def _run_each(
    work: Work, job: str, find: Callable[..., list[UUID]], act: Callable[..., bool], at: datetime
) -> int:
    in_a_transaction = partial(_in_a_transaction, work, partial(act, at=at))
    return each_due(work, job, partial(find, at=at), in_a_transaction, batch=BATCH)


def _in_a_transaction(work: Work, act: Callable[[Session, UUID], bool], booking_id: UUID) -> bool:
    return work.transactions.run(lambda session: act(session, booking_id))
