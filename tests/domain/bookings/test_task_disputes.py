"""Where the two sides differ over a task: who may object, until when, what stands, and who decides."""

from datetime import datetime

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings import ReasonCode, Side, State, TaskOutcome, TaskState
from domain.bookings.errors import NotYoursToAnswer, TaskDecided, TasksOpen, TooLate
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.bookings.scene import DAY, HOUR, Scene
from tests.domain.bookings.task_sayings import SECOND, blocked, disputed, objected, unmet
from tests.domain.bookings.task_scene import (
    begun,
    broken,
    clock_completes,
    delivered,
    task_scene,
    tasks,
    which,
)


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return task_scene(session, at)


def test_the_other_side_has_as_long_as_for_a_delivery_and_the_booking_waits(play: Scene) -> None:
    booking = delivered(play)
    said_at = play.start + 2 * HOUR + 47 * HOUR
    unmet(play, booking, said_at)
    assert tasks(play, booking)[0].answer_by == booking.due_at == said_at + 48 * HOUR
    assert not bookings.act(play.session, booking.id, at=play.start + 2 * HOUR + 49 * HOUR)
    objected(play, booking, said_at + 48 * HOUR - SECOND)
    assert booking.due_at == said_at + 48 * HOUR - SECOND + 72 * HOUR


@pytest.mark.parametrize("side", ["aino", "ellen"])
def test_an_objection_that_comes_too_late_is_none(play: Scene, side: str) -> None:
    booking, other = delivered(play), {"aino": "ellen", "ellen": "aino"}[side]
    said_at = play.start + 3 * HOUR
    (unmet if side == "aino" else blocked)(play, booking, said_at, by=other)
    with pytest.raises(TooLate):
        objected(play, booking, said_at + 48 * HOUR, by=side)
    clock_completes(play, booking)
    expected = TaskOutcome.UNMET if side == "aino" else TaskOutcome.BLOCKED
    assert tasks(play, booking)[0].outcome is expected


@pytest.mark.parametrize("side", ["aino", "ellen"])
def test_who_said_it_does_not_object_to_it(play: Scene, side: str) -> None:
    booking = begun(play)
    (unmet if side == "aino" else blocked)(play, booking, play.start, by=side)
    with pytest.raises(NotYoursToAnswer):
        objected(play, booking, play.start, by=side)


