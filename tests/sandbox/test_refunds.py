"""Refunds: parts of what was captured, never more than is left."""

import pytest
import stripe

from tests.sandbox.sandbox_client import DAY, SandboxClient


def test_many_partial_refunds_stop_exactly_at_what_was_captured(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(1_000)
    for amount in (300, 300, 400):
        sandbox.stripe.refunds.create({"payment_intent": paid.id, "amount": amount})
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.refunds.create({"payment_intent": paid.id, "amount": 1})
    assert exc_info.value.code == "charge_already_refunded"
    assert len(sandbox.stripe.refunds.list({"payment_intent": paid.id}).data) == 3


def test_a_refund_above_what_is_left_is_refused_and_changes_nothing(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(1_000)
    sandbox.stripe.refunds.create(
        {"charge": paid.latest_charge, "amount": 600, "reason": "requested_by_customer"}
    )
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        sandbox.stripe.refunds.create({"charge": paid.latest_charge, "amount": 401})
    assert sandbox.stripe.charges.retrieve(paid.latest_charge).amount_refunded == 600


def test_what_was_only_held_cannot_be_refunded(sandbox: SandboxClient) -> None:
    held = sandbox.payment(capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError) as by_intent:
        sandbox.stripe.refunds.create({"payment_intent": held.id})
    with pytest.raises(stripe.InvalidRequestError) as by_charge:
        sandbox.stripe.refunds.create({"charge": held.latest_charge})
    assert (by_intent.value.code, by_charge.value.code) == (
        "payment_intent_unexpected_state",
        "charge_not_refundable",
    )


def test_a_partial_capture_can_be_refunded_up_to_what_was_captured(sandbox: SandboxClient) -> None:
    held = sandbox.payment(1_000, capture_method="manual")
    sandbox.stripe.payment_intents.capture(held.id, {"amount_to_capture": 600})
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.refunds.create({"payment_intent": held.id, "amount": 601})
    assert sandbox.stripe.refunds.create({"payment_intent": held.id}).amount == 600


def test_a_refund_of_pending_money_becomes_final_with_the_payment_it_answers(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(1_000, expand=["latest_charge.balance_transaction"])
    refund = sandbox.stripe.refunds.create({"payment_intent": paid.id, "expand": ["balance_transaction"]})
    entry = refund.balance_transaction
    assert (entry.amount, entry.fee) == (-1_000, 0)
    assert entry.available_on == paid.latest_charge.balance_transaction.available_on
    sandbox.advance(3 * DAY)
    assert sandbox.stripe.balance.retrieve().available[0].amount == -59


def test_a_pending_refund_succeeds_later_or_is_cancelled(sandbox: SandboxClient) -> None:
    first, second = (
        sandbox.payment(card="pm_card_pendingRefund"),
        sandbox.payment(card="pm_card_pendingRefund"),
    )
    waiting = sandbox.stripe.refunds.create({"payment_intent": first.id})
    cancelled = sandbox.stripe.refunds.create({"payment_intent": second.id})
    sandbox.stripe.refunds.cancel(cancelled.id)
    sandbox.advance(6 * DAY)
    assert waiting.status == "pending"
    assert sandbox.stripe.refunds.retrieve(waiting.id).status == "succeeded"
    assert sandbox.stripe.refunds.retrieve(cancelled.id).status == "canceled"
    assert sandbox.stripe.charges.retrieve(second.latest_charge).amount_refunded == 0


def test_a_refund_that_fails_later_comes_back_to_the_balance(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(1_000, card="pm_card_refundFail")
    refund = sandbox.stripe.refunds.create({"payment_intent": paid.id})
    assert refund.status == "succeeded"
    sandbox.advance(6 * DAY)
    failed = sandbox.stripe.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_balance_transaction.amount) == ("failed", 1_000)
    assert sandbox.stripe.charges.retrieve(paid.latest_charge).amount_refunded == 0
    assert "refund.failed" in sandbox.events()


def test_the_refunds_of_a_charge_are_shown_when_expanded(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(1_000)
    refund = sandbox.stripe.refunds.create({"payment_intent": paid.id, "metadata": {"case": "1"}})
    charge = sandbox.stripe.charges.retrieve(paid.latest_charge, {"expand": ["refunds"]})
    assert [item.id for item in charge.refunds.data] == [refund.id]
