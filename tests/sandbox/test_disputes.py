"""Disputes: the bank takes first and listens afterwards."""

from typing import Any

import pytest
import stripe

from tests.sandbox.sandbox_client import DAY, SandboxClient


def make_disputed_payment(sandbox: SandboxClient, card: str = "pm_card_createDispute") -> Any:
    """The dispute that a test card draws on a payment of 10,000."""
    sandbox.payment(card=card)
    return sandbox.stripe.disputes.list({"expand": ["data.charge"]}).data[0]


def test_a_disputing_card_takes_the_money_and_a_fee_at_once(sandbox: SandboxClient) -> None:
    dispute = make_disputed_payment(sandbox)
    (entry,) = dispute.balance_transactions
    assert (dispute.status, dispute.reason, dispute.charge.disputed) == ("needs_response", "fraudulent", True)
    assert (entry.amount, entry.fee, entry.net) == (-10_000, 1_500, -11_500)
    assert {"charge.dispute.created", "charge.dispute.funds_withdrawn"} <= set(sandbox.events())


OUTCOMES = [("winning_evidence", "won", 10_000 - 11_500), ("losing_evidence", "lost", -11_500)]


@pytest.mark.parametrize(("text", "status", "net"), OUTCOMES)
def test_documented_evidence_decides_at_once(
    sandbox: SandboxClient, text: str, status: str, net: int
) -> None:
    dispute = make_disputed_payment(sandbox)
    decided = sandbox.stripe.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})
    assert (decided.status, decided.evidence_details.submission_count) == (status, 1)
    assert sum(item.net for item in decided.balance_transactions) == net


def test_staged_evidence_is_not_yet_submitted(sandbox: SandboxClient) -> None:
    dispute = make_disputed_payment(sandbox)
    staged = sandbox.stripe.disputes.update(
        dispute.id, {"evidence": {"customer_name": "Mei"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)


def test_silence_until_the_deadline_loses(sandbox: SandboxClient) -> None:
    dispute = make_disputed_payment(sandbox)
    sandbox.advance(dispute.evidence_details.due_by - dispute.created)
    assert sandbox.stripe.disputes.retrieve(dispute.id).status == "lost"


def test_a_dispute_won_in_part_brings_back_that_part(sandbox: SandboxClient) -> None:
    dispute = make_disputed_payment(sandbox)
    sandbox.stripe.disputes.update(dispute.id, {"evidence": {"customer_name": "Mei"}})
    decided = sandbox.control(f"disputes/{dispute.id}/decide", {"outcome": "won", "amount": 4_000})
    assert [item["amount"] for item in decided["balance_transactions"]] == [-10_000, 4_000]
    assert (
        sandbox.http.post(f"/_sandbox/disputes/{dispute.id}/decide", json={"outcome": "won"}).status_code
        == 400
    )


def test_any_captured_charge_can_be_disputed_in_part_and_only_once(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(5_000)
    opened = sandbox.control(
        "disputes", {"payment_intent": paid.id, "amount": 2_000, "reason": "product_not_received"}
    )
    assert (opened["amount"], opened["reason"]) == (2_000, "product_not_received")
    assert sandbox.http.post("/_sandbox/disputes", json={"payment_intent": paid.id}).status_code == 400


def test_a_disputed_charge_is_not_refunded_as_well(sandbox: SandboxClient) -> None:
    dispute = make_disputed_payment(sandbox)
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.refunds.create({"charge": dispute.charge.id})
    assert exc_info.value.code == "charge_disputed"


def test_an_inquiry_takes_no_money_and_may_be_answered_by_a_refund(sandbox: SandboxClient) -> None:
    inquiry = make_disputed_payment(sandbox, "pm_card_createDisputeInquiry")
    assert (inquiry.status, inquiry.balance_transactions) == ("warning_needs_response", [])
    sandbox.stripe.refunds.create({"charge": inquiry.charge.id})
    sandbox.advance(10 * DAY)
    assert sandbox.stripe.disputes.retrieve(inquiry.id).status == "warning_closed"


def test_closing_a_dispute_accepts_its_loss(sandbox: SandboxClient) -> None:
    assert sandbox.stripe.disputes.close(make_disputed_payment(sandbox).id).status == "lost"
