"""What goes back to the customer: who bears it, how long it takes, and what if it does not arrive."""

import pytest

from domain import payments
from domain.foundation import ids
from domain.ledger import AccountKind
from domain.payments import LiableParty, RefundState
from tests.domain.payments.payment_harness import PaymentHarness


def test_what_was_taken_above_what_is_kept_is_refunded(harness: PaymentHarness) -> None:
    payment = harness.make_captured(10_000)
    harness.set_capture_target(payment, 4_000)
    payment = harness.sync(payment)
    assert payment.refunded_amount == 6_000
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 4_000
    assert harness.balance(AccountKind.REFUNDS_IN_FLIGHT) == 0
    harness.set_capture_target(payment, 1_000)
    assert harness.sync(payment).refunded_amount == 9_000


def test_a_refund_before_distribution_comes_from_what_is_held(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    harness.refund(payment, 1_500, LiableParty.BOOKING)
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 8_500
    assert harness.balance(AccountKind.REFUNDS_IN_FLIGHT) == 1_500
    assert harness.sync(payment).refunded_amount == 1_500
    assert harness.balance(AccountKind.REFUNDS_IN_FLIGHT) == 0


def test_after_distribution_the_liable_party_bears_the_refund(harness: PaymentHarness) -> None:
    payment, ellen = harness.make_captured(), ids.new()
    harness.distribute(payment, earned=9_000, to=ellen)
    with pytest.raises(payments.AlreadyPaidOut):
        harness.set_capture_target(payment, 5_000)
    with pytest.raises(payments.AlreadyPaidOut):
        harness.refund(payment, 100, LiableParty.BOOKING)
    harness.refund(payment, 4_000, LiableParty.PROVIDER)
    harness.refund(payment, 500, LiableParty.PLATFORM)
    payment = harness.sync(payment)
    assert payment.refunded_amount == 4_500
    assert harness.balance(AccountKind.PAYABLE, ellen) == 5_000
    assert harness.balance(AccountKind.GOODWILL) == 500


def test_what_a_provider_is_owed_no_more_they_owe_us(harness: PaymentHarness) -> None:
    payment, ellen = harness.make_captured(), ids.new()
    harness.distribute(payment, earned=3_000, to=ellen)
    harness.refund(payment, 7_000, LiableParty.PROVIDER)
    assert harness.sync(payment).refunded_amount == 7_000
    assert harness.balance(AccountKind.PAYABLE, ellen) == 0
    assert harness.balance(AccountKind.RECEIVABLE, ellen) == 4_000
    harness.refund(payment, 1_000, LiableParty.PROVIDER)
    assert harness.sync(payment).refunded_amount == 8_000
    assert harness.balance(AccountKind.RECEIVABLE, ellen) == 5_000


def test_no_provider_bears_what_none_has_earned(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    with pytest.raises(payments.NoPayee):
        harness.refund(payment, 100, LiableParty.PROVIDER)


@pytest.mark.parametrize("amount", [0, -1, 10_001])
def test_more_than_was_taken_is_not_given_back(harness: PaymentHarness, amount: int) -> None:
    payment = harness.make_captured()
    with pytest.raises(payments.RefundTooLarge):
        harness.refund(payment, amount, LiableParty.BOOKING)


def test_refunds_on_their_way_count_as_given_back(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    harness.refund(payment, 6_000, LiableParty.BOOKING)
    with pytest.raises(payments.RefundTooLarge):
        harness.refund(payment, 4_001, LiableParty.PLATFORM)
    for amount in (1_000, 2_000, 1_000):
        harness.refund(payment, amount, LiableParty.BOOKING)
    assert harness.sync(payment).refunded_amount == 10_000
    assert len(harness.effects("/v1/refunds")) == 4


def test_a_refund_that_takes_days_is_followed_to_its_end(harness: PaymentHarness) -> None:
    payment = harness.make_captured(method="pm_card_pendingRefund")
    harness.set_capture_target(payment, 0)
    payment = harness.sync(payment)
    assert payment.settled_at is not None
    assert payment.refunded_amount == 0
    harness.advance(days=6)
    with harness.transactions() as session:
        assert payments.stale_payments(session, harness.at) == [payment.id]
    assert harness.refresh(payment).refunded_amount == 10_000


def test_a_refund_that_comes_back_is_owed_again(harness: PaymentHarness) -> None:
    payment = harness.make_captured(method="pm_card_refundFail")
    harness.set_capture_target(payment, 0)
    assert harness.sync(payment).refunded_amount == 10_000
    harness.advance(days=6)
    payment = harness.refresh(payment)
    assert payment.refunded_amount == 0
    assert payment.settled_at is None
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 10_000
    with harness.transactions() as session:
        [refund] = payments.list_refunds(session, payment.id)
    assert (refund.state, refund.failure_code) == (RefundState.FAILED, "expired_or_canceled_card")
    assert "payment.refund_failed" in harness.event_names(payment)


def test_what_is_refused_too_often_is_parked_until_somebody_decides_anew(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    harness.set_capture_target(payment, 0)
    harness.gateway.rejects = "refund"
    tries = 0
    while harness.sync(payment).parked_at is None:
        tries += 1
        harness.advance(hours=2)
    assert tries == 5
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert harness.event_names(payment)[-1] == "payment.parked"
    with harness.transactions() as session:
        assert payments.due_payments(session, harness.at) == []
    harness.gateway.rejects = ""
    harness.set_capture_target(payment, 0)
    assert harness.sync(payment).refunded_amount == 10_000


def test_after_a_refusal_the_next_try_waits(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    harness.set_capture_target(payment, 0)
    harness.gateway.rejects = "refund"
    for _ in range(3):
        harness.sync(payment)
    assert harness.gateway.calls.count("refund") == 1


def test_a_refund_made_by_hand_just_before_ours_is_followed_instead(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    harness.set_capture_target(payment, 0)
    harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="10000")
    payment = harness.sync(payment)
    assert payment.refunded_amount == 10_000
    with harness.transactions() as session:
        states = {made.reason_code: made.state for made in payments.list_refunds(session, payment.id)}
    assert states == {"not_kept": RefundState.FAILED, "made_at_provider": RefundState.SUCCEEDED}


def test_refunds_made_by_hand_are_borne_by_what_is_held_or_the_platform(harness: PaymentHarness) -> None:
    payment, ellen = harness.make_captured(), ids.new()
    harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="1000")
    harness.refresh(payment)
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 9_000
    harness.distribute(payment, earned=8_000, to=ellen)
    harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="500")
    harness.refresh(payment)
    assert harness.balance(AccountKind.GOODWILL) == 500
    assert harness.reload(payment).refunded_amount == 1_500
