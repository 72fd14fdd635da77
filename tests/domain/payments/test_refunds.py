"""What goes back to the customer: who bears it, how long it takes, and what if it does not arrive."""

import pytest

from domain import payments
from domain.foundation import ids
from domain.ledger import AccountKind
from domain.payments import Liable, RefundState
from tests.domain.payments.harness import Till


def test_what_was_taken_above_what_is_kept_is_refunded(till: Till) -> None:
    payment = till.captured(10_000)
    till.keep(payment, 4_000)
    payment = till.settle(payment)
    assert payment.refunded_amount == 6_000
    assert till.balance(AccountKind.HELD, payment.subject_id) == 4_000
    assert till.balance(AccountKind.REFUNDS_IN_FLIGHT) == 0
    till.keep(payment, 1_000)
    assert till.settle(payment).refunded_amount == 9_000


def test_a_refund_before_distribution_comes_from_what_is_held(till: Till) -> None:
    payment = till.captured()
    till.refund(payment, 1_500, Liable.BOOKING)
    assert till.balance(AccountKind.HELD, payment.subject_id) == 8_500
    assert till.balance(AccountKind.REFUNDS_IN_FLIGHT) == 1_500
    assert till.settle(payment).refunded_amount == 1_500
    assert till.balance(AccountKind.REFUNDS_IN_FLIGHT) == 0


def test_after_distribution_the_liable_party_bears_the_refund(till: Till) -> None:
    payment, ellen = till.captured(), ids.new()
    till.distribute(payment, earned=9_000, to=ellen)
    with pytest.raises(payments.MoneyDistributed):
        till.keep(payment, 5_000)
    with pytest.raises(payments.MoneyDistributed):
        till.refund(payment, 100, Liable.BOOKING)
    till.refund(payment, 4_000, Liable.PROVIDER)
    till.refund(payment, 500, Liable.PLATFORM)
    payment = till.settle(payment)
    assert payment.refunded_amount == 4_500
    assert till.balance(AccountKind.PAYABLE, ellen) == 5_000
    assert till.balance(AccountKind.GOODWILL) == 500


def test_what_a_provider_is_owed_no_more_they_owe_us(till: Till) -> None:
    payment, ellen = till.captured(), ids.new()
    till.distribute(payment, earned=3_000, to=ellen)
    till.refund(payment, 7_000, Liable.PROVIDER)
    assert till.settle(payment).refunded_amount == 7_000
    assert till.balance(AccountKind.PAYABLE, ellen) == 0
    assert till.balance(AccountKind.RECEIVABLE, ellen) == 4_000
    till.refund(payment, 1_000, Liable.PROVIDER)
    assert till.settle(payment).refunded_amount == 8_000
    assert till.balance(AccountKind.RECEIVABLE, ellen) == 5_000


def test_no_provider_bears_what_none_has_earned(till: Till) -> None:
    payment = till.captured()
    with pytest.raises(payments.NobodyWasPaid):
        till.refund(payment, 100, Liable.PROVIDER)


@pytest.mark.parametrize("amount", [0, -1, 10_001])
def test_more_than_was_taken_is_not_given_back(till: Till, amount: int) -> None:
    payment = till.captured()
    with pytest.raises(payments.RefundTooLarge):
        till.refund(payment, amount, Liable.BOOKING)


def test_refunds_on_their_way_count_as_given_back(till: Till) -> None:
    payment = till.captured()
    till.refund(payment, 6_000, Liable.BOOKING)
    with pytest.raises(payments.RefundTooLarge):
        till.refund(payment, 4_001, Liable.PLATFORM)
    for amount in (1_000, 2_000, 1_000):
        till.refund(payment, amount, Liable.BOOKING)
    assert till.settle(payment).refunded_amount == 10_000
    assert len(till.effects("/v1/refunds")) == 4


def test_a_refund_that_takes_days_is_followed_to_its_end(till: Till) -> None:
    payment = till.captured(method="pm_card_pendingRefund")
    till.keep(payment, 0)
    payment = till.settle(payment)
    assert payment.settled_at is not None
    assert payment.refunded_amount == 0
    till.later(days=6)
    with till.transactions() as session:
        assert payments.stale(session, till.at) == [payment.id]
    assert till.bring(payment).refunded_amount == 10_000


def test_a_refund_that_comes_back_is_owed_again(till: Till) -> None:
    payment = till.captured(method="pm_card_refundFail")
    till.keep(payment, 0)
    assert till.settle(payment).refunded_amount == 10_000
    till.later(days=6)
    payment = till.bring(payment)
    assert payment.refunded_amount == 0
    assert payment.settled_at is None
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    with till.transactions() as session:
        [refund] = payments.refunds(session, payment.id)
    assert (refund.state, refund.failure_code) == (RefundState.FAILED, "expired_or_canceled_card")
    assert "payment.refund_failed" in till.told(payment)


def test_what_is_refused_too_often_is_parked_until_somebody_decides_anew(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 0)
    till.gateway.refuses = "refund"
    tries = 0
    while till.settle(payment).parked_at is None:
        tries += 1
        till.later(hours=2)
    assert tries == 5
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert till.told(payment)[-1] == "payment.parked"
    with till.transactions() as session:
        assert payments.due(session, till.at) == []
    till.gateway.refuses = ""
    till.keep(payment, 0)
    assert till.settle(payment).refunded_amount == 10_000


def test_after_a_refusal_the_next_try_waits(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 0)
    till.gateway.refuses = "refund"
    for _ in range(3):
        till.settle(payment)
    assert till.gateway.calls.count("refund") == 1


def test_a_refund_made_by_hand_just_before_ours_is_followed_instead(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 0)
    till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="10000")
    payment = till.settle(payment)
    assert payment.refunded_amount == 10_000
    with till.transactions() as session:
        states = {made.reason_code: made.state for made in payments.refunds(session, payment.id)}
    assert states == {"not_kept": RefundState.FAILED, "made_at_provider": RefundState.SUCCEEDED}


def test_refunds_made_by_hand_are_borne_by_what_is_held_or_the_platform(till: Till) -> None:
    payment, ellen = till.captured(), ids.new()
    till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="1000")
    till.bring(payment)
    assert till.balance(AccountKind.HELD, payment.subject_id) == 9_000
    till.distribute(payment, earned=8_000, to=ellen)
    till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="500")
    till.bring(payment)
    assert till.balance(AccountKind.GOODWILL) == 500
    assert till.now(payment).refunded_amount == 1_500
