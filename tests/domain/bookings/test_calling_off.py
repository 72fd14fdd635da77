"""Calling a booking off: what the preview says is what happens, to the cent and to the books."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, BookingParty, BookingReasonCode, BookingState, RefundGround
from domain.bookings.errors import PreviewExpired
from domain.foundation.errors import Stale
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.ledger import AccountKind
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory

MINUTE = timedelta(minutes=1)


@pytest.fixture
def factory(session: Session, at) -> BookingFactory:
    return make_booking_factory(session, at)


def cancelled(factory: BookingFactory, booking: Booking, *, by, at, **more) -> Booking:
    return bookings.cancel(
        factory.session, booking.id, by=by, at=at, reason_code=BookingReasonCode.CHANGED_PLANS, **more
    )


# Two hours at 45.00, service fee 4.50, commission 9.00. Moderate: all five days ahead, half a day ahead.
@pytest.mark.parametrize(
    ("before_start", "refund", "ground"),
    [
        (6 * DAY, 9_450, RefundGround.TIER),
        (5 * DAY, 9_450, RefundGround.TIER),
        (5 * DAY - MINUTE, 4_500, RefundGround.TIER),
        (1 * DAY, 4_500, RefundGround.TIER),
        (1 * DAY - MINUTE, 0, RefundGround.TOO_LATE),
        (MINUTE, 0, RefundGround.TOO_LATE),
    ],
)
def test_preview_and_execution_are_the_same_to_the_cent(
    factory: BookingFactory, before_start, refund, ground
):
    booking = factory.make_confirmed_booking()
    when = factory.start - before_start
    seen = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=when)
    cancelled(factory, booking, by=factory.aino, at=when)
    assert (booking.refund_amount, booking.ground) == (refund, ground)
    assert bookings.final_amounts_of(booking) == seen.final_amounts


def test_the_books_distribute_what_is_kept_and_hold_nothing_afterwards(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    when = factory.start - 2 * DAY
    cancelled(factory, booking, by=factory.aino, at=when)
    assert booking.books_closed_at is None
    factory.sync_payment(booking, when)
    assert booking.books_closed_at == when
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050
    assert factory.balance(AccountKind.COMMISSION) == 450
    assert factory.balance(AccountKind.SERVICE_FEES) == 450
    assert payments.get_payment_of_subject(factory.session, booking.id).refunded_amount == 4_500


@pytest.mark.parametrize("side", ["ellen", "otto"])
def test_when_the_provider_or_an_operator_cancels_everything_goes_back(factory: BookingFactory, side):
    booking = factory.make_confirmed_booking()
    when = factory.start - MINUTE
    cancelled(factory, booking, by=getattr(factory, side), at=when)
    factory.sync_payment(booking, when)
    assert booking.refund_amount == booking.pay_in_amount
    assert booking.cancelled_by is (BookingParty.PROVIDER if side == "ellen" else BookingParty.OPERATOR)
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 0


def test_within_the_grace_period_a_late_booking_costs_nothing_to_cancel(factory: BookingFactory):
    booking = factory.make_confirmed_booking(start=factory.at + 3 * HOUR)
    cancelled(factory, booking, by=factory.aino, at=factory.at + 59 * MINUTE)
    assert (booking.refund_amount, booking.ground) == (booking.pay_in_amount, RefundGround.GRACE_PERIOD)


def test_a_preview_keeps_its_word_for_a_minute_across_a_deadline(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    before = factory.start - DAY - timedelta(seconds=10)
    seen = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=before)
    assert seen.refund_changes_at == factory.start - DAY
    cancelled(factory, booking, by=factory.aino, at=before + timedelta(seconds=50), token=seen.token)
    assert booking.refund_amount == 4_500


def test_a_preview_is_over_after_a_minute_for_others_for_other_versions_and_when_forged(
    factory: BookingFactory,
):
    booking = factory.make_confirmed_booking()
    when = factory.start - 2 * DAY
    token = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=when).token
    stamp, _, signature = token.partition(".")
    earlier = f"{int(stamp) - 1}.{signature}"
    for somebody, at, told in (
        (factory.aino, when + timedelta(seconds=61), token),
        (factory.aino, when - timedelta(seconds=1), token),
        (factory.ellen, when, token),
        (factory.aino, when, earlier),
        (factory.aino, when, "tomorrow"),
        (factory.aino, when, "٣.x"),
        (factory.aino, when, ""),
    ):
        with pytest.raises(PreviewExpired):
            cancelled(factory, booking, by=somebody, at=at, token=told)
    booking.version += 1
    with pytest.raises(PreviewExpired):
        cancelled(factory, booking, by=factory.aino, at=when, token=token)


def test_who_looks_at_an_old_copy_does_not_cancel(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    with pytest.raises(Stale):
        cancelled(factory, booking, by=factory.aino, at=factory.at, if_match=booking.version - 1)


def test_what_was_cancelled_cannot_be_cancelled_again(factory: BookingFactory):
    booking = factory.make_confirmed_booking()
    cancelled(factory, booking, by=factory.aino, at=factory.at)
    for attempt in (
        cancelled,
        lambda *_, **__: bookings.preview_cancellation(
            factory.session, booking.id, by=factory.aino, at=factory.at
        ),
    ):
        with pytest.raises(TransitionNotAllowed):
            attempt(factory, booking, by=factory.aino, at=factory.at)


def test_the_policy_that_holds_is_the_one_frozen_on_the_day_of_the_booking(factory: BookingFactory):
    """The offer turns strict after the booking; the booking stays moderate."""
    from dataclasses import replace

    from domain import offers
    from tests import cast

    booking = factory.make_confirmed_booking()
    stricter = replace(offers.content_of(factory.offer), cancellation_policy="strict")
    provider = cast.actor(cast.user(factory.session, "Ellen"))
    offers.edit(factory.session, factory.offer.id, stricter, by=provider, at=factory.at)
    assert (
        bookings.preview_cancellation(
            factory.session, booking.id, by=factory.aino, at=factory.start - 6 * DAY
        ).final_amounts.refund_amount
        == booking.pay_in_amount
    )


def test_what_operators_gave_back_before_is_missing_for_everybody_in_proportion(factory: BookingFactory):
    booking = factory.make_delivered_booking()
    payments.create_refund(
        factory.session,
        booking.id,
        945,
        liable=payments.LiableParty.BOOKING,
        reason_code="goodwill",
        reason="A tenth, for the noise.",
        by=factory.otto.actor_in(None),
        at=factory.at,
    )
    ended = factory.start + 3 * HOUR
    factory.sync_payment(booking, ended)
    bookings.complete(factory.session, booking.id, by=factory.aino, at=ended)
    assert (booking.state, booking.books_closed_at) == (BookingState.COMPLETED, ended)
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 7_290
    assert factory.balance(AccountKind.COMMISSION) == 810
    assert factory.balance(AccountKind.SERVICE_FEES) == 405


@pytest.mark.parametrize("comes_first", ["goodwill", "cancellation"])
def test_what_the_platform_gives_stands_beside_a_cancellation_whichever_comes_first(
    factory: BookingFactory, comes_first: str
):
    booking, when = factory.make_confirmed_booking(), factory.start - 2 * DAY
    if comes_first == "goodwill":
        goodwill(factory, booking, 1_000, at=when)
    seen = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=when)
    cancelled(factory, booking, by=factory.aino, at=when)
    factory.sync_payment(booking, when)
    if comes_first == "cancellation":
        goodwill(factory, booking, 1_000, at=when)
    assert seen.final_amounts.refund_amount == 4_500
    assert payments.get_payment_of_subject(factory.session, booking.id).refunded_amount == 4_500 + 1_000
    assert factory.balance(AccountKind.GOODWILL) == 1_000
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050


def test_goodwill_that_leaves_less_than_the_terms_give_back_is_in_the_preview(factory: BookingFactory):
    """Of 94.50 the platform gave 60.00; the terms give 45.00 back, and 34.50 are left to move."""
    booking, when = factory.make_confirmed_booking(), factory.start - 2 * DAY
    goodwill(factory, booking, 6_000, at=when)
    seen = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=when).final_amounts
    assert (seen.refund_amount, seen.already_returned_amount, seen.kept.pay_in) == (3_450, 1_050, 4_950)
    cancelled(factory, booking, by=factory.aino, at=when)
    factory.sync_payment(booking, when)
    assert bookings.final_amounts_of(booking) == seen
    assert payments.get_payment_of_subject(factory.session, booking.id).refunded_amount == 9_450
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050
    assert factory.balance(AccountKind.GOODWILL) == 6_000 - 1_050


def goodwill(factory: BookingFactory, booking: Booking, amount: int, *, at) -> None:
    payments.create_refund(
        factory.session,
        booking.id,
        amount,
        liable=payments.LiableParty.PLATFORM,
        reason_code="goodwill",
        reason="Sorry for the wait.",
        by=factory.otto.actor_in(None),
        at=at,
    )
    factory.sync_payment(booking, at)


def test_a_preview_is_over_when_another_amount_would_move_or_be_kept(factory: BookingFactory):
    booking, when = factory.make_confirmed_booking(), factory.start - 2 * DAY
    token = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=when).token
    goodwill(factory, booking, 6_000, at=when)
    with pytest.raises(PreviewExpired):
        cancelled(factory, booking, by=factory.aino, at=when, token=token)
    token = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=when).token
    factory.sync_payment(booking, when)  # the goodwill reaches the provider, and changes no amount
    cancelled(factory, booking, by=factory.aino, at=when, token=token)
