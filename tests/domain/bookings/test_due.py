"""What the workers do: follow payments and act when a booking's hour has come. Really committed."""

import pytest

from domain import bookings, payments
from domain.bookings import INVARIANTS, State
from domain.foundation import events
from domain.foundation.persistence.database import Transactions
from tests.domain.bookings.bank import Bank
from tests.domain.bookings.scene import DAY, HOUR, scene
from workers import bookings as work_on_bookings
from workers.invariants import violations
from workers.task import Work


@pytest.fixture
def work(transactions: Transactions, at) -> Work:
    return Work(transactions, Bank(at))


def test_left_alone_a_booking_goes_through_its_whole_life_by_the_clock(work: Work, at):
    with work.transactions() as session:
        play = scene(session, at)
        booking = play.confirmed()
    seen = []
    for when in (play.start, play.start + 2 * HOUR, play.start + 2 * HOUR + 2 * DAY):
        assert work_on_bookings.act_when_due(work, when) == 1
        assert work_on_bookings.act_when_due(work, when) == 0
        with work.transactions() as session:
            seen.append(bookings.whole(session, booking.id, by=play.otto).booking.state)
    assert seen == [State.IN_PROGRESS, State.DELIVERED, State.COMPLETED]
    with work.transactions() as session:
        assert not violations(session, INVARIANTS)


def test_the_clock_leaves_alone_what_somebody_else_is_at(work: Work, at):
    with work.transactions() as session:
        booking = scene(session, at).requested()
    with work.transactions() as session:
        session.get(bookings.Booking, booking.id, with_for_update=True)
        assert work_on_bookings.act_when_due(work, at + HOUR) == 0
    assert work_on_bookings.act_when_due(work, at + HOUR) == 1


def test_one_booking_that_cannot_be_moved_does_not_hold_up_the_others(work: Work, at):
    with work.transactions() as session:
        play = scene(session, at)
        broken = play.requested()
        fine = play.requested(start=play.start + DAY)
        broken.policy_snapshot = {}
    assert work_on_bookings.act_when_due(work, at + HOUR) == 1
    with work.transactions() as session:
        assert bookings.whole(session, fine.id, by=play.otto).booking.state is State.EXPIRED


def test_the_news_of_a_payment_moves_the_booking_and_twice_is_once(work: Work, at):
    with work.transactions() as session:
        play = scene(session, at)
        booking = play.requested()
    payments.authorize(work.transactions, play.bank, booking.payment_id, payment_method="pm_card_visa", at=at)
    with work.transactions() as session:
        news = next(
            row for row in events.subject_history(session, booking.id) if row.name == "payment.authorized"
        )
    for _ in range(2):
        with work.transactions() as session:
            work_on_bookings.follow_payment(session, news)
    with work.transactions() as session:
        assert bookings.whole(session, booking.id, by=play.otto).booking.state is not State.PENDING_PAYMENT


def test_an_unanswered_proposal_is_ended_by_the_sweep(work: Work, at):
    with work.transactions() as session:
        play = scene(session, at)
        booking = play.confirmed()
        bookings.propose(session, booking.id, bookings.Change(start=play.start + DAY), by=play.aino, at=at)
    assert work_on_bookings.expire_proposals(work, at + DAY) == 1
    assert work_on_bookings.expire_proposals(work, at + DAY) == 0
