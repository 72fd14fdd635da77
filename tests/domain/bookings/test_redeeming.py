"""Credits that pay for a part of a booking: taken with the request, given back as far as the money is."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, pricing
from domain.bookings import Booking, BookingReasonCode, BookingState, booking_disputes, changes
from domain.bookings.cancellations.final_amounts import RedeemedCredits
from domain.ledger import BalanceTooLow
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory
from tests.domain.bookings.task_factory import (
    PAY_IN,
    broken_invariants,
    complete_by_clock,
    credits_of,
    grant_credits,
    make_confirmed_booking,
    make_delivered_booking,
    make_quote,
    make_requested_booking,
    make_task_factory,
    sync_until_closed,
)

# The fee is 4.50 and half of it may be paid with credits, ten minor units each: 22.5 credits for 2.25.
WISH = pricing.Wish(fee_discount_amount=10_000)
DISCOUNT, PRICE = 225, 22_500


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    made = make_task_factory(session, at)
    grant_credits(made, 30_000)
    return made


def test_a_request_takes_the_credits_and_the_payment_is_so_much_less(factory: BookingFactory) -> None:
    booking = make_requested_booking(factory, credits=WISH)
    assert (booking.pay_in_amount, booking.redeemed) == (PAY_IN - DISCOUNT, RedeemedCredits(fee=PRICE))
    assert credits_of(factory) == 30_000 - PRICE
    assert broken_invariants(factory.session) == []


def test_who_has_too_few_books_nothing_and_keeps_them(session: Session, at: datetime) -> None:
    factory = make_task_factory(session, at)
    grant_credits(factory, PRICE - 1)
    quote = make_quote(factory, credits=WISH)
    with pytest.raises(BalanceTooLow), session.begin_nested():
        bookings.request(session, quote.id, by=factory.aino, at=at)
    assert session.scalar(text("SELECT count(*) FROM bookings")) == 0
    assert credits_of(factory) == PRICE - 1


def test_what_was_carried_out_keeps_them(factory: BookingFactory) -> None:
    booking = make_delivered_booking(factory, credits=WISH)
    complete_by_clock(factory, booking)
    assert (booking.returned_credits, credits_of(factory)) == (0, 30_000 - PRICE)
    assert broken_invariants(factory.session) == []


def called_off(factory: BookingFactory, booking: Booking, *, by: str, days: int) -> None:
    when = factory.start - days * DAY
    bookings.cancel(
        factory.session, booking.id, by=getattr(factory, by), at=when, reason_code=BookingReasonCode.ILLNESS
    )
    sync_until_closed(factory, booking, when)


@pytest.mark.parametrize(
    ("by", "days", "comes_back"),
    [("aino", 6, PRICE), ("aino", 2, 0), ("aino", 0, 0), ("ellen", 0, PRICE), ("otto", 0, PRICE)],
)
def test_called_off_they_come_back_as_the_service_fee_does(
    factory: BookingFactory, by: str, days: int, comes_back: int
) -> None:
    booking = make_confirmed_booking(factory, credits=WISH)
    seen = bookings.preview_cancellation(
        factory.session, booking.id, by=getattr(factory, by), at=factory.start - days * DAY
    )
    called_off(factory, booking, by=by, days=days)
    assert seen.final_amounts.returned_credits == booking.returned_credits == comes_back
    assert credits_of(factory) == 30_000 - PRICE + comes_back
    assert broken_invariants(factory.session) == []


def test_a_disputes_share_of_them_comes_back_to_the_floor_of_thousandths(factory: BookingFactory) -> None:
    booking = make_delivered_booking(factory, credits=WISH)
    when = factory.start + 3 * HOUR
    why = {"reason_code": BookingReasonCode.NOT_AS_AGREED, "statement": "A third was not done."}
    booking_disputes.open_dispute(factory.session, booking.id, by=factory.aino, at=when, **why)
    decided = {"outcome": BookingState.COMPLETED, "refund_bp": 3_333, "decision": "A third."}
    booking_disputes.resolve_dispute(factory.session, booking.id, by=factory.otto, at=when, **decided)
    assert booking.returned_credits == PRICE * 3_333 // 10_000 == 7_499
    assert credits_of(factory) == 30_000 - PRICE + 7_499
    assert broken_invariants(factory.session) == []


def test_a_request_that_nobody_pays_for_gives_them_back(factory: BookingFactory) -> None:
    booking = make_requested_booking(factory, credits=WISH)
    bookings.run_due_transition(factory.session, booking.id, at=factory.at + HOUR)
    assert (booking.state, credits_of(factory)) == (BookingState.EXPIRED, 30_000)
    assert broken_invariants(factory.session) == []


def test_a_shorter_service_gives_back_what_its_lower_fee_no_longer_takes(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory, credits=WISH)
    line = changes.propose_change(
        factory.session, booking.id, changes.ProposedChange(units=60), by=factory.aino, at=factory.at
    )
    changes.accept_proposal(factory.session, booking.id, line.id, by=factory.ellen, at=factory.at)
    factory.sync_payment(booking, factory.at)
    # The fee is 2.25 now; half of it, rounded down, are 1.12 for 11.2 credits.
    assert (booking.redeemed.fee, credits_of(factory)) == (11_200, 30_000 - 11_200)
    assert broken_invariants(factory.session) == []
    called_off(factory, booking, by="ellen", days=1)
    assert credits_of(factory) == 30_000
    assert broken_invariants(factory.session) == []


def test_looking_again_at_an_ended_booking_gives_nothing_back_twice(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory, credits=WISH)
    called_off(factory, booking, by="ellen", days=1)
    for _ in range(2):
        sync_until_closed(factory, booking, factory.start)
    assert credits_of(factory) == 30_000
