"""What follows a booking's payment, and what the clock does when a booking's hour has come."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain import bookings
from domain.foundation import clock
from domain.foundation.events import EventRow
from workers.task import Work, each

BATCH = 100  # bookings of a sweep; each has a transaction of its own, so that none holds up the others


def follow_payment(session: Session, event: EventRow) -> None:
    """Bring the booking up to what its payment says: ask or confirm, let go, or close the books."""
    bookings.follow_payment(session, event.subject_id, at=clock.now())


def follow_price_drop(session: Session, event: EventRow) -> None:
    """Lower what earlier customers of the same start pay, if the one who came now pays a lower factor."""
    bookings.follow_price_drop(session, event.subject_id, at=clock.now())


def act_when_due(work: Work, at: datetime) -> int:
    """Take the clock's step for every booking whose hour has come. Answers how many.

    An unpaid or unanswered request expires; what is confirmed starts, ends and is completed; a no-show that
    nobody contested is settled; a dispute that nobody answers is resolved.
    """
    with work.transactions.reading() as session:
        due = bookings.due(session, at=at, limit=BATCH)
    return each(due, partial(_in_a_transaction, work, partial(bookings.act, at=at)))


def decide_overdue_tasks(work: Work, at: datetime) -> int:
    """Decide for the customer what operators have not decided in time. Answers how many bookings had such."""
    with work.transactions.reading() as session:
        due = bookings.undecided_tasks(session, at=at, limit=BATCH)
    return each(due, partial(_in_a_transaction, work, partial(bookings.decide_overdue_tasks, at=at)))


def remind_of_tasks(work: Work, at: datetime) -> int:
    """Tell customers before the start what they took over and have not done yet. Answers how many."""
    with work.transactions.reading() as session:
        due = bookings.to_remind(session, at=at, limit=BATCH)
    return each(due, partial(_in_a_transaction, work, partial(bookings.remind, at=at)))


def expire_proposals(work: Work, at: datetime) -> int:
    """End the proposals whose time to answer is over. Answers how many."""
    with work.transactions.reading() as session:
        due = bookings.due_proposals(session, at=at, limit=BATCH)
    return each(due, partial(_in_a_transaction, work, partial(bookings.expire_proposal, at=at)))


def _in_a_transaction(work: Work, act: Callable[[Session, UUID], bool], booking_id: UUID) -> bool:
    return work.transactions.run(lambda session: act(session, booking_id))
