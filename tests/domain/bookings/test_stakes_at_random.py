"""Any sequence of words about tasks, by anybody, at any time: the charge is the list less what was done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, BookingReasonCode, BookingState, booking_disputes, booking_tasks
from domain.bookings.booking_tasks import TaskOutcome, TaskTransition
from domain.bookings.kinds import ENDED
from domain.foundation.errors import DomainError
from domain.ledger import AccountKind
from domain.pricing import Wish
from tests.domain.bookings.booking_factory import BookingFactory
from tests.domain.bookings.task_factory import (
    broken_invariants,
    grant_credits,
    list_tasks,
    make_confirmed_booking,
    make_task_factory,
    offer_task_ids,
    reference_of,
    sync_until_closed,
)

WHY = {"reason_code": BookingReasonCode.OTHER}
# Weighted so that many bookings live to be completed and some are called off or disputed on the way.
ON_TASKS = (
    "perform", "confirm", "report_unmet", "report_block", "object", "decide confirmed", "decide unmet",
    "decide blocked",
)  # fmt: skip
ON_BOOKINGS = ("start", "deliver", "complete", "act", "act", "sweep", "cancel", "dispute", "resolve")


@dataclass(frozen=True)
class Word:
    """One thing that somebody tries, so much later than the one before."""

    what: str
    who: str
    task: int
    later: timedelta


hours = st.sampled_from([0, 0, 1, 1, 2, 24, 47, 49, 80]).map(lambda many: timedelta(hours=many))
words = st.builds(
    Word,
    what=st.sampled_from([*ON_TASKS, *ON_TASKS, *ON_BOOKINGS]),
    who=st.sampled_from(["aino", "aino", "ellen", "ellen", "otto", "ben"]),
    task=st.integers(0, 1),
    later=hours,
)


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    made = make_task_factory(session, at)
    grant_credits(made, 30_000)
    return made


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 1)), st.booleans(), st.lists(words, max_size=14))
def test_the_final_charge_is_the_list_less_the_shares_of_what_was_done(
    session: Session, factory: BookingFactory, chosen, pays_with_credits, told
) -> None:
    with session.begin_nested() as undone:
        picked = [task_id for place, task_id in enumerate(offer_task_ids(factory)) if place in chosen]
        wish = Wish(fee_discount_amount=150) if pays_with_credits else None
        booking = make_confirmed_booking(factory, tasks=picked, credits=wish)
        when = factory.start
        for word in told:
            when += word.later
            _try(factory, booking, word, when)
        _end(factory, booking, when)
        _check(factory, booking)
        undone.rollback()
    session.expire_all()


def _try(factory: BookingFactory, booking: Booking, word: Word, when: datetime) -> None:
    """A refusal changes nothing."""
    try:
        with factory.session.begin_nested():
            _do(factory, booking, word, when)
            factory.session.flush()
    except DomainError:
        factory.session.expire_all()
    except LookupError:
        pass  # no such task was taken over


def _do(factory: BookingFactory, booking: Booking, word: Word, when: datetime) -> None:
    session, by, id_ = factory.session, getattr(factory, word.who), booking.id
    if word.what in ON_TASKS:
        _speak(factory, booking, word, when)
        return
    deeds = {
        "start": lambda: bookings.start(session, id_, by=by, at=when),
        "deliver": lambda: bookings.deliver(session, id_, by=by, at=when),
        "complete": lambda: bookings.complete(session, id_, by=by, at=when),
        "act": lambda: bookings.run_due_transition(session, id_, at=when),
        "sweep": lambda: booking_tasks.decide_overdue_tasks(session, id_, at=when),
        "cancel": lambda: bookings.cancel(session, id_, by=by, at=when, **WHY),
        "dispute": lambda: booking_disputes.open_dispute(
            session, id_, by=by, at=when, statement="No.", **WHY
        ),
        "resolve": lambda: booking_disputes.resolve_dispute(
            session, id_, by=by, at=when, outcome=BookingState.COMPLETED, refund_bp=2_500, decision="A part."
        ),
    }
    deeds[word.what]()


def _speak(factory: BookingFactory, booking: Booking, word: Word, when: datetime) -> None:
    task = list_tasks(factory, booking)[word.task]
    of, told = reference_of(task), {"by": getattr(factory, word.who), "at": when}
    if word.what.startswith("decide"):
        outcome = TaskOutcome(word.what.partition(" ")[2])
        booking_tasks.decide_task(factory.session, of, outcome=outcome, decision="So it was.", **told)
    elif word.what == TaskTransition.PERFORM:
        booking_tasks.perform_task(factory.session, of, **told)
    elif word.what == TaskTransition.CONFIRM:
        booking_tasks.confirm_task(factory.session, of, **told)
    elif word.what == TaskTransition.OBJECT:
        booking_tasks.object_to_task(factory.session, of, statement="It was not so.", **told)
    else:
        verbs = {
            TaskTransition.REPORT_UNMET: booking_tasks.report_task_unmet,
            TaskTransition.REPORT_BLOCK: booking_tasks.report_task_blocked,
        }
        verbs[TaskTransition(word.what)](factory.session, of, reason="It was so.", **told)


def _end(factory: BookingFactory, booking: Booking, when: datetime) -> None:
    """Whatever was said, the clock leads every booking to its end."""
    for _ in range(10):
        if booking.state in ENDED:
            break
        assert booking.due_at is not None
        when = max(when, booking.due_at)
        assert bookings.run_due_transition(factory.session, booking.id, at=when)
    assert booking.state in ENDED, "the clock did not end it"
    sync_until_closed(factory, booking, when)


def _check(factory: BookingFactory, booking: Booking) -> None:
    payment = payments.get_payment_of_subject(factory.session, booking.id)
    charged = payment.captured_amount - payment.refunded_amount
    done = [task for task in list_tasks(factory, booking) if task.outcome is not TaskOutcome.UNMET]
    done_amount = sum(task.stake.amount for task in done)
    if booking.ground == "carried_out":
        assert charged == booking.paid_amount - done_amount
    assert charged <= booking.paid_amount - done_amount
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert broken_invariants(factory.session) == []
