"""What a suspension does to what is agreed and to pay, state by state and side by side."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from domain import bookings, identity, payments, providers
from domain.bookings import (
    Booking,
    BookingParty,
    BookingReasonCode,
    BookingState,
    RefundGround,
    booking_disputes,
    suspensions,
)
from domain.bookings.rules import DISPUTE_DECISION, SUSPENDED_START_LEAD
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.identity.errors import AccountSuspended
from domain.ledger import AccountKind
from domain.payments import LiableParty
from tests import cast
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.bookings.task_factory import make_delivered_booking as task_delivered
from tests.domain.bookings.task_factory import make_task_factory

SIDES = pytest.mark.parametrize("side", [BookingParty.CUSTOMER, BookingParty.PROVIDER])


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return make_booking_factory(session, at)


def user_of(factory: BookingFactory, side: BookingParty) -> Any:
    return factory.aino.user_id if side is BookingParty.CUSTOMER else factory.ellen.user_id


def suspend(factory: BookingFactory, side: BookingParty, at: datetime) -> None:
    """Suspends the user and does what the worker does then."""
    user_id = user_of(factory, side)
    identity.suspend_user(factory.session, user_id, by=SYSTEM, reason_code="fraud", reason="", at=at)
    _follow(factory, user_id, at)


def reinstate(factory: BookingFactory, side: BookingParty, at: datetime) -> None:
    user_id = user_of(factory, side)
    identity.reinstate_user(factory.session, user_id, by=SYSTEM, reason_code="mistake", reason="", at=at)
    _follow(factory, user_id, at)


def _follow(factory: BookingFactory, user_id: Any, at: datetime) -> None:
    suspensions.apply_user_suspension(factory.session, user_id, at=at)
    suspensions.apply_user_reinstatement(factory.session, user_id, at=at)
    cause_id = ids.new()
    for profile in providers.list_user_profiles(factory.session, user_id):
        for _ in range(2):
            suspensions.move_provider_pay(factory.session, profile.id, cause_id=cause_id, at=at)


def refunded(booking: Booking) -> bool:
    return booking.refund_amount == booking.paid_amount


@SIDES
@pytest.mark.parametrize("prepare", [BookingFactory.make_requested_booking, BookingFactory.make_paid_booking])
def test_what_nobody_agreed_to_yet_ends_at_once_and_says_why(
    factory: BookingFactory, side: BookingParty, prepare: Callable[[BookingFactory], Booking]
) -> None:
    booking = prepare(factory)
    suspend(factory, side, factory.at)
    assert (booking.state, booking.reason_code) == (BookingState.EXPIRED, BookingReasonCode.ACCOUNT_SUSPENDED)
    assert refunded(booking)
    assert "booking.expired" in factory.event_names(booking)


@pytest.mark.parametrize("step", [providers.ProviderTransition.SUSPEND, providers.ProviderTransition.CLOSE])
def test_a_profile_that_takes_no_bookings_leaves_no_request_waiting_and_carries_out_what_is_confirmed(
    factory: BookingFactory, step: providers.ProviderTransition
) -> None:
    confirmed, waiting = (
        factory.make_confirmed_booking(),
        factory.make_paid_booking(start=factory.start + DAY),
    )
    profile_id = factory.offer.profile_id
    providers.apply_transition(
        factory.session, profile_id, step, by=SYSTEM, reason_code="unsafe", at=factory.at
    )
    assert suspensions.expire_requests_of_inactive_profile(factory.session, profile_id, at=factory.at) == 1
    assert suspensions.expire_requests_of_inactive_profile(factory.session, profile_id, at=factory.at) == 0
    assert (waiting.state, waiting.reason_code) == (BookingState.EXPIRED, BookingReasonCode.ACCOUNT_SUSPENDED)
    assert bookings.run_due_transition(factory.session, confirmed.id, at=factory.start)
    assert confirmed.state is BookingState.IN_PROGRESS


@SIDES
def test_a_confirmed_booking_stands_until_a_day_before_the_start_and_then_everything_goes_back(
    factory: BookingFactory, side: BookingParty
) -> None:
    booking = factory.make_confirmed_booking()
    suspend(factory, side, factory.at)
    cancels_at = factory.start - SUSPENDED_START_LEAD
    assert (booking.state, booking.due_at) == (BookingState.CONFIRMED, cancels_at)
    assert factory.event_names(booking)[-1] == "booking.party_suspended"
    assert bookings.run_due_transition(factory.session, booking.id, at=cancels_at)
    assert (booking.state, booking.cancelled_by) == (BookingState.CANCELLED, BookingParty.CLOCK)
    assert (booking.reason_code, booking.ground) == (
        BookingReasonCode.ACCOUNT_SUSPENDED,
        RefundGround.NOT_BY_THE_CUSTOMER,
    )
    assert refunded(booking)


@SIDES
def test_a_confirmed_booking_within_a_day_of_its_start_is_cancelled_at_once(
    factory: BookingFactory, side: BookingParty
) -> None:
    booking = factory.make_confirmed_booking()
    suspend(factory, side, factory.start - HOUR)
    assert (booking.state, booking.reason_code) == (
        BookingState.CANCELLED,
        BookingReasonCode.ACCOUNT_SUSPENDED,
    )


@SIDES
def test_a_suspension_that_ends_in_time_ends_no_booking(factory: BookingFactory, side: BookingParty) -> None:
    booking = factory.make_confirmed_booking()
    suspend(factory, side, factory.at)
    reinstate(factory, side, factory.at + DAY)
    assert booking.due_at == factory.start
    assert factory.event_names(booking)[-1] == "booking.party_reinstated"
    assert bookings.run_due_transition(factory.session, booking.id, at=factory.start)
    assert booking.state is BookingState.IN_PROGRESS


@SIDES
def test_a_suspension_that_no_worker_followed_still_starts_nothing(
    factory: BookingFactory, side: BookingParty
) -> None:
    booking = factory.make_confirmed_booking()
    identity.suspend_user(
        factory.session, user_of(factory, side), by=SYSTEM, reason_code="fraud", reason="", at=factory.at
    )
    other = factory.ellen if side is BookingParty.CUSTOMER else factory.aino
    with pytest.raises(AccountSuspended):
        bookings.start(factory.session, booking.id, by=other, at=factory.start)
    assert bookings.run_due_transition(factory.session, booking.id, at=factory.start)
    assert (booking.state, booking.reason_code) == (
        BookingState.CANCELLED,
        BookingReasonCode.ACCOUNT_SUSPENDED,
    )


def test_a_customer_leaves_a_suspended_provider_for_nothing(factory: BookingFactory) -> None:
    booking = factory.make_confirmed_booking()
    late = factory.start - 2 * HOUR
    identity.suspend_user(
        factory.session, factory.ellen.user_id, by=SYSTEM, reason_code="fraud", reason="", at=factory.at
    )
    previewed = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=late)
    bookings.cancel(
        factory.session,
        booking.id,
        by=factory.aino,
        at=late,
        reason_code=BookingReasonCode.OTHER,
        token=previewed.token,
    )
    assert previewed.final_amounts.refund_amount == booking.refund_amount == booking.paid_amount


def test_what_has_begun_is_completed_and_the_pay_is_held_until_the_suspension_ends(
    factory: BookingFactory,
) -> None:
    booking = factory.make_delivered_booking()
    suspend(factory, BookingParty.PROVIDER, factory.start + 3 * HOUR)
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 4 * HOUR)
    factory.sync_payment(booking, factory.start + 4 * HOUR)
    assert booking.books_closed_at is not None
    assert pay(factory) == (0, booking.pay_out_amount)
    reinstate(factory, BookingParty.PROVIDER, factory.start + DAY)
    assert pay(factory) == (booking.pay_out_amount, 0)


def test_pay_that_was_there_before_is_held_too_and_still_bears_refunds(factory: BookingFactory) -> None:
    booking = factory.make_delivered_booking()
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 4 * HOUR)
    factory.sync_payment(booking, factory.start + 4 * HOUR)
    assert pay(factory) == (booking.pay_out_amount, 0)
    suspend(factory, BookingParty.PROVIDER, factory.start + DAY)
    assert pay(factory) == (0, booking.pay_out_amount)
    payments.create_refund(
        factory.session,
        booking.id,
        1_000,
        liable=LiableParty.PROVIDER,
        reason_code="goodwill",
        reason="A shirt is missing.",
        by=factory.otto.actor_in(factory.offer.market_id),
        at=factory.start + DAY,
    )
    assert pay(factory) == (0, booking.pay_out_amount - 1_000)


@pytest.mark.parametrize(
    ("step", "held_bp"),
    [(providers.ProviderTransition.SUSPEND, 10_000), (providers.ProviderTransition.CLOSE, 0)],
)
def test_pay_of_a_suspended_profile_is_held_and_of_a_closed_one_paid(
    factory: BookingFactory, step: providers.ProviderTransition, held_bp: int
) -> None:
    booking = factory.make_delivered_booking()
    providers.apply_transition(
        factory.session, factory.offer.profile_id, step, by=SYSTEM, reason_code="unsafe", at=factory.at
    )
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 4 * HOUR)
    factory.sync_payment(booking, factory.start + 4 * HOUR)
    held = booking.pay_out_amount * held_bp // 10_000
    assert pay(factory) == (booking.pay_out_amount - held, held)


def test_no_deadline_for_an_answer_runs_out_on_a_suspended_customer_for_a_fortnight(
    factory: BookingFactory,
) -> None:
    booking = factory.make_delivered_booking()
    suspend(factory, BookingParty.CUSTOMER, factory.start + 3 * HOUR)
    object_by, delivered_at = booking.due_at, booking.delivered_at
    assert object_by is not None
    assert delivered_at is not None
    assert bookings.run_due_transition(factory.session, booking.id, at=object_by)
    assert (booking.state, booking.due_at) == (BookingState.DELIVERED, delivered_at + DISPUTE_DECISION)
    assert bookings.run_due_transition(factory.session, booking.id, at=delivered_at + DISPUTE_DECISION)
    assert booking.state is BookingState.COMPLETED


def test_a_suspended_provider_does_not_lose_a_dispute_by_silence_before_operators_had_their_time(
    factory: BookingFactory,
) -> None:
    booking = factory.make_delivered_booking()
    opened_at = factory.start + 3 * HOUR
    booking_disputes.open_dispute(
        factory.session,
        booking.id,
        by=factory.aino,
        at=opened_at,
        reason_code=BookingReasonCode.NOT_AS_AGREED,
        statement="Two shirts were not done.",
    )
    suspend(factory, BookingParty.PROVIDER, opened_at)
    answer_by = booking.due_at
    assert answer_by is not None
    assert bookings.run_due_transition(factory.session, booking.id, at=answer_by)
    assert (booking.state, booking.due_at) == (BookingState.DISPUTED, opened_at + DISPUTE_DECISION)
    reinstate(factory, BookingParty.PROVIDER, answer_by + HOUR)
    booking_disputes.answer_dispute(
        factory.session, booking.id, by=factory.ellen, at=answer_by + DAY, statement="They were not there."
    )


def pay(factory: BookingFactory) -> tuple[int, int]:
    """What is payable to Ellen, and what of hers is held."""
    profile_id = cast.ellen(factory.session).id
    return factory.balance(AccountKind.PAYABLE, profile_id), factory.balance(
        AccountKind.PAYABLE_HELD, profile_id
    )


def test_tasks_wait_a_fortnight_for_the_word_of_a_suspended_provider(session: Session, at: datetime) -> None:
    factory = make_task_factory(session, at)
    booking = task_delivered(factory)
    object_by, delivered_at = booking.due_at, booking.delivered_at
    suspend(factory, BookingParty.PROVIDER, factory.start + 2 * HOUR)
    assert object_by is not None
    assert delivered_at is not None
    assert bookings.run_due_transition(factory.session, booking.id, at=object_by)
    assert (booking.state, booking.due_at) == (BookingState.DELIVERED, delivered_at + DISPUTE_DECISION)
    assert bookings.run_due_transition(factory.session, booking.id, at=delivered_at + DISPUTE_DECISION)
    assert booking.state is BookingState.COMPLETED
