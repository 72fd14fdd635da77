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
from domain.bookings import State
from domain.bookings.errors import IncreaseNotPayable
from domain.foundation.errors import DomainError
from domain.payments import Liable
from domain.payments.stripe_gateway import StripeGateway
from sandbox import server
from tests.domain.bookings.scene import DAY, Scene, scene
from tests.domain.payments.desk import FAILS, SUCCEEDS, Desk, open_desk
from tests.domain.payments.harness import KEY


@pytest.fixture
def play(session: Session, at: datetime, provider: server.Server) -> Scene:
    made = scene(session, at)
    made.bank = StripeGateway(KEY, provider.base_url)  # type: ignore[assignment]  # a gateway as well
    return made


@pytest.fixture
def opened(play: Scene, web: httpx.Client) -> Callable[[str], Desk]:
    return lambda method: open_desk(play, web, method)


amounts = st.sampled_from([1, 500, 1_000, 4_500, 5_000, 9_000, 9_450])
steps = st.one_of(
    st.tuples(st.just("goodwill"), amounts, st.sampled_from(list(Liable))),
    st.tuples(st.just("by hand"), amounts),
    st.tuples(st.just("shorten")),
    st.tuples(st.just("later"), st.sampled_from([timedelta(hours=1), 3 * DAY, 6 * DAY])),
    st.tuples(st.just("cancel"), st.sampled_from(["aino", "ellen", "otto"])),
    st.tuples(st.just("complete")),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([FAILS, SUCCEEDS]), st.lists(steps, min_size=1, max_size=6))
def test_whatever_happened_before_what_is_shown_is_what_moves(
    session: Session, play: Scene, web: httpx.Client, method: str, told: list[tuple[Any, ...]]
) -> None:
    with session.begin_nested() as undone:
        desk = open_desk(play, web, method)
        for step in told:
            _take(desk, step)
            desk.check()
        undone.rollback()
    session.expire_all()


def _take(desk: Desk, step: tuple[Any, ...]) -> None:
    """One step, and that it moves what was shown before it; a step that is refused moves nothing."""
    match step:
        case ("goodwill", amount, liable):
            taken = _moved_unless_refused(desk, lambda: desk.goodwill(amount, liable))
            assert taken in (None, amount)
        case ("by hand", amount):
            desk.moved_by(lambda: desk.by_hand(amount))
        case ("later", span):
            desk.moved_by(lambda: desk.later(span))
        case ("shorten",):
            _moved_unless_refused(desk, desk.shorten)
        case ("cancel", who):
            _cancelled_as_shown(desk, who)
        case ("complete",):
            _moved_unless_refused(desk, desk.complete)


def _moved_unless_refused(desk: Desk, deed: Callable[[], None]) -> int | None:
    desk.settle()  # what others did before is not this deed's
    try:
        with desk.play.session.begin_nested():
            before = desk.refunded()
            deed()
            desk.play.session.flush()
    except (DomainError, IncreaseNotPayable):
        desk.play.session.expire_all()
        return None
    desk.settle()
    return desk.refunded() - before


def _cancelled_as_shown(desk: Desk, who: str) -> None:
    desk.settle()
    if desk.booking.state is not State.CONFIRMED:
        return
    shown = desk.preview(who)
    moved = desk.moved_by(lambda: desk.cancel(who))
    assert moved == shown.refund_amount
    settled = bookings.settlement_of(desk.booking)
    assert settled is not None
    assert (settled.refund_amount, settled.kept) == (shown.refund_amount, shown.kept)
    assert desk.booking.paid_amount == shown.refund_amount + shown.already_back_amount + shown.kept.pay_in


# Each of these is taken in every order; only goodwill out of the booking needs books that are not closed.
DEEDS: dict[str, Callable[[Desk], None]] = {
    "platform": lambda desk: desk.goodwill(1_000, Liable.PLATFORM),
    "booking": lambda desk: desk.goodwill(500, Liable.BOOKING),
    "cancel": lambda desk: desk.cancel("aino"),
}


@pytest.mark.parametrize("settles_between", [True, False], ids=["settled between", "at once"])
@pytest.mark.parametrize(
    "deeds", [("platform", "cancel"), ("booking", "cancel"), ("platform", "booking", "cancel")]
)
def test_the_total_does_not_depend_on_the_order(
    session: Session,
    opened: Callable[[str], Desk],
    deeds: tuple[str, ...],
    settles_between: bool,  # noqa: FBT001
) -> None:
    ends = []
    for order in permutations(deeds):
        if settles_between and "booking" in order[order.index("cancel") :]:
            continue  # the books are closed by then, and somebody else has to bear it
        with session.begin_nested() as undone:
            desk = opened(SUCCEEDS)
            desk.later(5 * DAY + timedelta(hours=3))  # two days before the start: 45.00 go back
            for name in order:
                DEEDS[name](desk)
                if settles_between:
                    desk.settle()
            desk.settle()
            desk.check()
            ends.append((order, desk.refunded(), desk.balances()))
            undone.rollback()
        session.expire_all()
    given = sum({"platform": 1_000, "booking": 500, "cancel": 4_500}[name] for name in deeds)
    assert [end[1] for end in ends] == [given] * len(ends), ends
    assert all(end[2] == ends[0][2] for end in ends), ends


def test_goodwill_cannot_take_what_a_cancellation_has_promised(opened: Callable[[str], Desk]) -> None:
    desk = opened(SUCCEEDS)
    desk.later(5 * DAY + timedelta(hours=3))
    desk.cancel("aino")  # 45.00 are promised and not sent yet
    with pytest.raises(payments.RefundTooLarge):
        desk.goodwill(4_951, Liable.PLATFORM)
    desk.goodwill(4_950, Liable.PLATFORM)
    desk.settle()
    assert desk.refunded() == 9_450


def test_a_refund_by_hand_counts_against_what_the_terms_give_back(opened: Callable[[str], Desk]) -> None:
    desk = opened(SUCCEEDS)
    desk.later(5 * DAY + timedelta(hours=3))
    desk.moved_by(lambda: desk.by_hand(1_000))
    assert desk.preview("aino").refund_amount == 3_500
    assert desk.moved_by(lambda: desk.cancel("aino")) == 3_500
    desk.check()


def test_goodwill_that_fails_later_leaves_the_whole_refund_with_the_customer(
    opened: Callable[[str], Desk],
) -> None:
    """60.00 of goodwill left 34.50 of 45.00 to move; when it fails, the terms' 45.00 are owed in full."""
    desk = opened(FAILS)
    desk.goodwill(6_000, Liable.PLATFORM)
    desk.settle()
    desk.later(5 * DAY - timedelta(hours=1))  # two days and four hours before the start
    desk.cancel("aino")
    desk.settle()
    assert desk.refunded() == 9_450
    desk.later(timedelta(hours=2))  # the goodwill comes back
    desk.settle()
    assert desk.refunded() == 4_500
    desk.check()


@pytest.fixture(autouse=True)
def _the_clock_runs_again(web: httpx.Client) -> Iterator[None]:
    yield
    web.post("/_sandbox/reset")
