"""What follows a booking's payment, and what the clock does when a booking's hour has come."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain import bookings
from domain.foundation import clock
from domain.foundation.events import EventRow
from workers.due import each_due
from workers.task import Work

BATCH = 100  # bookings of a sweep; each has a transaction of its own, so that none holds up the others


def follow_payment(session: Session, event: EventRow) -> None:
    """Bring the booking up to what its payment says: ask or confirm, let go, or close the books."""
    bookings.follow_payment(session, event.subject_id, at=clock.now())


def follow_price_drop(session: Session, event: EventRow) -> None:
    """Lower what earlier customers of the same start pay, if the one who came now pays a lower factor."""
    bookings.follow_price_drop(session, event.subject_id, at=clock.now())


def act_when_due(work: Work, at: datetime) -> int:
    """Take the clock's step for every booking whose hour has come. Returns how many.

    An unpaid or unanswered request expires; what is confirmed starts, ends and is completed; a no-show that
    nobody contested is settled; a dispute that nobody answers is resolved.
    """
    return _each(work, "bookings.act_when_due", bookings.due, bookings.act, at)


def decide_overdue_tasks(work: Work, at: datetime) -> int:
    """Decide for the customer what operators have not decided in time. Returns how many bookings had such."""
    return _each(
        work, "bookings.decide_overdue_tasks", bookings.undecided_tasks, bookings.decide_overdue_tasks, at
    )


def remind_of_tasks(work: Work, at: datetime) -> int:
    """Tell customers before the start what they took over and have not done yet. Returns how many."""
    return _each(work, "bookings.remind_of_tasks", bookings.to_remind, bookings.remind, at)


def expire_proposals(work: Work, at: datetime) -> int:
    """End the proposals whose time to answer is over. Returns how many."""
    return _each(work, "bookings.expire_proposals", bookings.due_proposals, bookings.expire_proposal, at)


def _each(
    work: Work, job: str, find: Callable[..., list[UUID]], act: Callable[..., bool], at: datetime
) -> int:
    in_a_transaction = partial(_in_a_transaction, work, partial(act, at=at))
    return each_due(work, job, partial(find, at=at), in_a_transaction, batch=BATCH)


def _in_a_transaction(work: Work, act: Callable[[Session, UUID], bool], booking_id: UUID) -> bool:
    return work.transactions.run(lambda session: act(session, booking_id))
