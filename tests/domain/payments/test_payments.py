"""What becomes of a payment, through the official library against the sandbox: held, kept, let go."""

from datetime import timedelta

import pytest

from domain import payments
from domain.ledger import AccountKind
from domain.payments import PaymentState
from tests.domain.payments.payment_harness import PaymentHarness


def test_an_amount_is_held_and_taken(harness: PaymentHarness) -> None:
    payment = harness.make_authorized(10_000)
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.authorized_amount == 10_000
    assert payment.capture_before == harness.at + timedelta(days=7)
    harness.set_capture_target(payment, 10_000)
    payment = harness.sync(payment)
    assert payment.state is PaymentState.CAPTURED
    assert (payment.captured_amount, payment.fee_amount) == (10_000, 320)
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert harness.balance(AccountKind.CLEARING) == 9_680
    assert harness.balance(AccountKind.PROCESSING_FEES) == 320
    assert harness.event_names(payment) == [
        "payment.authorized",
        "payment.target_changed",
        "payment.captured",
        "payment.target_reached",
    ]


def test_what_is_not_kept_of_a_hold_is_let_go(harness: PaymentHarness) -> None:
    payment = harness.make_authorized(10_000)
    harness.set_capture_target(payment, 2_500)
    payment = harness.sync(payment)
    assert (payment.captured_amount, payment.refunded_amount) == (2_500, 0)
    payment = harness.refresh(payment)
    assert payment.refunded_amount == 0, "letting go of a hold is no refund, though Stripe writes one"
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 2_500
    with harness.transactions() as session:
        assert payments.list_refunds(session, payment.id) == []


def test_a_hold_of_which_nothing_is_kept_is_cancelled(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    harness.set_capture_target(payment, 0)
    assert harness.sync(payment).state is PaymentState.CANCELLED
    assert harness.balance(AccountKind.CLEARING) == 0
    assert harness.event_names(payment)[-2:] == ["payment.cancelled", "payment.target_reached"]


def test_a_payment_that_never_began_is_called_off_without_a_call(harness: PaymentHarness) -> None:
    payment = harness.make_payment()
    harness.set_capture_target(payment, 0)
    assert harness.sync(payment).state is PaymentState.CANCELLED
    assert harness.gateway.calls == []
    with pytest.raises(payments.PaymentAlreadyCancelled):
        harness.authorize(payment)


def test_settling_again_and_again_does_nothing_more(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    harness.set_capture_target(payment, 4_000)
    for _ in range(3):
        payment = harness.sync(payment)
    assert len(harness.effects("/v1/refunds")) == 1
    assert len(harness.effects("/capture")) == 1
    assert harness.event_names(payment).count("payment.target_reached") == 2


def test_deciding_the_same_again_changes_nothing(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    before = harness.reload(payment).version
    harness.set_capture_target(payment, 10_000)
    assert harness.reload(payment).version == before


def test_the_networks_hour_strikes_and_the_hold_is_gone(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    harness.advance(days=8)
    with harness.transactions() as session:
        assert payments.stale_payments(session, harness.at) == [payment.id]
    assert harness.refresh(payment).state is PaymentState.CANCELLED
    assert harness.event_names(payment)[-1] == "payment.cancelled"


def test_a_capture_that_comes_too_late_ends_in_the_truth(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    harness.advance(days=8)
    harness.set_capture_target(payment, 10_000)
    harness.sync(payment)
    assert harness.sync_until_done(payment).state is PaymentState.CANCELLED


@pytest.mark.parametrize("amount", [10_001, 1, 9_999])
def test_nothing_can_be_kept_before_anything_is_held(harness: PaymentHarness, amount: int) -> None:
    payment = harness.make_payment()
    with pytest.raises(payments.PaymentNotAuthorized):
        harness.set_capture_target(payment, amount)


def test_more_than_is_there_cannot_be_kept(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    with pytest.raises(payments.CaptureTargetTooHigh):
        harness.set_capture_target(payment, 10_001)
    harness.set_capture_target(payment, 10_000)
    harness.sync(payment)
    harness.set_capture_target(payment, 4_000)
    harness.sync(payment)
    with pytest.raises(payments.CaptureTargetTooHigh):
        harness.set_capture_target(payment, 4_001)


def test_money_of_zero_two_and_three_decimals_is_counted_right(harness: PaymentHarness) -> None:
    for currency, amount in (("JPY", 5_000), ("ISK", 700), ("KWD", 12_340), ("SEK", 30_000)):
        payment = harness.authorize(harness.make_payment(amount, currency))
        harness.set_capture_target(payment, amount)
        payment = harness.sync(payment)
        assert (payment.captured_amount, payment.currency) == (amount, currency)
    intents = harness.stripe("GET", "payment_intents")["data"]
    assert {intent["currency"]: intent["amount"] for intent in intents} == {
        "jpy": 5_000,
        "isk": 70_000,
        "kwd": 12_340,
        "sek": 30_000,
    }
