"""What both sides say of a task: who may, of which, until when, and what the timeline tells of it."""

from datetime import datetime

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings import BookingParty, BookingState, booking_tasks
from domain.bookings.booking_tasks import TaskOutcome, TaskState
from domain.bookings.errors import BookingNotFound, TaskNotFound, TasksOpen, TooLate
from domain.foundation.errors import Stale
from domain.foundation.lifecycle import TransitionNotAllowed
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory
from tests.domain.bookings.task_factory import (
    complete_by_clock,
    list_tasks,
    make_confirmed_booking,
    make_delivered_booking,
    make_requested_booking,
    make_started_booking,
    make_task_factory,
    reference_of,
)
from tests.domain.bookings.task_reports import make_disputed_booking, report_unmet


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return make_task_factory(session, at)


def test_a_customer_says_it_is_done_and_the_provider_confirms(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory)
    sorting, _ = list_tasks(factory, booking)
    booking_tasks.perform_task(factory.session, reference_of(sorting), by=factory.aino, at=factory.at)
    assert (sorting.state, sorting.performed_at) == (TaskState.PERFORMED, factory.at)
    whole = booking_tasks.confirm_task(
        factory.session, reference_of(sorting), by=factory.ellen, at=factory.start
    )
    assert [(line.state, line.said_by) for line in whole.tasks] == [
        (TaskState.CONFIRMED, BookingParty.PROVIDER),
        (TaskState.AGREED, None),
    ]


@pytest.mark.parametrize(
    ("verb", "who"),
    [
        (booking_tasks.perform_task, "ellen"),
        (booking_tasks.perform_task, "otto"),
        (booking_tasks.confirm_task, "aino"),
        (booking_tasks.confirm_task, "otto"),
    ],
)
def test_nobody_says_it_for_the_other_side(factory: BookingFactory, verb, who: str) -> None:
    sorting, _ = list_tasks(factory, make_started_booking(factory))
    with pytest.raises(TransitionNotAllowed):
        verb(factory.session, reference_of(sorting), by=getattr(factory, who), at=factory.start)
    assert sorting.state is TaskState.AGREED


def test_a_stranger_does_not_learn_of_it(factory: BookingFactory) -> None:
    sorting, _ = list_tasks(factory, make_started_booking(factory))
    with pytest.raises(BookingNotFound):
        booking_tasks.confirm_task(factory.session, reference_of(sorting), by=factory.farah, at=factory.start)


def test_a_task_of_another_booking_is_none_of_this_one(factory: BookingFactory) -> None:
    one, other = make_confirmed_booking(factory), make_requested_booking(factory, start=factory.start + DAY)
    foreign = booking_tasks.TaskReference(one.id, list_tasks(factory, other)[0].id)
    with pytest.raises(TaskNotFound):
        booking_tasks.perform_task(factory.session, foreign, by=factory.aino, at=factory.at)


def test_an_old_copy_changes_nothing(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory)
    sorting, helping = list_tasks(factory, booking)
    seen = booking.version
    booking_tasks.perform_task(factory.session, reference_of(sorting, seen), by=factory.aino, at=factory.at)
    with pytest.raises(Stale):
        booking_tasks.perform_task(
            factory.session, reference_of(helping, seen), by=factory.aino, at=factory.at
        )


def test_before_the_start_a_provider_cannot_know_that_a_task_is_left_undone_but_its_customer_can(
    factory: BookingFactory,
) -> None:
    booking = make_confirmed_booking(factory)
    with pytest.raises(TransitionNotAllowed):
        report_unmet(factory, booking, factory.at)
    report_unmet(factory, booking, factory.at, by="aino")
    sorting, _ = list_tasks(factory, booking)
    assert (sorting.state, sorting.answer_by) == (TaskState.UNMET, None)


def test_a_customer_cannot_end_the_providers_time_by_completing(factory: BookingFactory) -> None:
    booking = make_delivered_booking(factory)
    with pytest.raises(TasksOpen) as refused:
        bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 3 * HOUR)
    assert len(refused.value.extras["task_ids"]) == 2
    assert refused.value.extras["possible_from"] == (factory.start + 2 * HOUR + 2 * DAY).isoformat()
    for task in list_tasks(factory, booking):
        booking_tasks.confirm_task(
            factory.session, reference_of(task), by=factory.ellen, at=factory.start + 3 * HOUR
        )
    done = bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 3 * HOUR)
    assert done.state is BookingState.COMPLETED


def test_completing_accepts_what_was_said_against_oneself(factory: BookingFactory) -> None:
    booking = make_delivered_booking(factory)
    report_unmet(factory, booking, factory.start + 3 * HOUR)
    sorting, helping = list_tasks(factory, booking)
    booking_tasks.confirm_task(
        factory.session, reference_of(helping), by=factory.ellen, at=factory.start + 3 * HOUR
    )
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 4 * HOUR)
    assert sorting.outcome is TaskOutcome.UNMET


def test_nothing_is_said_of_a_booking_after_its_time_even_if_the_clock_is_late(
    factory: BookingFactory,
) -> None:
    booking = make_delivered_booking(factory)
    with pytest.raises(TooLate):
        report_unmet(factory, booking, factory.start + 2 * HOUR + 2 * DAY)


def test_the_timeline_tells_it_all_to_both_sides_without_what_people_wrote(factory: BookingFactory) -> None:
    booking = make_disputed_booking(factory)
    complete_by_clock(factory, booking)
    shown = bookings.list_timeline(factory.session, booking.id, by=factory.aino, after=None, limit=50).items
    told = [(entry.name, entry.by) for entry in shown if ".task" in entry.name]
    assert told == [
        ("booking.task_reported_unmet", "provider"),
        ("booking.task_disputed", "customer"),
        ("booking.task_decided", "clock"),
        ("booking.task_confirmed", "clock"),
        ("booking.tasks_settled", "clock"),
    ]
    assert "colour" not in str([entry.data for entry in shown])


def test_a_booking_without_tasks_is_as_it_was(factory: BookingFactory) -> None:
    booking = factory.make_delivered_booking()
    assert (booking.stake_amount, booking.paid_amount, booking.remind_at) == (0, booking.pay_in_amount, None)
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 3 * HOUR)
    assert not [name for name in factory.event_names(booking) if "task" in name]
    assert (booking.refund_amount, booking.kept_stake_pay_out_amount) == (0, 0)
