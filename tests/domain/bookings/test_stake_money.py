"""Where the money of a booking with tasks goes: the list price is paid, and comes back by what was done."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import (
    Booking,
    BookingReasonCode,
    BookingState,
    RefundGround,
    booking_disputes,
    booking_tasks,
)
from domain.bookings.booking_tasks import TaskOutcome, TaskState
from domain.ledger import AccountKind
from domain.markets import TaxBase, TaxRule
from tests.domain.bookings.balances import charged_amount, provider_earnings
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory
from tests.domain.bookings.task_factory import (
    HELPING,
    LIST,
    PAY_IN,
    SORTING,
    STAKE,
    broken_invariants,
    complete_by_clock,
    list_tasks,
    make_confirmed_booking,
    make_delivered_booking,
    make_requested_booking,
    make_started_booking,
    make_task_factory,
    reference_of,
    sync_until_closed,
    transactions_of,
)


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return make_task_factory(session, at)


def test_a_request_pays_the_list_price_and_keeps_what_each_task_is_worth(factory: BookingFactory) -> None:
    booking = make_requested_booking(factory)
    assert (booking.pay_in_amount, booking.stake_amount, booking.paid_amount) == (PAY_IN, STAKE, LIST)
    assert payments.get_payment_of_subject(factory.session, booking.id).amount == LIST
    assert [(task.title, task.stake.amount, task.state) for task in list_tasks(factory, booking)] == [
        ("Sort the shirts", SORTING, TaskState.AGREED),
        ("Help with the sheets", HELPING, TaskState.AGREED),
    ]
    assert broken_invariants(factory.session) == []


def test_confirmed_the_list_price_is_captured_and_held(factory: BookingFactory) -> None:
    booking = make_confirmed_booking(factory)
    assert payments.get_payment_of_subject(factory.session, booking.id).captured_amount == LIST
    assert factory.balance(AccountKind.HELD, booking.id) == LIST


def test_left_to_the_clock_all_that_was_at_stake_comes_back(factory: BookingFactory) -> None:
    booking = make_delivered_booking(factory)
    complete_by_clock(factory, booking)
    assert (booking.refund_amount, charged_amount(factory, booking)) == (STAKE, PAY_IN)
    assert (provider_earnings(factory, booking), factory.balance(AccountKind.SERVICE_FEES)) == (
        8_100 - STAKE,
        450,
    )
    assert factory.balance(AccountKind.COMMISSION) == 900
    assert [task.outcome for task in list_tasks(factory, booking)] == [TaskOutcome.CONFIRMED] * 2
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert broken_invariants(factory.session) == []


def test_a_task_left_undone_costs_its_share_and_pays_it_to_the_provider(factory: BookingFactory) -> None:
    booking = make_started_booking(factory)
    _, helping = list_tasks(factory, booking)
    booking_tasks.report_task_unmet(
        factory.session,
        reference_of(helping),
        by=factory.ellen,
        at=factory.start + HOUR,
        reason="Nobody helped.",
    )
    bookings.deliver(factory.session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    complete_by_clock(factory, booking)
    assert charged_amount(factory, booking) == LIST - SORTING
    assert provider_earnings(factory, booking) == 8_100 - SORTING
    assert (booking.kept_stake_pay_out_amount, booking.kept_stake_tax_amount) == (HELPING, 0)
    assert broken_invariants(factory.session) == []


def test_with_every_task_undone_the_list_price_is_paid_and_no_cent_more(factory: BookingFactory) -> None:
    booking = make_started_booking(factory)
    for task in list_tasks(factory, booking):
        booking_tasks.report_task_unmet(
            factory.session, reference_of(task), by=factory.aino, at=factory.start + HOUR, reason="I was ill."
        )
    bookings.deliver(factory.session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 2 * HOUR)
    sync_until_closed(factory, booking, factory.start + 2 * HOUR)
    assert (charged_amount(factory, booking), booking.refund_amount) == (LIST, 0)
    assert provider_earnings(factory, booking) == 8_100
    assert broken_invariants(factory.session) == []


def test_what_the_provider_made_impossible_keeps_its_saving(factory: BookingFactory) -> None:
    booking = make_started_booking(factory)
    sorting, helping = list_tasks(factory, booking)
    booking_tasks.report_task_blocked(
        factory.session,
        reference_of(sorting),
        by=factory.ellen,
        at=factory.start,
        reason="I came an hour early.",
    )
    booking_tasks.confirm_task(
        factory.session, reference_of(helping), by=factory.ellen, at=factory.start + HOUR
    )
    bookings.deliver(factory.session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    bookings.complete(factory.session, booking.id, by=factory.aino, at=factory.start + 2 * HOUR)
    sync_until_closed(factory, booking, factory.start + 2 * HOUR)
    assert charged_amount(factory, booking) == PAY_IN
    assert [task.outcome for task in list_tasks(factory, booking)] == [
        TaskOutcome.BLOCKED,
        TaskOutcome.CONFIRMED,
    ]


@pytest.mark.parametrize("inclusive", [True, False], ids=["within the price", "on top of it"])
def test_the_tax_on_an_undone_task_goes_to_the_tax_and_the_rest_to_the_provider(
    session: Session, at: datetime, inclusive
) -> None:
    vat = TaxRule(rate_bp=2_400, applies_to=TaxBase.SERVICE, inclusive=inclusive)
    factory = make_task_factory(session, at, policy={"tax": vat})
    booking = make_started_booking(factory)
    sorting, helping = list_tasks(factory, booking)
    booking_tasks.report_task_unmet(
        session, reference_of(helping), by=factory.aino, at=factory.start, reason="I was late."
    )
    agreed = booking.agreed
    bookings.deliver(session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    complete_by_clock(factory, booking)
    assert helping.stake.tax > 0
    assert charged_amount(factory, booking) == booking.paid_amount - sorting.stake.amount
    assert factory.balance(AccountKind.TAX) == agreed.tax + helping.stake.tax
    assert provider_earnings(factory, booking) == agreed.pay_out + helping.stake.pay_out
    assert broken_invariants(session) == []


@pytest.mark.parametrize("before_start", [6 * DAY, 2 * DAY, HOUR, -HOUR / 60])
@pytest.mark.parametrize("who", ["aino", "ellen", "otto"])
def test_called_off_the_stake_goes_back_whole_and_the_policy_takes_its_part_of_the_reduced_price(
    factory: BookingFactory, before_start: timedelta, who: str
) -> None:
    booking, when = make_confirmed_booking(factory), factory.start - before_start
    sorting, helping = list_tasks(factory, booking)
    booking_tasks.report_task_unmet(
        factory.session, reference_of(helping), by=factory.aino, at=factory.at, reason="I am away."
    )
    booking_tasks.perform_task(factory.session, reference_of(sorting), by=factory.aino, at=factory.at)
    by = getattr(factory, who)
    seen = bookings.preview_cancellation(factory.session, booking.id, by=by, at=when)
    bookings.cancel(factory.session, booking.id, by=by, at=when, reason_code=BookingReasonCode.ILLNESS)
    sync_until_closed(factory, booking, when)
    assert bookings.final_amounts_of(booking) == seen.final_amounts
    assert seen.final_amounts.returned_stake_amount == STAKE
    assert charged_amount(factory, booking) == booking.pay_in_amount - (
        seen.final_amounts.refund_amount - STAKE
    )
    expected = {6 * DAY: 0, 2 * DAY: PAY_IN - (9_000 - STAKE) // 2}.get(before_start, PAY_IN)
    assert charged_amount(factory, booking) == (expected if who == "aino" else 0)
    assert [task.outcome for task in list_tasks(factory, booking)] == [TaskOutcome.CALLED_OFF] * 2
    assert broken_invariants(factory.session) == []


@pytest.mark.parametrize("ending", ["expired", "withdrawn", "declined", "lost", "absent"])
def test_however_it_ends_without_the_service_the_stake_comes_back(
    factory: BookingFactory, ending: str
) -> None:
    booking = make_requested_booking(factory) if ending == "expired" else None
    if booking is not None:
        bookings.run_due_transition(factory.session, booking.id, at=factory.at + HOUR)
    else:
        booking = _ended(factory, ending)
    sync_until_closed(factory, booking, factory.start + 2 * DAY)
    assert (booking.kept_stake_pay_out_amount, booking.kept_stake_tax_amount) == (0, 0)
    assert charged_amount(factory, booking) == (PAY_IN if ending == "absent" else 0)
    assert broken_invariants(factory.session) == []


def _ended(factory: BookingFactory, ending: str) -> Booking:
    booking = make_requested_booking(factory)
    factory.pay(booking.id)
    if ending == "withdrawn":
        return bookings.withdraw(factory.session, booking.id, by=factory.aino, at=factory.at)
    if ending == "declined":
        return bookings.decline(
            factory.session,
            booking.id,
            by=factory.ellen,
            at=factory.at,
            reason_code=BookingReasonCode.UNAVAILABLE,
        )
    if ending == "lost":
        factory.gateway.void_all()
        payment = payments.get_payment_of_subject(factory.session, booking.id)
        payments.refresh_from_provider(transactions_of(factory), factory.gateway, payment.id, at=factory.at)
        return bookings.apply_payment_state(factory.session, booking.id, at=factory.at)
    bookings.accept(factory.session, booking.id, by=factory.ellen, at=factory.at)
    factory.sync_payment(booking, factory.at)
    bookings.report_no_show(factory.session, booking.id, by=factory.ellen, at=factory.start + HOUR)
    bookings.run_due_transition(factory.session, booking.id, at=factory.start + 2 * DAY)
    return booking


def test_a_disputes_share_goes_back_of_what_an_undone_task_is_worth_too(factory: BookingFactory) -> None:
    booking = make_started_booking(factory)
    _, helping = list_tasks(factory, booking)
    booking_tasks.report_task_unmet(
        factory.session, reference_of(helping), by=factory.aino, at=factory.start, reason="Forgot it."
    )
    bookings.deliver(factory.session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    when = factory.start + 3 * HOUR
    booking_disputes.open_dispute(
        factory.session,
        booking.id,
        by=factory.aino,
        at=when,
        reason_code=BookingReasonCode.NOT_AS_AGREED,
        statement="Two of five were not done.",
    )
    booking_disputes.resolve_dispute(
        factory.session,
        booking.id,
        by=factory.otto,
        at=when,
        outcome=BookingState.COMPLETED,
        refund_bp=4_000,
        decision="Two of five.",
    )
    sync_until_closed(factory, booking, when)
    assert booking.kept_stake_pay_out_amount == HELPING * 6 // 10
    assert charged_amount(factory, booking) == (PAY_IN + HELPING) * 6 // 10
    assert (booking.ground, broken_invariants(factory.session)) == (RefundGround.DISPUTE, [])


def test_a_dispute_that_ends_in_a_cancellation_gives_the_stake_back_whole(factory: BookingFactory) -> None:
    booking = make_started_booking(factory)
    booking_tasks.report_task_unmet(
        factory.session,
        reference_of(list_tasks(factory, booking)[0]),
        by=factory.aino,
        at=factory.start,
        reason="Forgot it.",
    )
    bookings.deliver(factory.session, booking.id, by=factory.ellen, at=factory.start + 2 * HOUR)
    when = factory.start + 3 * HOUR
    why = {"reason_code": BookingReasonCode.NOT_AS_AGREED, "statement": "Nothing was done."}
    booking_disputes.open_dispute(factory.session, booking.id, by=factory.aino, at=when, **why)
    decided = {"outcome": BookingState.CANCELLED, "refund_bp": 5_000, "decision": "Half of it."}
    booking_disputes.resolve_dispute(factory.session, booking.id, by=factory.otto, at=when, **decided)
    sync_until_closed(factory, booking, when)
    assert booking.refund_amount == STAKE + PAY_IN // 2
    assert broken_invariants(factory.session) == []
