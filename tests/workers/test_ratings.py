"""Reviews from the booking's last step to the reveal, by the workers that run in production."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from domain import bookings, ratings
from domain.foundation.errors import DomainError, Unavailable
from domain.foundation.persistence.database import Transactions
from domain.ratings import Content, DecisionReason
from tests.domain.ratings.stagecraft import DAY, Play, play
from tests.together import together
from workers.invariants import INVARIANTS, violations
from workers.ratings import release_held, reveal_due
from workers.relay import Message, dispatch
from workers.subscriptions import READERS
from workers.task import Work, deliver, name_of


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # type: ignore[arg-type]  # these workers do not reach the world


@pytest.fixture
def here(transactions: Transactions, at: datetime) -> Iterator[Play]:
    """A booking that is over, committed; the play's session is not used after that."""
    with transactions() as session:
        played = play(session, at)
        played.booking_id = played.completed().id  # type: ignore[attr-defined]
    return played


@pytest.fixture
def booking_id(here: Play) -> UUID:
    return here.booking_id  # type: ignore[attr-defined]


def told(work: Work, *, times: int = 1) -> None:
    """What the outbox holds reaches its readers, so many times each."""
    readers = {name_of(reader): reader for heard in READERS.values() for reader in heard}
    ours = {name: heard for name, heard in READERS.items() if name.startswith(("booking.", "review"))}
    messages: list[Message] = []
    while dispatch(work.transactions, ours, messages.append):
        for message in messages * times:
            deliver(work, readers[message.reader], message.event_id)
        messages.clear()


def count(work: Work, statement: str) -> int:
    with work.transactions.read_session() as session:
        return session.execute(text(statement)).scalar_one()


def test_the_end_of_a_booking_opens_its_window_however_often_it_is_told(
    work: Work, here: Play, booking_id: UUID
):
    told(work, times=3)
    assert count(work, "SELECT count(*) FROM review_windows") == 1
    assert count(work, "SELECT count(*) FROM events WHERE name = 'review_window.opened'") == 1


def test_the_sweep_reveals_what_is_due_once_and_shows_again_what_nobody_decided_on(
    work: Work, here: Play, booking_id: UUID
):
    with work.transactions() as session:
        review = ratings.submit(
            session, booking_id, Content(2, "en"), by=here.scene.aino, at=here.over + 13 * DAY
        )
        ratings.hold_for_a_look(
            session,
            review.id,
            reason_code=DecisionReason.RETALIATION,
            statement="Soon.",
            at=here.over + 13 * DAY,
        )
    assert reveal_due(work, here.over + 13 * DAY) == 0
    assert [reveal_due(work, here.over + 15 * DAY) for _ in range(2)] == [1, 0]
    assert count(work, "SELECT count(*) FROM reviews WHERE state = 'held'") == 1
    assert [release_held(work, here.over + 17 * DAY) for _ in range(2)] == [1, 0]
    assert count(work, "SELECT count(*) FROM reviews WHERE state = 'published'") == 1
    with work.transactions.read_session() as session:
        assert violations(session, INVARIANTS) == {}


def test_sweeps_that_meet_reveal_each_window_once(work: Work, here: Play, booking_id: UUID):
    with work.transactions() as session:
        ratings.submit(session, booking_id, Content(2, "en"), by=here.scene.aino, at=here.over)
    revealed = together(lambda _: reveal_due(work, here.over + 15 * DAY), 8)
    assert sum(revealed) == 1
    assert count(work, "SELECT count(*) FROM events WHERE name = 'review.revealed'") == 1


def test_of_a_hundred_tries_on_each_side_one_is_in_and_both_are_revealed(
    work: Work, here: Play, booking_id: UUID
):
    """The losers hear that their review is there already, whichever came first; nobody waits for ever."""

    def tried(number: int) -> str:
        by, at = (here.scene.aino, here.scene.ellen)[number % 2], here.over + timedelta(seconds=number)
        try:
            work.transactions.run(
                lambda session: ratings.submit(
                    session, booking_id, Content(1 + number % 5, "en"), by=by, at=at
                )
            )
        except Unavailable:
            raise
        except DomainError as refusal:
            return refusal.slug
        return "in"

    heard = together(tried, 200, threads=32)
    assert heard.count("in") == 2
    assert set(heard) <= {"in", "review-there-already", "review-window-over"}
    assert count(work, "SELECT count(*) FROM reviews WHERE state = 'published'") == 2
    assert count(work, "SELECT count(*) FROM review_windows WHERE revealed_at IS NOT NULL") == 1
    with work.transactions.read_session() as session:
        assert violations(session, INVARIANTS) == {}


def test_a_booking_that_is_called_off_before_it_begins_opens_nothing(
    work: Work, transactions: Transactions, at: datetime
):
    with transactions() as session:
        here = play(session, at)
        booking = here.scene.make_confirmed_booking()
        bookings.cancel(
            session, booking.id, by=here.scene.aino, at=at, reason_code=bookings.BookingReasonCode.ILLNESS
        )
    told(work)
    assert count(work, "SELECT count(*) FROM review_windows") == 0
