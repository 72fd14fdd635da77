"""Who took something over hears of it in time, once, and only while there is something to do."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import bookings
from tests.domain.bookings.scene import DAY, HOUR, Scene
from tests.domain.bookings.task_sayings import SECOND
from tests.domain.bookings.task_scene import confirmed, requested, task_scene, tasks, which


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return task_scene(session, at)


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