def test_what_was_said_before_the_delivery_holds_it_back_too(play: Scene) -> None:
    booking = begun(play)
    unmet(play, booking, play.start)
    objected(play, booking, play.start + HOUR)
    bookings.deliver(play.session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    assert booking.due_at == play.start + HOUR + 72 * HOUR


@pytest.mark.parametrize("outcome", [TaskOutcome.CONFIRMED, TaskOutcome.UNMET, TaskOutcome.BLOCKED])
def test_an_operator_decides_and_the_booking_goes_on(play: Scene, outcome: TaskOutcome) -> None:
    booking = disputed(play)
    sorting, _ = tasks(play, booking)
    bookings.decide_task(
        play.session, which(sorting), by=play.otto, at=play.start + DAY, outcome=outcome, decision="A photo."
    )
    assert (sorting.decided_by, sorting.answer_by) == (Side.OPERATOR, None)
    assert booking.due_at == play.start + 2 * HOUR + 48 * HOUR
    clock_completes(play, booking)
    assert sorting.outcome is outcome
    assert booking.kept_stake_pay_out_amount == (910 if outcome is TaskOutcome.UNMET else 0)
    assert broken(play.session) == []


def test_what_was_decided_is_not_objected_to(play: Scene) -> None:
    booking = disputed(play)
    decided = {"outcome": TaskOutcome.UNMET, "decision": "Not sorted."}
    bookings.decide_task(
        play.session, which(tasks(play, booking)[0]), by=play.otto, at=play.start + DAY, **decided
    )
    with pytest.raises(TaskDecided):
        objected(play, booking, play.start + DAY)


@pytest.mark.parametrize("side", ["aino", "ellen"])
def test_only_operators_decide(play: Scene, side: str) -> None:
    sorting, _ = tasks(play, disputed(play))
    with pytest.raises(TransitionNotAllowed):
        bookings.decide_task(
            play.session,
            which(sorting),
            by=getattr(play, side),
            at=play.start + DAY,
            outcome=TaskOutcome.CONFIRMED,
            decision="I say so.",
        )


def test_what_operators_leave_undecided_counts_as_done(play: Scene) -> None:
    booking = disputed(play)
    late = play.start + 4 * HOUR + 72 * HOUR
    sorting, _ = tasks(play, booking)
    assert bookings.undecided_tasks(play.session, at=late - SECOND, limit=10) == []
    assert bookings.undecided_tasks(play.session, at=late, limit=10) == [booking.id]
    assert bookings.decide_overdue_tasks(play.session, booking.id, at=late)
    assert not bookings.decide_overdue_tasks(play.session, booking.id, at=late)
    assert (sorting.state, sorting.decided_by) == (TaskState.CONFIRMED, Side.CLOCK)
    with pytest.raises(TransitionNotAllowed):
        bookings.decide_task(
            play.session, which(sorting), by=play.otto, at=late, outcome=TaskOutcome.UNMET, decision="Late."
        )
    clock_completes(play, booking)
    assert sorting.outcome is TaskOutcome.CONFIRMED


def test_an_operator_is_too_late_even_before_the_sweep_comes_by(play: Scene) -> None:
    sorting, _ = tasks(play, disputed(play))
    with pytest.raises(TooLate):
        bookings.decide_task(
            play.session,
            which(sorting),
            by=play.otto,
            at=play.start + 4 * HOUR + 72 * HOUR,
            outcome=TaskOutcome.UNMET,
            decision="Not sorted.",
        )


def test_a_completion_by_the_clock_decides_what_its_sweep_has_not(play: Scene) -> None:
    booking = disputed(play)
    clock_completes(play, booking)
    sorting, _ = tasks(play, booking)
    assert (sorting.outcome, sorting.decided_by) == (TaskOutcome.CONFIRMED, Side.CLOCK)
    assert broken(play.session) == []


@pytest.mark.parametrize("concession", ["confirm", "admit", "own up"])
def test_either_side_may_give_in_while_operators_look_at_it(play: Scene, concession: str) -> None:
    booking = disputed(play)
    sorting, _ = tasks(play, booking)
    at = play.start + 5 * HOUR
    if concession == "confirm":
        bookings.confirm_task(play.session, which(sorting), by=play.ellen, at=at)
    elif concession == "admit":
        blocked(play, booking, at, by="ellen")
    else:
        unmet(play, booking, at, by="aino")
    assert sorting.answer_by is None
    assert booking.due_at == play.start + 2 * HOUR + 48 * HOUR


@pytest.mark.parametrize("open_", ["a claimed block", "an objection"])
def test_nor_the_time_of_who_may_object_or_decide(play: Scene, open_: str) -> None:
    booking = disputed(play) if open_ == "an objection" else delivered(play)
    if open_ == "a claimed block":
        blocked(play, booking, play.start + 3 * HOUR)
    bookings.confirm_task(
        play.session, which(tasks(play, booking)[1]), by=play.ellen, at=play.start + 5 * HOUR
    )
    with pytest.raises(TasksOpen):
        bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 5 * HOUR)


def test_an_operator_who_resolves_a_disputed_booking_ends_its_tasks_for_the_customer(play: Scene) -> None:
    booking = disputed(play)
    at = play.start + 5 * HOUR
    why = {"reason_code": ReasonCode.NOT_AS_AGREED, "statement": "Creases."}
    bookings.dispute(play.session, booking.id, by=play.aino, at=at, **why)
    decided = {"outcome": State.COMPLETED, "refund_bp": 0, "decision": "No creases."}
    bookings.resolve(play.session, booking.id, by=play.otto, at=at, **decided)
    assert {task.outcome for task in tasks(play, booking)} == {TaskOutcome.CONFIRMED}
    assert broken(play.session) == []
