"""What becomes of a payment, through the official library against the sandbox: held, kept, let go."""

from datetime import timedelta

import pytest

from domain import payments
from domain.ledger import AccountKind
from domain.payments import PaymentState
from tests.domain.payments.harness import Till


def test_an_amount_is_held_and_taken(till: Till) -> None:
    payment = till.authorized(10_000)
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.authorized_amount == 10_000
    assert payment.capture_before == till.at + timedelta(days=7)
    till.keep(payment, 10_000)
    payment = till.settle(payment)
    assert payment.state is PaymentState.CAPTURED
    assert (payment.captured_amount, payment.fee_amount) == (10_000, 320)
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert till.balance(AccountKind.CLEARING) == 9_680
    assert till.balance(AccountKind.PROCESSING_FEES) == 320
    assert till.told(payment) == [
        "payment.authorized",
        "payment.target_changed",
        "payment.captured",
        "payment.settled",
    ]


def test_what_is_not_kept_of_a_hold_is_let_go(till: Till) -> None:
    payment = till.authorized(10_000)
    till.keep(payment, 2_500)
    payment = till.settle(payment)
    assert (payment.captured_amount, payment.refunded_amount) == (2_500, 0)
    payment = till.bring(payment)
    assert payment.refunded_amount == 0, "letting go of a hold is no refund, though Stripe writes one"
    assert till.balance(AccountKind.HELD, payment.subject_id) == 2_500
    with till.transactions() as session:
        assert payments.refunds(session, payment.id) == []


def test_a_hold_of_which_nothing_is_kept_is_cancelled(till: Till) -> None:
    payment = till.authorized()
    till.keep(payment, 0)
    assert till.settle(payment).state is PaymentState.CANCELLED
    assert till.balance(AccountKind.CLEARING) == 0
    assert till.told(payment)[-2:] == ["payment.cancelled", "payment.settled"]


def test_a_payment_that_never_began_is_called_off_without_a_call(till: Till) -> None:
    payment = till.asked()
    till.keep(payment, 0)
    assert till.settle(payment).state is PaymentState.CANCELLED
    assert till.gateway.calls == []
    with pytest.raises(payments.PaymentOver):
        till.authorize(payment)


def test_settling_again_and_again_does_nothing_more(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 4_000)
    for _ in range(3):
        payment = till.settle(payment)
    assert len(till.effects("/v1/refunds")) == 1
    assert len(till.effects("/capture")) == 1
    assert till.told(payment).count("payment.settled") == 2


def test_deciding_the_same_again_changes_nothing(till: Till) -> None:
    payment = till.captured()
    before = till.now(payment).version
    till.keep(payment, 10_000)
    assert till.now(payment).version == before


def test_the_networks_hour_strikes_and_the_hold_is_gone(till: Till) -> None:
    payment = till.authorized()
    till.later(days=8)
    with till.transactions() as session:
        assert payments.stale(session, till.at) == [payment.id]
    assert till.bring(payment).state is PaymentState.CANCELLED
    assert till.told(payment)[-1] == "payment.cancelled"


def test_a_capture_that_comes_too_late_ends_in_the_truth(till: Till) -> None:
    payment = till.authorized()
    till.later(days=8)
    till.keep(payment, 10_000)
    till.settle(payment)
    assert till.settle_for_good(payment).state is PaymentState.CANCELLED


@pytest.mark.parametrize("amount", [10_001, 1, 9_999])
def test_nothing_can_be_kept_before_anything_is_held(till: Till, amount: int) -> None:
    payment = till.asked()
    with pytest.raises(payments.PaymentNotAuthorized):
        till.keep(payment, amount)


def test_more_than_is_there_cannot_be_kept(till: Till) -> None:
    payment = till.authorized()
    with pytest.raises(payments.KeepTooMuch):
        till.keep(payment, 10_001)
    till.keep(payment, 10_000)
    till.settle(payment)
    till.keep(payment, 4_000)
    till.settle(payment)
    with pytest.raises(payments.KeepTooMuch):
        till.keep(payment, 4_001)


def test_money_of_zero_two_and_three_decimals_is_counted_right(till: Till) -> None:
    for currency, amount in (("JPY", 5_000), ("ISK", 700), ("KWD", 12_340), ("SEK", 30_000)):
        payment = till.authorize(till.asked(amount, currency))
        till.keep(payment, amount)
        payment = till.settle(payment)
        assert (payment.captured_amount, payment.currency) == (amount, currency)
    intents = till.stripe("GET", "payment_intents")["data"]
    assert {intent["currency"]: intent["amount"] for intent in intents} == {
        "jpy": 5_000,
        "isk": 70_000,
        "kwd": 12_340,
        "sek": 30_000,
    }
