"""What is at stake when the price changes: a shorter service, a longer one, a factor that falls, a bonus."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from domain import bookings
from domain.bookings import booking_tasks, changes
from domain.bookings.errors import IncreaseNotPayable
from domain.ledger import AccountKind
from tests import snapshots
from tests.domain.bookings.balances import provider_earnings
from tests.domain.bookings.booking_factory import HOUR, BookingFactory
from tests.domain.bookings.task_factory import (
    LIST,
    STAKE,
    broken_invariants,
    complete_by_clock,
    list_tasks,
    make_confirmed_booking,
    make_requested_booking,
    make_started_booking,
    make_task_factory,
    reference_of,
)

MINUTE = timedelta(minutes=1)
HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return make_task_factory(session, at)


def test_a_shorter_service_lets_shares_and_payment_follow(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory)
    line = changes.propose_change(
        factory.session, booking.id, changes.ProposedChange(units=60), by=factory.aino, at=factory.at + MINUTE
    )
    changes.accept_proposal(factory.session, booking.id, line.id, by=factory.ellen, at=factory.at + MINUTE)
    factory.sync_payment(booking, factory.at + MINUTE)
    assert booking.paid_amount == 4_725
    assert sum(task.stake.amount for task in list_tasks(factory, booking)) == booking.stake_amount
    assert factory.balance(AccountKind.HELD, booking.id) == booking.paid_amount
    assert broken_invariants(factory.session) == []


def test_a_longer_service_costs_more_than_is_paid_though_the_pay_in_would_fit(
    factory: BookingFactory,
) -> None:
    """What is at stake is no room for more: 3 hours would be 14,175, of which 9,450 are paid."""
    booking = make_confirmed_booking(factory)
    with pytest.raises(IncreaseNotPayable) as refused:
        changes.propose_change(
            factory.session, booking.id, changes.ProposedChange(units=180), by=factory.aino, at=factory.at
        )
    assert refused.value.extras["difference_amount"] == 14_175 - LIST


def test_a_lower_factor_of_the_same_start_lowers_what_is_paid_and_leaves_the_stake(
    session: Session, at: datetime
) -> None:
    rules = {"surge": {"scheduled": {"lesson": {}}}}
    factory = make_task_factory(
        session, at, policy=rules, category="lesson", price_amount=9_000, books_instantly=True
    )
    market_says(factory, 15_000)
    early = make_requested_booking(factory, units=1)
    factory.pay(early.id)
    factory.sync_payment(early, at)
    market_says(factory, 11_000, later=5 * MINUTE)
    quote = factory.make_quote(by=factory.ben, units=1, at=at + 6 * MINUTE)
    late = bookings.request(session, quote.id, by=factory.ben, at=at + 6 * MINUTE)
    assert changes.apply_price_drop(session, late.id, at=at + 7 * MINUTE) == [early.id]
    factory.sync_payment(early, at + 8 * MINUTE)
    assert (early.surge_amount, early.stake_amount) == (900, STAKE)
    assert factory.balance(AccountKind.HELD, early.id) == early.paid_amount == late.pay_in_amount
    assert broken_invariants(session) == []


@pytest.mark.parametrize("all_of_it", [False, True], ids=["a part", "all of the pay-out"])
def test_the_bonus_is_as_promised_whatever_the_tasks_take_off_or_leave_undone(
    session: Session, at: datetime, all_of_it
) -> None:
    """An hour for 36.00, of which 32.40 are the provider's: no more than that can be saved."""
    rules = {"surge": {"scheduled": {"hourly-service": {}}}}
    if all_of_it:
        rules |= {"contributions": {"tasks": {"sharing_bp": {"default": 10_000}}}}
    factory = make_task_factory(session, at, policy=rules, price_amount=3_600)
    market_says(factory, 15_000, category="hourly-service")
    booking = make_started_booking(factory, units=60)
    bonus_amount, pay_out_amount = booking.bonus_amount, booking.pay_out_amount
    assert bonus_amount > 0
    assert (pay_out_amount == 0) is all_of_it
    missed = list_tasks(factory, booking)[1]
    booking_tasks.report_task_unmet(
        session, reference_of(missed), by=factory.aino, at=factory.start, reason="I was late."
    )
    bookings.deliver(session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    complete_by_clock(factory, booking)
    assert provider_earnings(factory, booking) == pay_out_amount + missed.stake.pay_out + bonus_amount
    assert broken_invariants(session) == []


def market_says(
    factory: BookingFactory, multiplier_bp: int, *, later: timedelta = timedelta(0), category: str = "lesson"
) -> None:
    local = factory.start.astimezone(HELSINKI)
    day = {(local.date(), local.hour // 4): multiplier_bp}
    snapshots.published(
        factory.session,
        factory.offer.market_id,
        {},
        category=category,
        tick_at=factory.at + later,
        scheduled={category: day},
        typical_amount=4_000,
    )
