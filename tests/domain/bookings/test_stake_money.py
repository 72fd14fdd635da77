"""Where the money of a booking with tasks goes: the list price is paid, and comes back by what was done."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, Ground, ReasonCode, State, TaskOutcome, TaskState
from domain.bookings.errors import IncreaseNotPayable
from domain.ledger import AccountKind
from domain.markets import TaxBase, TaxRule
from tests import snapshots
from tests.domain.bookings.scene import DAY, HOUR, Scene
from tests.domain.bookings.task_scene import (
    HELPING,
    LIST,
    PAY_IN,
    SORTING,
    STAKE,
    as_one,
    begun,
    broken,
    clock_completes,
    confirmed,
    delivered,
    end_of_money,
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


def earned(play: Scene, booking: Booking) -> int:
    return play.balance(AccountKind.PAYABLE, booking.profile_id)


def charged(play: Scene, booking: Booking) -> int:
    """What the customer's card was charged in the end."""
    payment = payments.of(play.session, booking.id)
    return payment.captured_amount - payment.refunded_amount


def test_a_request_pays_the_list_price_and_keeps_what_each_task_is_worth(play: Scene) -> None:
    booking = requested(play)
    assert (booking.pay_in_amount, booking.stake_amount, booking.paid_amount) == (PAY_IN, STAKE, LIST)
    assert payments.of(play.session, booking.id).amount == LIST
    assert [(task.title, task.stake.amount, task.state) for task in tasks(play, booking)] == [
        ("Sort the shirts", SORTING, TaskState.AGREED),
        ("Help with the sheets", HELPING, TaskState.AGREED),
    ]
    assert broken(play.session) == []


def test_confirmed_the_list_price_is_captured_and_held(play: Scene) -> None:
    booking = confirmed(play)
    assert payments.of(play.session, booking.id).captured_amount == LIST
    assert play.balance(AccountKind.HELD, booking.id) == LIST


def test_left_to_the_clock_all_that_was_at_stake_comes_back(play: Scene) -> None:
    booking = delivered(play)
    clock_completes(play, booking)
    assert (booking.refund_amount, charged(play, booking)) == (STAKE, PAY_IN)
    assert (earned(play, booking), play.balance(AccountKind.SERVICE_FEES)) == (8_100 - STAKE, 450)
    assert play.balance(AccountKind.COMMISSION) == 900
    assert [task.outcome for task in tasks(play, booking)] == [TaskOutcome.CONFIRMED] * 2
    assert play.balance(AccountKind.HELD, booking.id) == 0
    assert broken(play.session) == []


