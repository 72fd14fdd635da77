"""What is promised is what moves: goodwill, refunds by hand, failures, changes and endings in any order.

The payment provider is the sandbox, reached through the official library; everything else happens in the one
session of the test and is undone.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import BookingState
from domain.bookings.errors import IncreaseNotPayable
from domain.foundation.errors import DomainError
from domain.payments import LiableParty
from domain.payments.provider.stripe_gateway import StripeGateway
from sandbox import server
from tests.domain.bookings.booking_factory import DAY, BookingFactory, make_booking_factory
from tests.domain.payments.paid_booking import FAILS, SUCCEEDS, PaidBooking, make_paid_booking
from tests.domain.payments.payment_harness import KEY


@pytest.fixture
def play(session: Session, at: datetime, provider: server.SandboxServer) -> BookingFactory:
    made = make_booking_factory(session, at)
    made.gateway = StripeGateway(KEY, provider.base_url)  # type: ignore[assignment]  # a gateway as well
    return made


@pytest.fixture
def make_booking(play: BookingFactory, web: httpx.Client) -> Callable[[str], PaidBooking]:
    return lambda method: make_paid_booking(play, web, method)


amounts = st.sampled_from([1, 500, 1_000, 4_500, 5_000, 9_000, 9_450])
steps = st.one_of(
    st.tuples(st.just("goodwill"), amounts, st.sampled_from(list(LiableParty))),
    st.tuples(st.just("by hand"), amounts),
    st.tuples(st.just("shorten")),
    st.tuples(st.just("later"), st.sampled_from([timedelta(hours=1), 3 * DAY, 6 * DAY])),
    st.tuples(st.just("cancel"), st.sampled_from(["aino", "ellen", "otto"])),
    st.tuples(st.just("complete")),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([FAILS, SUCCEEDS]), st.lists(steps, min_size=1, max_size=6))
def test_whatever_happened_before_what_is_shown_is_what_moves(
    session: Session, play: BookingFactory, web: httpx.Client, method: str, performed: list[tuple[Any, ...]]
) -> None:
    with session.begin_nested() as undone:
        paid_booking = make_paid_booking(play, web, method)
        for step in performed:
            _perform_step(paid_booking, step)
            paid_booking.check()
        undone.rollback()
    session.expire_all()


def _perform_step(paid_booking: PaidBooking, step: tuple[Any, ...]) -> None:
    """One step, and that it moves what was shown before it; a step that is refused moves nothing."""
    match step:
        case ("goodwill", amount, liable):
            taken = _refunded_unless_rejected(paid_booking, lambda: paid_booking.goodwill(amount, liable))
            assert taken in (None, amount)
        case ("by hand", amount):
            paid_booking.refunded_by(lambda: paid_booking.refund_at_provider(amount))
        case ("later", span):
            paid_booking.refunded_by(lambda: paid_booking.advance(span))
        case ("shorten",):
            _refunded_unless_rejected(paid_booking, paid_booking.shorten)
        case ("cancel", who):
            _check_cancellation_preview(paid_booking, who)
        case ("complete",):
            _refunded_unless_rejected(paid_booking, paid_booking.complete)


def _refunded_unless_rejected(paid_booking: PaidBooking, action: Callable[[], None]) -> int | None:
    paid_booking.sync()  # what others did before is not this deed's
    try:
        with paid_booking.play.session.begin_nested():
            before = paid_booking.refunded()
            action()
            paid_booking.play.session.flush()
    except (DomainError, IncreaseNotPayable):
        paid_booking.play.session.expire_all()
        return None
    paid_booking.sync()
    return paid_booking.refunded() - before


def _check_cancellation_preview(paid_booking: PaidBooking, who: str) -> None:
    paid_booking.sync()
    if paid_booking.booking.state is not BookingState.CONFIRMED:
        return
    shown = paid_booking.preview(who)
    moved = paid_booking.refunded_by(lambda: paid_booking.cancel(who))
    assert moved == shown.refund_amount
    settled = bookings.final_amounts_of(paid_booking.booking)
    assert settled is not None
    assert (settled.refund_amount, settled.kept) == (shown.refund_amount, shown.kept)
    assert (
        paid_booking.booking.paid_amount
        == shown.refund_amount + shown.already_returned_amount + shown.kept.pay_in
    )


# Each of these is taken in every order; only goodwill out of the booking needs books that are not closed.
ACTIONS: dict[str, Callable[[PaidBooking], None]] = {
    "platform": lambda paid_booking: paid_booking.goodwill(1_000, LiableParty.PLATFORM),
    "booking": lambda paid_booking: paid_booking.goodwill(500, LiableParty.BOOKING),
    "cancel": lambda paid_booking: paid_booking.cancel("aino"),
}


@pytest.mark.parametrize("settles_between", [True, False], ids=["settled between", "at once"])
@pytest.mark.parametrize(
    "actions", [("platform", "cancel"), ("booking", "cancel"), ("platform", "booking", "cancel")]
)
def test_the_total_does_not_depend_on_the_order(
    session: Session,
    make_booking: Callable[[str], PaidBooking],
    actions: tuple[str, ...],
    settles_between: bool,  # noqa: FBT001
) -> None:
    ends = []
    for order in permutations(actions):
        if settles_between and "booking" in order[order.index("cancel") :]:
            continue  # the books are closed by then, and somebody else has to bear it
        with session.begin_nested() as undone:
            paid_booking = make_booking(SUCCEEDS)
            paid_booking.advance(5 * DAY + timedelta(hours=3))  # two days before the start: 45.00 go back
            for name in order:
                ACTIONS[name](paid_booking)
                if settles_between:
                    paid_booking.sync()
            paid_booking.sync()
            paid_booking.check()
            ends.append((order, paid_booking.refunded(), paid_booking.balances()))
            undone.rollback()
        session.expire_all()
    total = sum({"platform": 1_000, "booking": 500, "cancel": 4_500}[name] for name in actions)
    assert [end[1] for end in ends] == [total] * len(ends), ends
    assert all(end[2] == ends[0][2] for end in ends), ends


def test_goodwill_cannot_take_what_a_cancellation_has_promised(
    make_booking: Callable[[str], PaidBooking],
) -> None:
    paid_booking = make_booking(SUCCEEDS)
    paid_booking.advance(5 * DAY + timedelta(hours=3))
    paid_booking.cancel("aino")  # 45.00 are promised and not sent yet
    with pytest.raises(payments.RefundTooLarge):
        paid_booking.goodwill(4_951, LiableParty.PLATFORM)
    paid_booking.goodwill(4_950, LiableParty.PLATFORM)
    paid_booking.sync()
    assert paid_booking.refunded() == 9_450


def test_a_refund_by_hand_counts_against_what_the_terms_give_back(
    make_booking: Callable[[str], PaidBooking],
) -> None:
    paid_booking = make_booking(SUCCEEDS)
    paid_booking.advance(5 * DAY + timedelta(hours=3))
    paid_booking.refunded_by(lambda: paid_booking.refund_at_provider(1_000))
    assert paid_booking.preview("aino").refund_amount == 3_500
    assert paid_booking.refunded_by(lambda: paid_booking.cancel("aino")) == 3_500
    paid_booking.check()


def test_goodwill_that_fails_later_leaves_the_whole_refund_with_the_customer(
    make_booking: Callable[[str], PaidBooking],
) -> None:
    """60.00 of goodwill left 34.50 of 45.00 to move; when it fails, the terms' 45.00 are owed in full."""
    paid_booking = make_booking(FAILS)
    paid_booking.goodwill(6_000, LiableParty.PLATFORM)
    paid_booking.sync()
    paid_booking.advance(5 * DAY - timedelta(hours=1))  # two days and four hours before the start
    paid_booking.cancel("aino")
    paid_booking.sync()
    assert paid_booking.refunded() == 9_450
    paid_booking.advance(timedelta(hours=2))  # the goodwill comes back
    paid_booking.sync()
    assert paid_booking.refunded() == 4_500
    paid_booking.check()


@pytest.fixture(autouse=True)
def _the_clock_runs_again(web: httpx.Client) -> Iterator[None]:
    yield
    web.post("/_sandbox/reset")
