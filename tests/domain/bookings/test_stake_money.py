"""Where the money of a booking with tasks goes: the list price is paid, and comes back by what was done."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, Ground, ReasonCode, State, TaskOutcome, TaskState
from domain.ledger import AccountKind
from domain.markets import TaxBase, TaxRule
from tests.domain.bookings.purses import charged, earned
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


@pytest.fixture
def play(session: Session, at: datetime) -> Scene:
    return task_scene(session, at)


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
