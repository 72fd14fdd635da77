"""Who took something over hears of it in time, once, and only while there is something to do."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.bookings import booking_tasks, changes
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory
from tests.domain.bookings.task_factory import (
    list_tasks,
    make_confirmed_booking,
    make_requested_booking,
    make_task_factory,
    reference_of,
)
from tests.domain.bookings.task_reports import SECOND


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return make_task_factory(session, at)


def test_who_took_something_over_hears_of_it_once_a_day_ahead(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory)
    sorting, helping = list_tasks(factory, booking)
    booking_tasks.perform_task(factory.session, reference_of(sorting), by=factory.aino, at=factory.at)
    ahead = factory.start - DAY
    assert booking_tasks.bookings_with_due_reminder(factory.session, at=ahead - SECOND, limit=10) == []
    assert booking_tasks.bookings_with_due_reminder(factory.session, at=ahead, limit=10) == [booking.id]
    assert booking_tasks.remind_of_tasks(factory.session, booking.id, at=ahead)
    assert not booking_tasks.remind_of_tasks(factory.session, booking.id, at=ahead)
    assert booking_tasks.bookings_with_due_reminder(factory.session, at=ahead + HOUR, limit=10) == []
    assert factory.event_names(booking)[-1] == "booking.tasks_reminded"
    told = factory.session.scalar(text("SELECT data FROM events ORDER BY id DESC LIMIT 1"))
    assert told is not None
    assert told["task_ids"] == [str(helping.id)]


def test_a_new_start_is_reminded_of_anew_and_a_near_one_not_at_all(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory)
    booking_tasks.remind_of_tasks(factory.session, booking.id, at=factory.start - DAY)
    change = changes.ProposedChange(start=factory.start + 3 * DAY)
    line = changes.propose_change(
        factory.session, booking.id, change, by=factory.aino, at=factory.start - DAY
    )
    changes.accept_proposal(factory.session, booking.id, line.id, by=factory.ellen, at=factory.start - DAY)
    assert booking.remind_at == factory.start + 2 * DAY
    assert make_requested_booking(factory, start=factory.at + 5 * HOUR).remind_at is None


def test_who_has_done_everything_is_not_reminded(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory)
    for task in list_tasks(factory, booking):
        booking_tasks.perform_task(factory.session, reference_of(task), by=factory.aino, at=factory.at)
    assert not booking_tasks.remind_of_tasks(factory.session, booking.id, at=factory.start - DAY)
    assert booking.remind_at is None
