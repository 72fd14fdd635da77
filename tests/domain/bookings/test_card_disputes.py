"""A booking whose payment the card holder's bank disputes: nobody is paid before that has ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from domain import bookings, payments
from domain.bookings import Booking, BookingReasonCode, BookingState, booking_disputes
from domain.ledger import AccountKind
from domain.payments import CardDisputeState, LiableParty
from domain.payments.provider.gateway import ProviderCardDispute, ProviderDisputeMovement
from tests.domain.bookings.booking_factory import DAY, HOUR, BookingFactory, make_booking_factory
from tests.domain.bookings.fake_gateway import FakeGateway, SingleSessionTransactions
from tests.domain.bookings.task_factory import broken_invariants

WITHDRAWN = ProviderDisputeMovement("txn_out", -9_450, 1_500)
REINSTATED = ProviderDisputeMovement("txn_in", 9_450, 0)


@pytest.fixture
def factory(session: Session, at: datetime) -> BookingFactory:
    return make_booking_factory(session, at)


def dispute_is(
    factory: BookingFactory,
    booking: Booking,
    state: CardDisputeState,
    *moved: ProviderDisputeMovement,
    at: datetime,
) -> None:
    """The provider shows a dispute in this state, with these movements, and workers hear of it."""
    gateway: FakeGateway = factory.gateway
    [reference] = [name for name, seen in gateway.payments.items() if seen.payment_id == booking.payment_id]
    seen = ProviderCardDispute("du_1", state, 9_450, "fraudulent", at, movements=moved)
    gateway.payments[reference] = replace(gateway.payments[reference], disputes=(seen,))
    assert booking.payment_id is not None
    payments.refresh_from_provider(
        SingleSessionTransactions(factory.session), gateway, booking.payment_id, at=at
    )
    factory.sync_payment(booking, at)


def clock_acts(factory: BookingFactory, booking: Booking) -> datetime:
    assert booking.due_at is not None
    when = booking.due_at
    assert bookings.run_due_transition(factory.session, booking.id, at=when)
    factory.sync_payment(booking, when)
    return when


def test_the_clock_completes_nothing_while_a_dispute_is_open_and_goes_on_after_a_win(
    factory: BookingFactory,
) -> None:
    booking = factory.make_delivered_booking()
    opened_at = factory.start + 3 * HOUR
    dispute_is(factory, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=opened_at)
    assert booking.distribution_stopped_at == opened_at
    for _ in range(3):
        when = clock_acts(factory, booking)
        assert (booking.state, booking.due_at) == (BookingState.DELIVERED, when + timedelta(hours=6))
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 0
    dispute_is(factory, booking, CardDisputeState.WON, WITHDRAWN, REINSTATED, at=when)
    assert booking.distribution_stopped_at is None
    clock_acts(factory, booking)
    assert booking.state is BookingState.COMPLETED
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 8_100
    assert factory.balance(AccountKind.DISPUTES) == 0
    assert broken_invariants(factory.session) == []


@pytest.mark.parametrize("ends", ["complete", "resolve", "cancel", "no_show"])
def test_however_a_booking_ends_nothing_is_distributed_while_a_dispute_is_open(
    factory: BookingFactory, ends: str
) -> None:
    booking = _ended(factory, ends)
    assert booking.books_closed_at is None
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 0
    assert factory.balance(AccountKind.HELD, booking.id) == 9_450
    when = factory.start + 20 * DAY
    dispute_is(factory, booking, CardDisputeState.WON, WITHDRAWN, REINSTATED, at=when)
    assert booking.books_closed_at == when
    assert factory.balance(AccountKind.HELD, booking.id) == 0
    assert broken_invariants(factory.session) == []


def _ended(factory: BookingFactory, ends: str) -> Booking:
    """A booking that ended in this way with a dispute open since its confirmation."""
    session, day = factory.session, factory.start + 3 * HOUR
    booking = (
        factory.make_confirmed_booking()
        if ends in {"cancel", "no_show"}
        else factory.make_delivered_booking()
    )
    dispute_is(factory, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=factory.start - 2 * DAY)
    why: dict[str, Any] = {"reason_code": BookingReasonCode.OTHER}
    if ends == "complete":
        bookings.complete(session, booking.id, by=factory.aino, at=day)
    elif ends == "cancel":
        bookings.cancel(session, booking.id, by=factory.aino, at=factory.start - 2 * DAY, **why)
    elif ends == "no_show":
        bookings.report_no_show(session, booking.id, by=factory.ellen, at=factory.start + HOUR)
        clock_acts(factory, booking)
    else:
        booking_disputes.open_dispute(session, booking.id, by=factory.aino, at=day, statement="No.", **why)
        told = {"outcome": BookingState.COMPLETED, "refund_bp": 2_500, "decision": "A part."}
        booking_disputes.resolve_dispute(session, booking.id, by=factory.otto, at=day, **told)
    factory.sync_payment(booking, day)
    return booking


@pytest.mark.parametrize(
    ("liable", "earned", "borne"), [(LiableParty.PLATFORM, 8_100, 9_450), (LiableParty.BOOKING, 0, 0)]
)
def test_after_a_loss_the_money_waits_for_a_decision_and_follows_it(
    factory: BookingFactory, liable: LiableParty, earned: int, borne: int
) -> None:
    booking = factory.make_delivered_booking()
    when = factory.start + 3 * HOUR
    dispute_is(factory, booking, CardDisputeState.LOST, WITHDRAWN, at=when)
    bookings.complete(factory.session, booking.id, by=factory.aino, at=when)
    factory.sync_payment(booking, when)
    assert booking.books_closed_at is None
    [dispute] = payments.list_card_disputes(
        factory.session, payments.get_payment_of_subject(factory.session, booking.id).id
    )
    payments.resolve_card_dispute(
        factory.session,
        dispute.payment_id,
        dispute.id,
        liable=liable,
        reason="The service was delivered.",
        by=factory.otto.actor_in(None),
        at=when + DAY,
    )
    factory.sync_payment(booking, when + DAY)
    assert booking.books_closed_at == when + DAY
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == earned
    assert factory.balance(AccountKind.GOODWILL) == borne
    assert factory.balance(AccountKind.DISPUTES) == factory.balance(AccountKind.HELD, booking.id) == 0
    settled = bookings.final_amounts_of(booking)
    assert settled is not None
    assert settled.kept.pay_out == earned
    assert broken_invariants(factory.session) == []


def test_both_parties_and_operators_read_of_the_dispute_in_the_timeline(factory: BookingFactory) -> None:
    booking = factory.make_delivered_booking()
    dispute_is(factory, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=factory.start + 3 * HOUR)
    for side in (factory.aino, factory.ellen, factory.otto):
        page = bookings.list_timeline(factory.session, booking.id, by=side, after=None, limit=100)
        [entry] = [one for one in page.items if one.name == "payment.disputed"]
        assert (entry.data["amount"], entry.data["reason_code"]) == (9_450, "fraudulent")


def test_a_preview_counts_what_the_bank_has_withdrawn(factory: BookingFactory) -> None:
    """Two days ahead 45.00 would go back; the customer's bank has given them 94.50 already."""
    booking, when = factory.make_confirmed_booking(), factory.start - 2 * DAY
    dispute_is(factory, booking, CardDisputeState.NEEDS_RESPONSE, WITHDRAWN, at=when)
    seen = bookings.preview_cancellation(factory.session, booking.id, by=factory.aino, at=when).final_amounts
    assert (seen.refund_amount, seen.already_returned_amount) == (0, 4_500)
    bookings.cancel(
        factory.session, booking.id, by=factory.aino, at=when, reason_code=BookingReasonCode.OTHER
    )
    factory.sync_payment(booking, when)
    assert payments.get_payment_of_subject(factory.session, booking.id).refunded_amount == 0
    dispute_is(factory, booking, CardDisputeState.WON, WITHDRAWN, REINSTATED, at=when + DAY)
    assert payments.get_payment_of_subject(factory.session, booking.id).refunded_amount == 4_500
    assert factory.balance(AccountKind.PAYABLE, booking.profile_id) == 4_050