def test_a_task_left_undone_costs_its_share_and_pays_it_to_the_provider(play: Scene) -> None:
    booking = begun(play)
    _, helping = tasks(play, booking)
    bookings.report_task_unmet(
        play.session, which(helping), by=play.ellen, at=play.start + HOUR, reason="Nobody helped."
    )
    bookings.deliver(play.session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    clock_completes(play, booking)
    assert charged(play, booking) == LIST - SORTING
    assert earned(play, booking) == 8_100 - SORTING
    assert (booking.kept_stake_pay_out_amount, booking.kept_stake_tax_amount) == (HELPING, 0)
    assert broken(play.session) == []


def test_with_every_task_undone_the_list_price_is_paid_and_no_cent_more(play: Scene) -> None:
    booking = begun(play)
    for task in tasks(play, booking):
        bookings.report_task_unmet(
            play.session, which(task), by=play.aino, at=play.start + HOUR, reason="I was ill."
        )
    bookings.deliver(play.session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 2 * HOUR)
    end_of_money(play, booking, play.start + 2 * HOUR)
    assert (charged(play, booking), booking.refund_amount) == (LIST, 0)
    assert earned(play, booking) == 8_100
    assert broken(play.session) == []


def test_what_the_provider_made_impossible_keeps_its_saving(play: Scene) -> None:
    booking = begun(play)
    sorting, helping = tasks(play, booking)
    bookings.report_task_blocked(
        play.session, which(sorting), by=play.ellen, at=play.start, reason="I came an hour early."
    )
    bookings.confirm_task(play.session, which(helping), by=play.ellen, at=play.start + HOUR)
    bookings.deliver(play.session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    bookings.complete(play.session, booking.id, by=play.aino, at=play.start + 2 * HOUR)
    end_of_money(play, booking, play.start + 2 * HOUR)
    assert charged(play, booking) == PAY_IN
    assert [task.outcome for task in tasks(play, booking)] == [TaskOutcome.BLOCKED, TaskOutcome.CONFIRMED]


@pytest.mark.parametrize("inclusive", [True, False], ids=["within the price", "on top of it"])
def test_the_tax_on_an_undone_task_goes_to_the_tax_and_the_rest_to_the_provider(
    session: Session, at: datetime, inclusive
) -> None:
    vat = TaxRule(rate_bp=2_400, applies_to=TaxBase.SERVICE, inclusive=inclusive)
    play = task_scene(session, at, policy={"tax": vat})
    booking = begun(play)
    sorting, helping = tasks(play, booking)
    bookings.report_task_unmet(session, which(helping), by=play.aino, at=play.start, reason="I was late.")
    agreed = booking.agreed
    bookings.deliver(session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    clock_completes(play, booking)
    assert helping.stake.tax > 0
    assert charged(play, booking) == booking.paid_amount - sorting.stake.amount
    assert play.balance(AccountKind.TAX) == agreed.tax + helping.stake.tax
    assert earned(play, booking) == agreed.pay_out + helping.stake.pay_out
    assert broken(session) == []


@pytest.mark.parametrize("before_start", [6 * DAY, 2 * DAY, HOUR, -HOUR / 60])
@pytest.mark.parametrize("who", ["aino", "ellen", "otto"])
def test_called_off_the_stake_goes_back_whole_and_the_policy_takes_its_part_of_the_reduced_price(
    play: Scene, before_start: timedelta, who: str
) -> None:
    booking, when = confirmed(play), play.start - before_start
    sorting, helping = tasks(play, booking)
    bookings.report_task_unmet(play.session, which(helping), by=play.aino, at=play.at, reason="I am away.")
    bookings.perform_task(play.session, which(sorting), by=play.aino, at=play.at)
    by = getattr(play, who)
    seen = bookings.preview(play.session, booking.id, by=by, at=when)
    bookings.cancel(play.session, booking.id, by=by, at=when, reason_code=ReasonCode.ILLNESS)
    end_of_money(play, booking, when)
    assert bookings.settlement_of(booking) == seen.settlement
    assert seen.settlement.returned_stake_amount == STAKE
    assert charged(play, booking) == booking.pay_in_amount - (seen.settlement.refund_amount - STAKE)
    expected = {6 * DAY: 0, 2 * DAY: PAY_IN - (9_000 - STAKE) // 2}.get(before_start, PAY_IN)
    assert charged(play, booking) == (expected if who == "aino" else 0)
    assert [task.outcome for task in tasks(play, booking)] == [TaskOutcome.CALLED_OFF] * 2
    assert broken(play.session) == []


@pytest.mark.parametrize("ending", ["expired", "withdrawn", "declined", "lost", "absent"])
def test_however_it_ends_without_the_service_the_stake_comes_back(play: Scene, ending: str) -> None:
    booking = requested(play) if ending == "expired" else None
    if booking is not None:
        bookings.act(play.session, booking.id, at=play.at + HOUR)
    else:
        booking = _ended(play, ending)
    end_of_money(play, booking, play.start + 2 * DAY)
    assert (booking.kept_stake_pay_out_amount, booking.kept_stake_tax_amount) == (0, 0)
    assert charged(play, booking) == (PAY_IN if ending == "absent" else 0)
    assert broken(play.session) == []


def _ended(play: Scene, ending: str) -> Booking:
    booking = requested(play)
    play.pay(booking.id)
    if ending == "withdrawn":
        return bookings.withdraw(play.session, booking.id, by=play.aino, at=play.at)
    if ending == "declined":
        return bookings.decline(
            play.session, booking.id, by=play.ellen, at=play.at, reason_code=ReasonCode.UNAVAILABLE
        )
    if ending == "lost":
        play.bank.void_all()
        payment = payments.of(play.session, booking.id)
        payments.bring(as_one(play), play.bank, payment.id, at=play.at)
        return bookings.follow_payment(play.session, booking.id, at=play.at)
    bookings.accept(play.session, booking.id, by=play.ellen, at=play.at)
    play.settle(booking, play.at)
    bookings.report_no_show(play.session, booking.id, by=play.ellen, at=play.start + HOUR)
    bookings.act(play.session, booking.id, at=play.start + 2 * DAY)
    return booking


def test_a_disputes_share_goes_back_of_what_an_undone_task_is_worth_too(play: Scene) -> None:
    booking = begun(play)
    _, helping = tasks(play, booking)
    bookings.report_task_unmet(play.session, which(helping), by=play.aino, at=play.start, reason="Forgot it.")
    bookings.deliver(play.session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    when = play.start + 3 * HOUR
    bookings.dispute(
        play.session,
        booking.id,
        by=play.aino,
        at=when,
        reason_code=ReasonCode.NOT_AS_AGREED,
        statement="Two of five were not done.",
    )
    bookings.resolve(
        play.session,
        booking.id,
        by=play.otto,
        at=when,
        outcome=State.COMPLETED,
        refund_bp=4_000,
        decision="Two of five.",
    )
    end_of_money(play, booking, when)
    assert booking.kept_stake_pay_out_amount == HELPING * 6 // 10
    assert charged(play, booking) == (PAY_IN + HELPING) * 6 // 10
    assert (booking.ground, broken(play.session)) == (Ground.DISPUTE, [])


def test_a_dispute_that_ends_in_a_cancellation_gives_the_stake_back_whole(play: Scene) -> None:
    booking = begun(play)
    bookings.report_task_unmet(
        play.session, which(tasks(play, booking)[0]), by=play.aino, at=play.start, reason="Forgot it."
    )
    bookings.deliver(play.session, booking.id, by=play.ellen, at=play.start + 2 * HOUR)
    when = play.start + 3 * HOUR
    why = {"reason_code": ReasonCode.NOT_AS_AGREED, "statement": "Nothing was done."}
    bookings.dispute(play.session, booking.id, by=play.aino, at=when, **why)
    decided = {"outcome": State.CANCELLED, "refund_bp": 5_000, "decision": "Half of it."}
    bookings.resolve(play.session, booking.id, by=play.otto, at=when, **decided)
    end_of_money(play, booking, when)
    assert booking.refund_amount == STAKE + PAY_IN // 2
    assert broken(play.session) == []


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
