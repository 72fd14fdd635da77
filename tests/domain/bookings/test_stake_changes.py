"""What is at stake when the price changes: a shorter service, a longer one, a factor that falls, a bonus."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings.errors import IncreaseNotPayable
from domain.ledger import AccountKind
from tests import snapshots
from tests.domain.bookings.purses import earned
from tests.domain.bookings.scene import HOUR, Scene
from tests.domain.bookings.task_scene import (
    LIST,
    STAKE,
    begun,
    broken,
    clock_completes,
    confirmed,
    requested,
    task_scene,
    tasks,
    which,
)

MINUTE = timedelta(minutes=1)
HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return task_scene(session, at)


def test_a_shorter_service_lets_shares_and_payment_follow(play: Scene) -> None:
    booking = confirmed(play)
    line = bookings.propose(
        play.session, booking.id, bookings.Change(units=60), by=play.aino, at=play.at + MINUTE
    )
    bookings.accept_proposal(play.session, booking.id, line.id, by=play.ellen, at=play.at + MINUTE)
    play.settle(booking, play.at + MINUTE)
    assert booking.paid_amount == 4_725
    assert sum(task.stake.amount for task in tasks(play, booking)) == booking.stake_amount
    assert play.balance(AccountKind.HELD, booking.id) == booking.paid_amount
    assert broken(play.session) == []


def test_a_longer_service_costs_more_than_is_paid_though_the_pay_in_would_fit(play: Scene) -> None:
    """What is at stake is no room for more: 3 hours would be 14,175, of which 9,450 are paid."""
    booking = confirmed(play)
    with pytest.raises(IncreaseNotPayable) as refused:
        bookings.propose(play.session, booking.id, bookings.Change(units=180), by=play.aino, at=play.at)
    assert refused.value.extras["difference_amount"] == 14_175 - LIST


def test_a_lower_factor_of_the_same_start_lowers_what_is_paid_and_leaves_the_stake(
    session: Session, at: datetime
) -> None:
    rules = {"surge": {"scheduled": {"lesson": {}}}}
    play = task_scene(session, at, policy=rules, category="lesson", price_amount=9_000, books_instantly=True)
    market_says(play, 15_000)
    early = requested(play, units=1)
    play.pay(early.id)
    play.settle(early, at)
    market_says(play, 11_000, later=5 * MINUTE)
    quote = play.quoted(by=play.ben, units=1, at=at + 6 * MINUTE)
    late = bookings.request(session, quote.id, by=play.ben, at=at + 6 * MINUTE)
    assert bookings.follow_price_drop(session, late.id, at=at + 7 * MINUTE) == [early.id]
    play.settle(early, at + 8 * MINUTE)
    assert (early.surge_amount, early.stake_amount) == (900, STAKE)
    assert play.balance(AccountKind.HELD, early.id) == early.paid_amount == late.pay_in_amount
    assert broken(session) == []


@pytest.mark.parametrize("all_of_it", [False, True], ids=["a part", "all of the pay-out"])
def test_the_bonus_is_as_promised_whatever_the_tasks_take_off_or_leave_undone(
    session: Session, at: datetime, all_of_it
) -> None:
    """An hour for 36.00, of which 32.40 are the provider's: no more than that can be saved."""
    rules = {"surge": {"scheduled": {"hourly-service": {}}}}
    if all_of_it:
        rules |= {"contributions": {"tasks": {"sharing_bp": {"default": 10_000}}}}
    play = task_scene(session, at, policy=rules, price_amount=3_600)
    market_says(play, 15_000, category="hourly-service")
    booking = begun(play, units=60)
    bonus_amount, pay_out_amount = booking.bonus_amount, booking.pay_out_amount
    assert bonus_amount > 0
    assert (pay_out_amount == 0) is all_of_it
    missed = tasks(play, booking)[1]
    bookings.report_task_unmet(session, which(missed), by=play.aino, at=play.start, reason="I was late.")
    bookings.deliver(session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    clock_completes(play, booking)
    assert earned(play, booking) == pay_out_amount + missed.stake.pay_out + bonus_amount
    assert broken(session) == []


def market_says(
    play: Scene, multiplier_bp: int, *, later: timedelta = timedelta(0), category: str = "lesson"
) -> None:
    local = play.start.astimezone(HELSINKI)
    day = {(local.date(), local.hour // 4): multiplier_bp}
    snapshots.published(
        play.session,
        play.offer.market_id,
        {},
        category=category,
        tick_at=play.at + later,
        scheduled={category: day},
        typical_amount=4_000,
    )
