"""What both sides say of a task: who may, until when, what stands, and who decides where they differ."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import bookings
from domain.bookings import Booking, ReasonCode, Side, State, TaskOutcome, TaskState
from domain.bookings.errors import (
    BookingNotFound,
    NotYoursToAnswer,
    TaskDecided,
    TaskNotFound,
    TasksOpen,
    TooLate,
)
from domain.foundation.errors import Stale
from domain.foundation.lifecycle import NotNow
from tests.domain.bookings.scene import DAY, HOUR, Scene
from tests.domain.bookings.task_scene import (
    begun,
    broken,
    clock_completes,
    confirmed,
    delivered,
    requested,
    task_scene,
    tasks,
    which,
)

SECOND = timedelta(seconds=1)


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return task_scene(session, at)


def unmet(play: Scene, booking: Booking, at: datetime, *, by: str = "ellen") -> None:
    task = tasks(play, booking)[0]
    bookings.report_task_unmet(
        play.session, which(task), by=getattr(play, by), at=at, reason="Nothing was sorted."
    )


def blocked(play: Scene, booking: Booking, at: datetime, *, by: str = "aino") -> None:
    task = tasks(play, booking)[0]
    bookings.report_task_blocked(
        play.session, which(task), by=getattr(play, by), at=at, reason="She came an hour early."
    )


def objected(play: Scene, booking: Booking, at: datetime, *, by: str = "aino") -> None:
    task = tasks(play, booking)[0]
    bookings.object_to_task(
        play.session, which(task), by=getattr(play, by), at=at, statement="They were sorted by colour."
    )


def disputed(play: Scene) -> Booking:
    """The provider says unmet, the customer objects, three and four hours after the start."""
    booking = delivered(play)
    unmet(play, booking, play.start + 3 * HOUR)
    objected(play, booking, play.start + 4 * HOUR)
    return booking


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
    with pytest.raises(NotNow):
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
    with pytest.raises(NotNow):
        unmet(play, booking, play.at)
    unmet(play, booking, play.at, by="aino")
    sorting, _ = tasks(play, booking)
    assert (sorting.state, sorting.answer_by) == (TaskState.UNMET, None)


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
    with pytest.raises(NotNow):
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
    with pytest.raises(NotNow):
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


def test_an_operator_who_resolves_a_disputed_booking_ends_its_tasks_for_the_customer(play: Scene) -> None:
    booking = disputed(play)
    at = play.start + 5 * HOUR
    why = {"reason_code": ReasonCode.NOT_AS_AGREED, "statement": "Creases."}
    bookings.dispute(play.session, booking.id, by=play.aino, at=at, **why)
    decided = {"outcome": State.COMPLETED, "refund_bp": 0, "decision": "No creases."}
    bookings.resolve(play.session, booking.id, by=play.otto, at=at, **decided)
    assert {task.outcome for task in tasks(play, booking)} == {TaskOutcome.CONFIRMED}
    assert broken(play.session) == []


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


def test_who_took_something_over_hears_of_it_once_a_day_ahead(play: Scene) -> None:
    booking = confirmed(play)
    sorting, helping = tasks(play, booking)
    bookings.perform_task(play.session, which(sorting), by=play.aino, at=play.at)
    ahead = play.start - DAY
    assert bookings.to_remind(play.session, at=ahead - SECOND, limit=10) == []
    assert bookings.to_remind(play.session, at=ahead, limit=10) == [booking.id]
    assert bookings.remind(play.session, booking.id, at=ahead)
    assert not bookings.remind(play.session, booking.id, at=ahead)
    assert bookings.to_remind(play.session, at=ahead + HOUR, limit=10) == []
    assert play.facts(booking)[-1] == "booking.tasks_reminded"
    told = play.session.scalar(text("SELECT data FROM events ORDER BY id DESC LIMIT 1"))
    assert told is not None
    assert told["task_ids"] == [str(helping.id)]


def test_a_new_start_is_reminded_of_anew_and_a_near_one_not_at_all(play: Scene) -> None:
    booking = confirmed(play)
    bookings.remind(play.session, booking.id, at=play.start - DAY)
    change = bookings.Change(start=play.start + 3 * DAY)
    line = bookings.propose(play.session, booking.id, change, by=play.aino, at=play.start - DAY)
    bookings.accept_proposal(play.session, booking.id, line.id, by=play.ellen, at=play.start - DAY)
    assert booking.remind_at == play.start + 2 * DAY
    assert requested(play, start=play.at + 5 * HOUR).remind_at is None


def test_who_has_done_everything_is_not_reminded(play: Scene) -> None:
    booking = confirmed(play)
    for task in tasks(play, booking):
        bookings.perform_task(play.session, which(task), by=play.aino, at=play.at)
    assert not bookings.remind(play.session, booking.id, at=play.start - DAY)
    assert booking.remind_at is None


def test_a_booking_without_tasks_is_as_it_was(play: Scene) -> None:
    booking = play.delivered()
    assert (booking.stake_amount, booking.paid_amount, booking.remind_at) == (0, booking.pay_in_amount, None)
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 3 * HOUR)
    assert not [name for name in play.facts(booking) if "task" in name]
    assert (booking.refund_amount, booking.kept_stake_pay_out_amount) == (0, 0)
