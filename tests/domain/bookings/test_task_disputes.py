"""Where the two sides differ over a task: who may object, until when, what stands, and who decides."""

from datetime import datetime

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings import BookingParty, BookingReasonCode, BookingState, booking_disputes, booking_tasks
from domain.bookings.booking_tasks import TaskOutcome, TaskState
from domain.bookings.errors import OtherPartyMustAnswer, TaskDecided, TasksOpen, TooLate
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory
from tests.domain.bookings.task_factory import (
    broken_invariants,
    complete_by_clock,
    list_tasks,
    make_delivered_booking,
    make_started_booking,
    make_task_factory,
    reference_of,
)
from tests.domain.bookings.task_reports import (
    SECOND,
    make_disputed_booking,
    object_to,
    report_blocked,
    report_unmet,
)


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return make_task_factory(session, at)


def test_the_other_side_has_as_long_as_for_a_delivery_and_the_booking_waits(factory: BookingFactory) -> None:
    booking = make_delivered_booking(factory)
    said_at = factory.start + 2 * HOUR + 47 * HOUR
    report_unmet(factory, booking, said_at)
    assert list_tasks(factory, booking)[0].answer_by == booking.due_at == said_at + 48 * HOUR
    assert not bookings.run_due_transition(
        factory.session, booking.id, at=factory.start + 2 * HOUR + 49 * HOUR
    )
    object_to(factory, booking, said_at + 48 * HOUR - SECOND)
    assert booking.due_at == said_at + 48 * HOUR - SECOND + 72 * HOUR


@pytest.mark.parametrize("side", ["aino", "ellen"])
def test_an_objection_that_comes_too_late_is_none(factory: BookingFactory, side: str) -> None:
    booking, other = make_delivered_booking(factory), {"aino": "ellen", "ellen": "aino"}[side]
    said_at = factory.start + 3 * HOUR
    (report_unmet if side == "aino" else report_blocked)(factory, booking, said_at, by=other)
    with pytest.raises(TooLate):
        object_to(factory, booking, said_at + 48 * HOUR, by=side)
    complete_by_clock(factory, booking)
    expected = TaskOutcome.UNMET if side == "aino" else TaskOutcome.BLOCKED
    assert list_tasks(factory, booking)[0].outcome is expected


@pytest.mark.parametrize("side", ["aino", "ellen"])
def test_who_said_it_does_not_object_to_it(factory: BookingFactory, side: str) -> None:
    booking = make_started_booking(factory)
    (report_unmet if side == "aino" else report_blocked)(factory, booking, factory.start, by=side)
    with pytest.raises(OtherPartyMustAnswer):
        object_to(factory, booking, factory.start, by=side)


