"""What both sides say of a task: who may, of which, until when, and what the timeline tells of it."""

from datetime import datetime

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings import Side, State, TaskOutcome, TaskState
from domain.bookings.errors import BookingNotFound, TaskNotFound, TasksOpen, TooLate
from domain.foundation.errors import Stale
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.bookings.scene import DAY, HOUR, Scene
from tests.domain.bookings.task_sayings import disputed, unmet
from tests.domain.bookings.task_scene import (
    begun,
    clock_completes,
    confirmed,
    delivered,
    requested,
    task_scene,
    tasks,
    which,
)


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return task_scene(session, at)


def test_a_customer_says_it_is_done_and_the_provider_confirms(play: Scene) -> None:
    booking = confirmed(play)
    sorting, _ = tasks(play, booking)
    bookings.perform_task(play.session, which(sorting), by=play.aino, at=play.at)
    assert (sorting.state, sorting.performed_at) == (TaskState.PERFORMED, play.at)
    whole = bookings.confirm_task(play.session, which(sorting), by=play.ellen, at=play.start)
    assert [(line.state, line.said_by) for line in whole.tasks] == [
        (TaskState.CONFIRMED, Side.PROVIDER),
        (TaskState.AGREED, None),
    ]


@pytest.mark.parametrize(
    ("verb", "who"),
    [
        (bookings.perform_task, "ellen"),
        (bookings.perform_task, "otto"),
        (bookings.confirm_task, "aino"),
        (bookings.confirm_task, "otto"),
    ],
)
def test_nobody_says_it_for_the_other_side(play: Scene, verb, who: str) -> None:
    sorting, _ = tasks(play, begun(play))
    with pytest.raises(TransitionNotAllowed):
        verb(play.session, which(sorting), by=getattr(play, who), at=play.start)
    assert sorting.state is TaskState.AGREED


def test_a_stranger_does_not_learn_of_it(play: Scene) -> None:
    sorting, _ = tasks(play, begun(play))
    with pytest.raises(BookingNotFound):
        bookings.confirm_task(play.session, which(sorting), by=play.farah, at=play.start)


def test_a_task_of_another_booking_is_none_of_this_one(play: Scene) -> None:
    one, other = confirmed(play), requested(play, start=play.start + DAY)
    foreign = bookings.WhichTask(one.id, tasks(play, other)[0].id)
    with pytest.raises(TaskNotFound):
        bookings.perform_task(play.session, foreign, by=play.aino, at=play.at)


def test_an_old_copy_changes_nothing(play: Scene) -> None:
    booking = confirmed(play)
    sorting, helping = tasks(play, booking)
    seen = booking.version
    bookings.perform_task(play.session, which(sorting, seen), by=play.aino, at=play.at)
    with pytest.raises(Stale):
        bookings.perform_task(play.session, which(helping, seen), by=play.aino, at=play.at)


def test_before_the_start_a_provider_cannot_know_that_a_task_is_left_undone_but_its_customer_can(
    play: Scene,
) -> None:
    booking = confirmed(play)
    with pytest.raises(TransitionNotAllowed):
        unmet(play, booking, play.at)
    unmet(play, booking, play.at, by="aino")
    sorting, _ = tasks(play, booking)
    assert (sorting.state, sorting.answer_by) == (TaskState.UNMET, None)


def test_a_customer_cannot_end_the_providers_time_by_completing(play: Scene) -> None:
    booking = delivered(play)
    with pytest.raises(TasksOpen) as refused:
        bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 3 * HOUR)
    assert len(refused.value.extras["task_ids"]) == 2
    assert refused.value.extras["possible_from"] == (play.start + 2 * HOUR + 2 * DAY).isoformat()
    for task in tasks(play, booking):
        bookings.confirm_task(play.session, which(task), by=play.ellen, at=play.start + 3 * HOUR)
    done = bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 3 * HOUR)
    assert done.state is State.COMPLETED


def test_completing_accepts_what_was_said_against_oneself(play: Scene) -> None:
    booking = delivered(play)
    unmet(play, booking, play.start + 3 * HOUR)
    sorting, helping = tasks(play, booking)
    bookings.confirm_task(play.session, which(helping), by=play.ellen, at=play.start + 3 * HOUR)
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 4 * HOUR)
    assert sorting.outcome is TaskOutcome.UNMET


def test_nothing_is_said_of_a_booking_after_its_time_even_if_the_clock_is_late(play: Scene) -> None:
    booking = delivered(play)
    with pytest.raises(TooLate):
        unmet(play, booking, play.start + 2 * HOUR + 2 * DAY)


def test_the_timeline_tells_it_all_to_both_sides_without_what_people_wrote(play: Scene) -> None:
    booking = disputed(play)
    clock_completes(play, booking)
    shown = bookings.timeline(play.session, booking.id, by=play.aino, after=None, limit=50).items
    told = [(entry.name, entry.by) for entry in shown if ".task" in entry.name]
    assert told == [
        ("booking.task_reported_unmet", "provider"),
        ("booking.task_disputed", "customer"),
        ("booking.task_decided", "clock"),
        ("booking.task_confirmed", "clock"),
        ("booking.tasks_settled", "clock"),
    ]
    assert "colour" not in str([entry.data for entry in shown])


def test_a_booking_without_tasks_is_as_it_was(play: Scene) -> None:
    booking = play.delivered()
    assert (booking.stake_amount, booking.paid_amount, booking.remind_at) == (0, booking.pay_in_amount, None)
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 3 * HOUR)
    assert not [name for name in play.facts(booking) if "task" in name]
    assert (booking.refund_amount, booking.kept_stake_pay_out_amount) == (0, 0)
