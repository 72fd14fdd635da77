"""What a suspension does to what is agreed and to pay, state by state and side by side."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from domain import bookings, identity, payments, providers
from domain.bookings import Booking, Ground, ReasonCode, Side, State
from domain.bookings.rules import DISPUTE_DECISION, SUSPENDED_START_LEAD
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.identity.errors import AccountSuspended
from domain.ledger import AccountKind
from domain.payments import Liable
from tests import cast
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene
from tests.domain.bookings.task_scene import delivered as task_delivered
from tests.domain.bookings.task_scene import task_scene

SIDES = pytest.mark.parametrize("side", [Side.CUSTOMER, Side.PROVIDER])


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return scene(session, at)


def user_of(play: Scene, side: Side) -> Any:
    return play.aino.user_id if side is Side.CUSTOMER else play.ellen.user_id


def suspend(play: Scene, side: Side, at: datetime) -> None:
    """Suspends the user and does what the worker does then."""
    user_id = user_of(play, side)
    identity.suspend_user(play.session, user_id, by=SYSTEM, reason_code="fraud", reason="", at=at)
    _follow(play, user_id, at)


def reinstate(play: Scene, side: Side, at: datetime) -> None:
    user_id = user_of(play, side)
    identity.reinstate_user(play.session, user_id, by=SYSTEM, reason_code="mistake", reason="", at=at)
    _follow(play, user_id, at)


def _follow(play: Scene, user_id: Any, at: datetime) -> None:
    bookings.follow_suspension(play.session, user_id, at=at)
    bookings.follow_reinstatement(play.session, user_id, at=at)
    cause_id = ids.new()
    for profile in providers.list_user_profiles(play.session, user_id):
        for _ in range(2):
            bookings.move_pay(play.session, profile.id, cause_id=cause_id, at=at)


def refunded(booking: Booking) -> bool:
    return booking.refund_amount == booking.paid_amount


@SIDES
@pytest.mark.parametrize("prepare", [Scene.requested, Scene.paid])
def test_what_nobody_agreed_to_yet_ends_at_once_and_says_why(
    play: Scene, side: Side, prepare: Callable[[Scene], Booking]
) -> None:
    booking = prepare(play)
    suspend(play, side, play.at)
    assert (booking.state, booking.reason_code) == (State.EXPIRED, ReasonCode.ACCOUNT_SUSPENDED)
    assert refunded(booking)
    assert "booking.expired" in play.facts(booking)


@pytest.mark.parametrize("step", [providers.ProviderTransition.SUSPEND, providers.ProviderTransition.CLOSE])
def test_a_profile_that_takes_no_bookings_leaves_no_request_waiting_and_carries_out_what_is_confirmed(
    play: Scene, step: providers.ProviderTransition
) -> None:
    confirmed, waiting = play.confirmed(), play.paid(start=play.start + DAY)
    profile_id = play.offer.profile_id
    providers.apply_transition(play.session, profile_id, step, by=SYSTEM, reason_code="unsafe", at=play.at)
    assert bookings.follow_profile(play.session, profile_id, at=play.at) == 1
    assert bookings.follow_profile(play.session, profile_id, at=play.at) == 0
    assert (waiting.state, waiting.reason_code) == (State.EXPIRED, ReasonCode.ACCOUNT_SUSPENDED)
    assert bookings.act(play.session, confirmed.id, at=play.start)
    assert confirmed.state is State.IN_PROGRESS


@SIDES
def test_a_confirmed_booking_stands_until_a_day_before_the_start_and_then_everything_goes_back(
    play: Scene, side: Side
) -> None:
    booking = play.confirmed()
    suspend(play, side, play.at)
    cancels_at = play.start - SUSPENDED_START_LEAD
    assert (booking.state, booking.due_at) == (State.CONFIRMED, cancels_at)
    assert play.facts(booking)[-1] == "booking.party_suspended"
    assert bookings.act(play.session, booking.id, at=cancels_at)
    assert (booking.state, booking.cancelled_by) == (State.CANCELLED, Side.CLOCK)
    assert (booking.reason_code, booking.ground) == (
        ReasonCode.ACCOUNT_SUSPENDED,
        Ground.NOT_BY_THE_CUSTOMER,
    )
    assert refunded(booking)


@SIDES
def test_a_confirmed_booking_within_a_day_of_its_start_is_cancelled_at_once(play: Scene, side: Side) -> None:
    booking = play.confirmed()
    suspend(play, side, play.start - HOUR)
    assert (booking.state, booking.reason_code) == (State.CANCELLED, ReasonCode.ACCOUNT_SUSPENDED)


@SIDES
def test_a_suspension_that_ends_in_time_ends_no_booking(play: Scene, side: Side) -> None:
    booking = play.confirmed()
    suspend(play, side, play.at)
    reinstate(play, side, play.at + DAY)
    assert booking.due_at == play.start
    assert play.facts(booking)[-1] == "booking.party_reinstated"
    assert bookings.act(play.session, booking.id, at=play.start)
    assert booking.state is State.IN_PROGRESS


@SIDES
def test_a_suspension_that_no_worker_followed_still_starts_nothing(play: Scene, side: Side) -> None:
    booking = play.confirmed()
    identity.suspend_user(
        play.session, user_of(play, side), by=SYSTEM, reason_code="fraud", reason="", at=play.at
    )
    other = play.ellen if side is Side.CUSTOMER else play.aino
    with pytest.raises(AccountSuspended):
        bookings.start(play.session, booking.id, by=other, at=play.start)
    assert bookings.act(play.session, booking.id, at=play.start)
    assert (booking.state, booking.reason_code) == (State.CANCELLED, ReasonCode.ACCOUNT_SUSPENDED)


def test_a_customer_leaves_a_suspended_provider_for_nothing(play: Scene) -> None:
    booking = play.confirmed()
    late = play.start - 2 * HOUR
    identity.suspend_user(
        play.session, play.ellen.user_id, by=SYSTEM, reason_code="fraud", reason="", at=play.at
    )
    previewed = bookings.preview(play.session, booking.id, by=play.aino, at=late)
    bookings.cancel(
        play.session, booking.id, by=play.aino, at=late, reason_code=ReasonCode.OTHER, token=previewed.token
    )
    assert previewed.settlement.refund_amount == booking.refund_amount == booking.paid_amount


def test_what_has_begun_is_completed_and_the_pay_is_held_until_the_suspension_ends(play: Scene) -> None:
    booking = play.delivered()
    suspend(play, Side.PROVIDER, play.start + 3 * HOUR)
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 4 * HOUR)
    play.settle(booking, play.start + 4 * HOUR)
    assert booking.books_closed_at is not None
    assert pay(play) == (0, booking.pay_out_amount)
    reinstate(play, Side.PROVIDER, play.start + DAY)
    assert pay(play) == (booking.pay_out_amount, 0)


def test_pay_that_was_there_before_is_held_too_and_still_bears_refunds(play: Scene) -> None:
    booking = play.delivered()
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 4 * HOUR)
    play.settle(booking, play.start + 4 * HOUR)
    assert pay(play) == (booking.pay_out_amount, 0)
    suspend(play, Side.PROVIDER, play.start + DAY)
    assert pay(play) == (0, booking.pay_out_amount)
    payments.refund(
        play.session,
        booking.id,
        1_000,
        liable=Liable.PROVIDER,
        reason_code="goodwill",
        reason="A shirt is missing.",
        by=play.otto.actor_in(play.offer.market_id),
        at=play.start + DAY,
    )
    assert pay(play) == (0, booking.pay_out_amount - 1_000)


@pytest.mark.parametrize(
    ("step", "held_bp"),
    [(providers.ProviderTransition.SUSPEND, 10_000), (providers.ProviderTransition.CLOSE, 0)],
)
def test_pay_of_a_suspended_profile_is_held_and_of_a_closed_one_paid(
    play: Scene, step: providers.ProviderTransition, held_bp: int
) -> None:
    booking = play.delivered()
    providers.apply_transition(
        play.session, play.offer.profile_id, step, by=SYSTEM, reason_code="unsafe", at=play.at
    )
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 4 * HOUR)
    play.settle(booking, play.start + 4 * HOUR)
    held = booking.pay_out_amount * held_bp // 10_000
    assert pay(play) == (booking.pay_out_amount - held, held)


def test_no_deadline_for_an_answer_runs_out_on_a_suspended_customer_for_a_fortnight(play: Scene) -> None:
    booking = play.delivered()
    suspend(play, Side.CUSTOMER, play.start + 3 * HOUR)
    object_by, delivered_at = booking.due_at, booking.delivered_at
    assert object_by is not None
    assert delivered_at is not None
    assert bookings.act(play.session, booking.id, at=object_by)
    assert (booking.state, booking.due_at) == (State.DELIVERED, delivered_at + DISPUTE_DECISION)
    assert bookings.act(play.session, booking.id, at=delivered_at + DISPUTE_DECISION)
    assert booking.state is State.COMPLETED


def test_a_suspended_provider_does_not_lose_a_dispute_by_silence_before_operators_had_their_time(
    play: Scene,
) -> None:
    booking = play.delivered()
    opened_at = play.start + 3 * HOUR
    bookings.dispute(
        play.session,
        booking.id,
        by=play.aino,
        at=opened_at,
        reason_code=ReasonCode.NOT_AS_AGREED,
        statement="Two shirts were not done.",
    )
    suspend(play, Side.PROVIDER, opened_at)
    answer_by = booking.due_at
    assert answer_by is not None
    assert bookings.act(play.session, booking.id, at=answer_by)
    assert (booking.state, booking.due_at) == (State.DISPUTED, opened_at + DISPUTE_DECISION)
    reinstate(play, Side.PROVIDER, answer_by + HOUR)
    bookings.answer(
        play.session, booking.id, by=play.ellen, at=answer_by + DAY, statement="They were not there."
    )


def pay(play: Scene) -> tuple[int, int]:
    """What is payable to Ellen, and what of hers is held."""
    profile_id = cast.ellen(play.session).id
    return play.balance(AccountKind.PAYABLE, profile_id), play.balance(AccountKind.PAYABLE_HELD, profile_id)


def test_tasks_wait_a_fortnight_for_the_word_of_a_suspended_provider(session: Session, at: datetime) -> None:
    play = task_scene(session, at)
    booking = task_delivered(play)
    object_by, delivered_at = booking.due_at, booking.delivered_at
    suspend(play, Side.PROVIDER, play.start + 2 * HOUR)
    assert object_by is not None
    assert delivered_at is not None
    assert bookings.act(play.session, booking.id, at=object_by)
    assert (booking.state, booking.due_at) == (State.DELIVERED, delivered_at + DISPUTE_DECISION)
    assert bookings.act(play.session, booking.id, at=delivered_at + DISPUTE_DECISION)
    assert booking.state is State.COMPLETED