def test_what_was_said_before_the_delivery_holds_it_back_too(factory: BookingFactory) -> None:
    booking = make_started_booking(factory)
    report_unmet(factory, booking, factory.start)
    object_to(factory, booking, factory.start + HOUR)
    bookings.deliver(factory.session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    assert booking.due_at == factory.start + HOUR + 72 * HOUR


@pytest.mark.parametrize("outcome", [TaskOutcome.CONFIRMED, TaskOutcome.UNMET, TaskOutcome.BLOCKED])
def test_an_operator_decides_and_the_booking_goes_on(factory: BookingFactory, outcome: TaskOutcome) -> None:
    booking = make_disputed_booking(factory)
    sorting, _ = list_tasks(factory, booking)
    booking_tasks.decide_task(
        factory.session,
        reference_of(sorting),
        by=factory.otto,
        at=factory.start + DAY,
        outcome=outcome,
        decision="A photo.",
    )
    assert (sorting.decided_by, sorting.answer_by) == (BookingParty.OPERATOR, None)
    assert booking.due_at == factory.start + 2 * HOUR + 48 * HOUR
    complete_by_clock(factory, booking)
    assert sorting.outcome is outcome
    assert booking.kept_stake_pay_out_amount == (910 if outcome is TaskOutcome.UNMET else 0)
    assert broken_invariants(factory.session) == []


def test_what_was_decided_is_not_objected_to(factory: BookingFactory) -> None:
    booking = make_disputed_booking(factory)
    decided = {"outcome": TaskOutcome.UNMET, "decision": "Not sorted."}
    booking_tasks.decide_task(
        factory.session,
        reference_of(list_tasks(factory, booking)[0]),
        by=factory.otto,
        at=factory.start + DAY,
        **decided,
    )
    with pytest.raises(TaskDecided):
        object_to(factory, booking, factory.start + DAY)


@pytest.mark.parametrize("side", ["aino", "ellen"])
def test_only_operators_decide(factory: BookingFactory, side: str) -> None:
    sorting, _ = list_tasks(factory, make_disputed_booking(factory))
    with pytest.raises(TransitionNotAllowed):
        booking_tasks.decide_task(
            factory.session,
            reference_of(sorting),
            by=getattr(factory, side),
            at=factory.start + DAY,
            outcome=TaskOutcome.CONFIRMED,
            decision="I say so.",
        )


def test_what_operators_leave_undecided_counts_as_done(factory: BookingFactory) -> None:
    booking = make_disputed_booking(factory)
    late = factory.start + 4 * HOUR + 72 * HOUR
    sorting, _ = list_tasks(factory, booking)
    assert booking_tasks.bookings_with_overdue_tasks(factory.session, at=late - SECOND, limit=10) == []
    assert booking_tasks.bookings_with_overdue_tasks(factory.session, at=late, limit=10) == [booking.id]
    assert booking_tasks.decide_overdue_tasks(factory.session, booking.id, at=late)
    assert not booking_tasks.decide_overdue_tasks(factory.session, booking.id, at=late)
    assert (sorting.state, sorting.decided_by) == (TaskState.CONFIRMED, BookingParty.CLOCK)
    with pytest.raises(TransitionNotAllowed):
        booking_tasks.decide_task(
            factory.session,
            reference_of(sorting),
            by=factory.otto,
            at=late,
            outcome=TaskOutcome.UNMET,
            decision="Late.",
        )
    complete_by_clock(factory, booking)
    assert sorting.outcome is TaskOutcome.CONFIRMED


def test_an_operator_is_too_late_even_before_the_sweep_comes_by(factory: BookingFactory) -> None:
    sorting, _ = list_tasks(factory, make_disputed_booking(factory))
    with pytest.raises(TooLate):
        booking_tasks.decide_task(
            factory.session,
            reference_of(sorting),
            by=factory.otto,
            at=factory.start + 4 * HOUR + 72 * HOUR,
            outcome=TaskOutcome.UNMET,
            decision="Not sorted.",
        )


def test_a_completion_by_the_clock_decides_what_its_sweep_has_not(factory: BookingFactory) -> None:
    booking = make_disputed_booking(factory)
    complete_by_clock(factory, booking)
    sorting, _ = list_tasks(factory, booking)
    assert (sorting.outcome, sorting.decided_by) == (TaskOutcome.CONFIRMED, BookingParty.CLOCK)
    assert broken_invariants(factory.session) == []


@pytest.mark.parametrize("concession", ["confirm", "admit", "own up"])
def test_either_side_may_give_in_while_operators_look_at_it(factory: BookingFactory, concession: str) -> None:
    booking = make_disputed_booking(factory)
    sorting, _ = list_tasks(factory, booking)
    at = factory.start + 5 * HOUR
    if concession == "confirm":
        booking_tasks.confirm_task(factory.session, reference_of(sorting), by=factory.ellen, at=at)
    elif concession == "admit":
        report_blocked(factory, booking, at, by="ellen")
    else:
        report_unmet(factory, booking, at, by="aino")
    assert sorting.answer_by is None
    assert booking.due_at == factory.start + 2 * HOUR + 48 * HOUR


@pytest.mark.parametrize("open_", ["a claimed block", "an objection"])
def test_nor_the_time_of_who_may_object_or_decide(factory: BookingFactory, open_: str) -> None:
    booking = make_disputed_booking(factory) if open_ == "an objection" else make_delivered_booking(factory)
    if open_ == "a claimed block":
        report_blocked(factory, booking, factory.start + 3 * HOUR)
    booking_tasks.confirm_task(
        factory.session,
        reference_of(list_tasks(factory, booking)[1]),
        by=factory.ellen,
        at=factory.start + 5 * HOUR,
    )
    with pytest.raises(TasksOpen):
        bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 5 * HOUR)


def test_an_operator_who_resolves_a_disputed_booking_ends_its_tasks_for_the_customer(
    factory: BookingFactory,
) -> None:
    booking = make_disputed_booking(factory)
    at = factory.start + 5 * HOUR
    why = {"reason_code": BookingReasonCode.NOT_AS_AGREED, "statement": "Creases."}
    booking_disputes.open_dispute(factory.session, booking.id, by=factory.aino, at=at, **why)
    decided = {"outcome": BookingState.COMPLETED, "refund_bp": 0, "decision": "No creases."}
    booking_disputes.resolve_dispute(factory.session, booking.id, by=factory.otto, at=at, **decided)
    assert {task.outcome for task in list_tasks(factory, booking)} == {TaskOutcome.CONFIRMED}
    assert broken_invariants(factory.session) == []
