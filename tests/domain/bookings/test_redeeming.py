"""Credits that pay for a part of a booking: taken with the request, given back as far as the money is."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, pricing
from domain.bookings import Booking, ReasonCode, State
from domain.bookings.cancellation import CreditsUsed
from domain.ledger import BalanceTooLow
from tests.domain.bookings.scene import DAY, HOUR, Scene
from tests.domain.bookings.task_scene import (
    PAY_IN,
    broken,
    clock_completes,
    confirmed,
    credits_of,
    delivered,
    end_of_money,
    given_credits,
    quoted,
    requested,
    task_scene,
)

# The fee is 4.50 and half of it may be paid with credits, ten minor units each: 22.5 credits for 2.25.
WISH = pricing.Wish(fee_discount_amount=10_000)
DISCOUNT, PRICE = 225, 22_500


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    made = task_scene(session, at)
    given_credits(made, 30_000)
    return made


def test_a_request_takes_the_credits_and_the_payment_is_so_much_less(play: Scene) -> None:
    booking = requested(play, credits=WISH)
    assert (booking.pay_in_amount, booking.redeemed) == (PAY_IN - DISCOUNT, CreditsUsed(fee=PRICE))
    assert credits_of(play) == 30_000 - PRICE
    assert broken(play.session) == []


def test_who_has_too_few_books_nothing_and_keeps_them(session: Session, at: datetime) -> None:
    play = task_scene(session, at)
    given_credits(play, PRICE - 1)
    quote = quoted(play, credits=WISH)
    with pytest.raises(BalanceTooLow), session.begin_nested():
        bookings.request(session, quote.id, by=play.aino, at=at)
    assert session.scalar(text("SELECT count(*) FROM bookings")) == 0
    assert credits_of(play) == PRICE - 1


def test_what_was_carried_out_keeps_them(play: Scene) -> None:
    booking = delivered(play, credits=WISH)
    clock_completes(play, booking)
    assert (booking.returned_credits, credits_of(play)) == (0, 30_000 - PRICE)
    assert broken(play.session) == []


def called_off(play: Scene, booking: Booking, *, by: str, days: int) -> None:
    when = play.start - days * DAY
    bookings.cancel(play.session, booking.id, by=getattr(play, by), at=when, reason_code=ReasonCode.ILLNESS)
    end_of_money(play, booking, when)


@pytest.mark.parametrize(
    ("by", "days", "comes_back"),
    [("aino", 6, PRICE), ("aino", 2, 0), ("aino", 0, 0), ("ellen", 0, PRICE), ("otto", 0, PRICE)],
)
def test_called_off_they_come_back_as_the_service_fee_does(
    play: Scene, by: str, days: int, comes_back: int
) -> None:
    booking = confirmed(play, credits=WISH)
    seen = bookings.preview(play.session, booking.id, by=getattr(play, by), at=play.start - days * DAY)
    called_off(play, booking, by=by, days=days)
    assert seen.settlement.returned_credits == booking.returned_credits == comes_back
    assert credits_of(play) == 30_000 - PRICE + comes_back
    assert broken(play.session) == []


def test_a_disputes_share_of_them_comes_back_to_the_floor_of_thousandths(play: Scene) -> None:
    booking = delivered(play, credits=WISH)
    when = play.start + 3 * HOUR
    why = {"reason_code": ReasonCode.NOT_AS_AGREED, "statement": "A third was not done."}
    bookings.dispute(play.session, booking.id, by=play.aino, at=when, **why)
    decided = {"outcome": State.COMPLETED, "refund_bp": 3_333, "decision": "A third."}
    bookings.resolve(play.session, booking.id, by=play.otto, at=when, **decided)
    assert booking.returned_credits == PRICE * 3_333 // 10_000 == 7_499
    assert credits_of(play) == 30_000 - PRICE + 7_499
    assert broken(play.session) == []


def test_a_request_that_nobody_pays_for_gives_them_back(play: Scene) -> None:
    booking = requested(play, credits=WISH)
    bookings.act(play.session, booking.id, at=play.at + HOUR)
    assert (booking.state, credits_of(play)) == (State.EXPIRED, 30_000)
    assert broken(play.session) == []


def test_a_shorter_service_gives_back_what_its_lower_fee_no_longer_takes(play: Scene) -> None:
    booking = confirmed(play, credits=WISH)
    line = bookings.propose(play.session, booking.id, bookings.Change(units=60), by=play.aino, at=play.at)
    bookings.accept_proposal(play.session, booking.id, line.id, by=play.ellen, at=play.at)
    play.settle(booking, play.at)
    # The fee is 2.25 now; half of it, rounded down, are 1.12 for 11.2 credits.
    assert (booking.redeemed.fee, credits_of(play)) == (11_200, 30_000 - 11_200)
    assert broken(play.session) == []
    called_off(play, booking, by="ellen", days=1)
    assert credits_of(play) == 30_000
    assert broken(play.session) == []


def test_looking_again_at_an_ended_booking_gives_nothing_back_twice(play: Scene) -> None:
    booking = confirmed(play, credits=WISH)
    called_off(play, booking, by="ellen", days=1)
    for _ in range(2):
        end_of_money(play, booking, play.start)
    assert credits_of(play) == 30_000
