"""Any sequence of words about tasks, by anybody, at any time: the charge is the list less what was done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, ReasonCode, State, TaskOutcome, TaskStep
from domain.bookings.kinds import ENDED
from domain.foundation.errors import DomainError
from domain.ledger import AccountKind
from domain.pricing import Wish
from tests.domain.bookings.scene import Scene
from tests.domain.bookings.task_scene import (
    broken,
    confirmed,
    end_of_money,
    given_credits,
    taken_over,
    task_scene,
    tasks,
    which,
)

WHY = {"reason_code": ReasonCode.OTHER}
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
def play(session: Session, at: datetime) -> Scene:
    made = task_scene(session, at)
    given_credits(made, 30_000)
    return made


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 1)), st.booleans(), st.lists(words, max_size=14))
def test_the_final_charge_is_the_list_less_the_shares_of_what_was_done(
    session: Session, play: Scene, chosen, pays_with_credits, told
) -> None:
    with session.begin_nested() as undone:
        picked = [task_id for place, task_id in enumerate(taken_over(play)) if place in chosen]
        wish = Wish(fee_discount_amount=150) if pays_with_credits else None
        booking = confirmed(play, tasks=picked, credits=wish)
        when = play.start
        for word in told:
            when += word.later
            _try(play, booking, word, when)
        _end(play, booking, when)
        _check(play, booking)
        undone.rollback()
    session.expire_all()


def _try(play: Scene, booking: Booking, word: Word, when: datetime) -> None:
    """A refusal changes nothing."""
    try:
        with play.session.begin_nested():
            _do(play, booking, word, when)
            play.session.flush()
    except DomainError:
        play.session.expire_all()
    except LookupError:
        pass  # no such task was taken over


def _do(play: Scene, booking: Booking, word: Word, when: datetime) -> None:
    session, by, id_ = play.session, getattr(play, word.who), booking.id
    if word.what in ON_TASKS:
        _speak(play, booking, word, when)
        return
    deeds = {
        "start": lambda: bookings.start(session, id_, by=by, at=when),
        "deliver": lambda: bookings.deliver(session, id_, by=by, at=when),
        "complete": lambda: bookings.complete(session, id_, by=by, at=when),
        "act": lambda: bookings.act(session, id_, at=when),
        "sweep": lambda: bookings.decide_overdue_tasks(session, id_, at=when),
        "cancel": lambda: bookings.cancel(session, id_, by=by, at=when, **WHY),
        "dispute": lambda: bookings.dispute(session, id_, by=by, at=when, statement="No.", **WHY),
        "resolve": lambda: bookings.resolve(
            session, id_, by=by, at=when, outcome=State.COMPLETED, refund_bp=2_500, decision="A part."
        ),
    }
    deeds[word.what]()


def _speak(play: Scene, booking: Booking, word: Word, when: datetime) -> None:
    task = tasks(play, booking)[word.task]
    of, told = which(task), {"by": getattr(play, word.who), "at": when}
    if word.what.startswith("decide"):
        outcome = TaskOutcome(word.what.partition(" ")[2])
        bookings.decide_task(play.session, of, outcome=outcome, decision="So it was.", **told)
    elif word.what == TaskStep.PERFORM:
        bookings.perform_task(play.session, of, **told)
    elif word.what == TaskStep.CONFIRM:
        bookings.confirm_task(play.session, of, **told)
    elif word.what == TaskStep.OBJECT:
        bookings.object_to_task(play.session, of, statement="It was not so.", **told)
    else:
        verbs = {
            TaskStep.REPORT_UNMET: bookings.report_task_unmet,
            TaskStep.REPORT_BLOCK: bookings.report_task_blocked,
        }
        verbs[TaskStep(word.what)](play.session, of, reason="It was so.", **told)


def _end(play: Scene, booking: Booking, when: datetime) -> None:
    """Whatever was said, the clock leads every booking to its end."""
    for _ in range(10):
        if booking.state in ENDED:
            break
        assert booking.due_at is not None
        when = max(when, booking.due_at)
        assert bookings.act(play.session, booking.id, at=when)
    assert booking.state in ENDED, "the clock did not end it"
    end_of_money(play, booking, when)


def _check(play: Scene, booking: Booking) -> None:
    payment = payments.of(play.session, booking.id)
    charged = payment.captured_amount - payment.refunded_amount
    done = [task for task in tasks(play, booking) if task.outcome is not TaskOutcome.UNMET]
    done_amount = sum(task.stake.amount for task in done)
    if booking.ground == "carried_out":
        assert charged == booking.paid_amount - done_amount
    assert charged <= booking.paid_amount - done_amount
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert broken(play.session) == []
