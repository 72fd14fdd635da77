"""Calling a booking off: what the preview says is what happens, to the cent and to the books."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, Ground, ReasonCode, Side, State
from domain.bookings.errors import PreviewOver
from domain.foundation.errors import Stale
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.ledger import AccountKind
from tests.domain.bookings.scene import DAY, HOUR, Scene, scene

MINUTE = timedelta(minutes=1)


@pytest.fixture
def play(session: Session, at) -> Scene:
    return scene(session, at)


def cancelled(play: Scene, booking: Booking, *, by, at, **more) -> Booking:
    return bookings.cancel(
        play.session, booking.id, by=by, at=at, reason_code=ReasonCode.CHANGED_PLANS, **more
    )


# Two hours at 45.00, service fee 4.50, commission 9.00. Moderate: all five days ahead, half a day ahead.
@pytest.mark.parametrize(
    ("before_start", "refund", "ground"),
    [
        (6 * DAY, 9_450, Ground.TIER),
        (5 * DAY, 9_450, Ground.TIER),
        (5 * DAY - MINUTE, 4_500, Ground.TIER),
        (1 * DAY, 4_500, Ground.TIER),
        (1 * DAY - MINUTE, 0, Ground.TOO_LATE),
        (MINUTE, 0, Ground.TOO_LATE),
    ],
)
def test_preview_and_execution_are_the_same_to_the_cent(play: Scene, before_start, refund, ground):
    booking = play.confirmed()
    when = play.start - before_start
    seen = bookings.preview(play.session, booking.id, by=play.aino, at=when)
    cancelled(play, booking, by=play.aino, at=when)
    assert (booking.refund_amount, booking.ground) == (refund, ground)
    assert bookings.settlement_of(booking) == seen.settlement


def test_the_books_distribute_what_is_kept_and_hold_nothing_afterwards(play: Scene):
    booking = play.confirmed()
    when = play.start - 2 * DAY
    cancelled(play, booking, by=play.aino, at=when)
    assert booking.books_closed_at is None
    play.settle(booking, when)
    assert booking.books_closed_at == when
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050
    assert play.balance(AccountKind.COMMISSION) == 450
    assert play.balance(AccountKind.SERVICE_FEES) == 450
    assert payments.of(play.session, booking.id).refunded_amount == 4_500


@pytest.mark.parametrize("side", ["ellen", "otto"])
def test_when_the_provider_or_an_operator_cancels_everything_goes_back(play: Scene, side):
    booking = play.confirmed()
    when = play.start - MINUTE
    cancelled(play, booking, by=getattr(play, side), at=when)
    play.settle(booking, when)
    assert booking.refund_amount == booking.pay_in_amount
    assert booking.cancelled_by is (Side.PROVIDER if side == "ellen" else Side.OPERATOR)
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 0


def test_within_the_grace_period_a_late_booking_costs_nothing_to_cancel(play: Scene):
    booking = play.confirmed(start=play.at + 3 * HOUR)
    cancelled(play, booking, by=play.aino, at=play.at + 59 * MINUTE)
    assert (booking.refund_amount, booking.ground) == (booking.pay_in_amount, Ground.GRACE_PERIOD)


def test_a_preview_keeps_its_word_for_a_minute_across_a_deadline(play: Scene):
    booking = play.confirmed()
    before = play.start - DAY - timedelta(seconds=10)
    seen = bookings.preview(play.session, booking.id, by=play.aino, at=before)
    assert seen.holds_until == play.start - DAY
    cancelled(play, booking, by=play.aino, at=before + timedelta(seconds=50), token=seen.token)
    assert booking.refund_amount == 4_500


def test_a_preview_is_over_after_a_minute_for_others_for_other_versions_and_when_forged(play: Scene):
    booking = play.confirmed()
    when = play.start - 2 * DAY
    token = bookings.preview(play.session, booking.id, by=play.aino, at=when).token
    stamp, _, signature = token.partition(".")
    earlier = f"{int(stamp) - 1}.{signature}"
    for somebody, at, told in (
        (play.aino, when + timedelta(seconds=61), token),
        (play.aino, when - timedelta(seconds=1), token),
        (play.ellen, when, token),
        (play.aino, when, earlier),
        (play.aino, when, "tomorrow"),
        (play.aino, when, "٣.x"),
        (play.aino, when, ""),
    ):
        with pytest.raises(PreviewOver):
            cancelled(play, booking, by=somebody, at=at, token=told)
    booking.version += 1
    with pytest.raises(PreviewOver):
        cancelled(play, booking, by=play.aino, at=when, token=token)


def test_who_looks_at_an_old_copy_does_not_cancel(play: Scene):
    booking = play.confirmed()
    with pytest.raises(Stale):
        cancelled(play, booking, by=play.aino, at=play.at, if_match=booking.version - 1)


def test_what_was_cancelled_cannot_be_cancelled_again(play: Scene):
    booking = play.confirmed()
    cancelled(play, booking, by=play.aino, at=play.at)
    for attempt in (
        cancelled,
        lambda *_, **__: bookings.preview(play.session, booking.id, by=play.aino, at=play.at),
    ):
        with pytest.raises(TransitionNotAllowed):
            attempt(play, booking, by=play.aino, at=play.at)


def test_the_policy_that_holds_is_the_one_frozen_on_the_day_of_the_booking(play: Scene):
    """The offer turns strict after the booking; the booking stays moderate."""
    from dataclasses import replace

    from domain import offers
    from tests import cast

    booking = play.confirmed()
    stricter = replace(offers.content_of(play.offer), cancellation_policy="strict")
    provider = cast.actor(cast.user(play.session, "Ellen"))
    offers.edit(play.session, play.offer.id, stricter, by=provider, at=play.at)
    assert (
        bookings.preview(
            play.session, booking.id, by=play.aino, at=play.start - 6 * DAY
        ).settlement.refund_amount
        == booking.pay_in_amount
    )


def test_what_operators_gave_back_before_is_missing_for_everybody_in_proportion(play: Scene):
    booking = play.delivered()
    payments.refund(
        play.session,
        booking.id,
        945,
        liable=payments.Liable.BOOKING,
        reason_code="goodwill",
        reason="A tenth, for the noise.",
        by=play.otto.actor_in(None),
        at=play.at,
    )
    ended = play.start + 3 * HOUR
    play.settle(booking, ended)
    bookings.complete(play.session, booking.id, by=play.aino, at=ended)
    assert (booking.state, booking.books_closed_at) == (State.COMPLETED, ended)
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 7_290
    assert play.balance(AccountKind.COMMISSION) == 810
    assert play.balance(AccountKind.SERVICE_FEES) == 405


@pytest.mark.parametrize("comes_first", ["goodwill", "cancellation"])
def test_what_the_platform_gives_stands_beside_a_cancellation_whichever_comes_first(
    play: Scene, comes_first: str
):
    booking, when = play.confirmed(), play.start - 2 * DAY
    if comes_first == "goodwill":
        goodwill(play, booking, 1_000, at=when)
    seen = bookings.preview(play.session, booking.id, by=play.aino, at=when)
    cancelled(play, booking, by=play.aino, at=when)
    play.settle(booking, when)
    if comes_first == "cancellation":
        goodwill(play, booking, 1_000, at=when)
    assert seen.settlement.refund_amount == 4_500
    assert payments.of(play.session, booking.id).refunded_amount == 4_500 + 1_000
    assert play.balance(AccountKind.GOODWILL) == 1_000
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050


def test_goodwill_that_leaves_less_than_the_terms_give_back_is_in_the_preview(play: Scene):
    """Of 94.50 the platform gave 60.00; the terms give 45.00 back, and 34.50 are left to move."""
    booking, when = play.confirmed(), play.start - 2 * DAY
    goodwill(play, booking, 6_000, at=when)
    seen = bookings.preview(play.session, booking.id, by=play.aino, at=when).settlement
    assert (seen.refund_amount, seen.already_back_amount, seen.kept.pay_in) == (3_450, 1_050, 4_950)
    cancelled(play, booking, by=play.aino, at=when)
    play.settle(booking, when)
    assert bookings.settlement_of(booking) == seen
    assert payments.of(play.session, booking.id).refunded_amount == 9_450
    assert play.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050
    assert play.balance(AccountKind.GOODWILL) == 6_000 - 1_050


def goodwill(play: Scene, booking: Booking, amount: int, *, at) -> None:
    payments.refund(
        play.session,
        booking.id,
        amount,
        liable=payments.Liable.PLATFORM,
        reason_code="goodwill",
        reason="Sorry for the wait.",
        by=play.otto.actor_in(None),
        at=at,
    )
    play.settle(booking, at)


def test_a_preview_is_over_when_another_amount_would_move_or_be_kept(play: Scene):
    booking, when = play.confirmed(), play.start - 2 * DAY
    token = bookings.preview(play.session, booking.id, by=play.aino, at=when).token
    goodwill(play, booking, 6_000, at=when)
    with pytest.raises(PreviewOver):
        cancelled(play, booking, by=play.aino, at=when, token=token)
    token = bookings.preview(play.session, booking.id, by=play.aino, at=when).token
    play.settle(booking, when)  # the goodwill reaches the provider, and changes no amount
    cancelled(play, booking, by=play.aino, at=when, token=token)
