"""What the workers do: follow payments and act when a booking's hour has come. Really committed."""

import pytest

from domain import bookings, payments
from domain.bookings import INVARIANTS, BookingState, changes
from domain.foundation import events
from domain.foundation.persistence.database import Transactions
from tests.domain.bookings.booking_factory import DAY, HOUR, make_booking_factory
from tests.domain.bookings.fake_gateway import FakeGateway
from workers import bookings as work_on_bookings
from workers.invariants import violations
from workers.task import Work


@pytest.fixture
def work(transactions: Transactions, at) -> Work:
    return Work(transactions, FakeGateway(at))


def test_left_alone_a_booking_goes_through_its_whole_life_by_the_clock(work: Work, at):
    with work.transactions() as session:
        factory = make_booking_factory(session, at)
        booking = factory.make_confirmed_booking()
    seen = []
    for when in (factory.start, factory.start + 2 * HOUR, factory.start + 2 * HOUR + 2 * DAY):
        assert work_on_bookings.run_due_transitions(work, when) == 1
        assert work_on_bookings.run_due_transitions(work, when) == 0
        with work.transactions() as session:
            seen.append(bookings.get_booking_details(session, booking.id, by=factory.otto).booking.state)
    assert seen == [BookingState.IN_PROGRESS, BookingState.DELIVERED, BookingState.COMPLETED]
    with work.transactions() as session:
        assert not violations(session, INVARIANTS)


def test_the_clock_leaves_alone_what_somebody_else_is_at(work: Work, at):
    with work.transactions() as session:
        booking = make_booking_factory(session, at).make_requested_booking()
    with work.transactions() as session:
        session.get(bookings.Booking, booking.id, with_for_update=True)
        assert work_on_bookings.run_due_transitions(work, at + HOUR) == 0
    assert work_on_bookings.run_due_transitions(work, at + HOUR) == 1


def test_one_booking_that_cannot_be_moved_does_not_hold_up_the_others(work: Work, at):
    with work.transactions() as session:
        factory = make_booking_factory(session, at)
        broken = factory.make_requested_booking()
        fine = factory.make_requested_booking(start=factory.start + DAY)
        broken.policy_snapshot = {}
    assert work_on_bookings.run_due_transitions(work, at + HOUR) == 1
    with work.transactions() as session:
        assert (
            bookings.get_booking_details(session, fine.id, by=factory.otto).booking.state
            is BookingState.EXPIRED
        )


def test_the_news_of_a_payment_moves_the_booking_and_twice_is_once(work: Work, at):
    with work.transactions() as session:
        factory = make_booking_factory(session, at)
        booking = factory.make_requested_booking()
    payments.authorize(
        work.transactions, factory.gateway, booking.payment_id, payment_method="pm_card_visa", at=at
    )
    with work.transactions() as session:
        news = next(
            row for row in events.subject_history(session, booking.id) if row.name == "payment.authorized"
        )
    for _ in range(2):
        with work.transactions() as session:
            work_on_bookings.apply_payment_state(session, news)
    with work.transactions() as session:
        assert (
            bookings.get_booking_details(session, booking.id, by=factory.otto).booking.state
            is not BookingState.PENDING_PAYMENT
        )


def test_an_unanswered_proposal_is_ended_by_the_sweep(work: Work, at):
    with work.transactions() as session:
        factory = make_booking_factory(session, at)
        booking = factory.make_confirmed_booking()
        changes.propose_change(
            session, booking.id, changes.ProposedChange(start=factory.start + DAY), by=factory.aino, at=at
        )
    assert work_on_bookings.expire_proposals(work, at + DAY) == 1
    assert work_on_bookings.expire_proposals(work, at + DAY) == 0
