"""Our books beside the provider's: what one side has and the other has not is named."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import ledger, payments
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.ledger import AccountKind, Posting
from domain.payments import LiableParty
from domain.payments.reconciliation import ReconciliationRow, compare_movements
from tests.domain.payments.payment_harness import PaymentHarness
from tests.market_calendar import START


@pytest.fixture
def unchecked_harness(harness: PaymentHarness) -> PaymentHarness:
    """A till whose books are made to differ, so that nobody checks them at the end."""
    harness.is_checked = False
    return harness


def list_differences(harness: PaymentHarness, **span: datetime) -> list[dict[str, Any]]:
    terms = {"since": harness.at - timedelta(days=1), "until": harness.at + timedelta(hours=1)} | span
    return payments.reconcile(
        harness.transactions, harness.gateway, by=SYSTEM, at=harness.at, **terms
    ).unexplained


def test_what_both_sides_know_is_explained_fees_and_refunds_included(harness: PaymentHarness) -> None:
    payment = harness.make_captured(10_000)
    harness.refund(payment, 1_500, LiableParty.BOOKING)
    harness.sync(payment)
    failed = harness.make_captured(5_000, "pm_card_refundFail")
    harness.set_capture_target(failed, 0)
    harness.sync(failed)
    assert list_differences(harness) == []
    harness.advance(days=6)
    harness.refresh(failed)
    assert list_differences(harness, since=harness.at - timedelta(days=7)) == []


def test_a_charge_that_only_the_provider_knows_is_named(unchecked_harness: PaymentHarness) -> None:
    unchecked_harness.make_captured()
    stranger = unchecked_harness.stripe(
        "POST", "payment_intents", amount="700", currency="eur", payment_method="pm_card_visa",
        confirm="true", **{"automatic_payment_methods[enabled]": "true",
                           "automatic_payment_methods[allow_redirects]": "never"},
    )  # fmt: skip
    [row] = list_differences(unchecked_harness)
    assert row["source"] == stranger["latest_charge"]
    assert (row["our_amount"], row["their_amount"], row["currency"]) == (0, 650, "EUR")
    assert row["our_rows"] == []
    assert [name[:4] for name in row["their_rows"]] == ["txn_"]


def test_an_entry_that_only_we_know_is_named(unchecked_harness: PaymentHarness) -> None:
    with unchecked_harness.transactions() as session:
        clearing = ledger.get_account(session, AccountKind.CLEARING, "EUR")
        held = ledger.get_account(session, AccountKind.HELD, "EUR", ids.new())
        ledger.post(
            session,
            key="out of thin air",
            kind="capture",
            subject_id=held.id,
            postings=[Posting(clearing, held, 123)],
            by=SYSTEM,
            at=unchecked_harness.at,
        )
    [row] = list_differences(unchecked_harness)
    assert (row["source"], row["our_amount"], row["their_amount"]) == ("out of thin air", 123, 0)
    assert row["our_rows"] == ["out of thin air"]


def test_a_refund_by_hand_that_we_have_not_followed_is_named_until_we_have(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    refund = harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    [row] = list_differences(harness)
    assert (row["source"], row["their_amount"]) == (refund["id"], -400)
    harness.refresh(payment)
    assert list_differences(harness) == []


def test_what_moved_before_or_after_the_stretch_is_left_out(unchecked_harness: PaymentHarness) -> None:
    payment = unchecked_harness.make_captured()
    unchecked_harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    assert len(list_differences(unchecked_harness)) == 1
    assert list_differences(unchecked_harness, since=unchecked_harness.at + timedelta(seconds=1)) == []
    assert list_differences(unchecked_harness, until=unchecked_harness.at) == []


def test_a_comparison_is_kept_with_what_it_found(unchecked_harness: PaymentHarness) -> None:
    payment = unchecked_harness.make_captured()
    unchecked_harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    kept = payments.reconcile(
        unchecked_harness.transactions,
        unchecked_harness.gateway,
        since=unchecked_harness.at - timedelta(days=1),
        until=unchecked_harness.at + timedelta(hours=1),
        by=SYSTEM,
        at=unchecked_harness.at,
    )
    assert (kept.compared, len(kept.unexplained)) == (2, 1)
    assert unchecked_harness.gateway.calls[-1] == "balance_rows"


def test_a_provider_that_does_not_answer_is_no_difference(unchecked_harness: PaymentHarness) -> None:
    unchecked_harness.fault("before", "GET /v1/balance_transactions")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        list_differences(unchecked_harness)


@pytest.mark.parametrize("days", [0, -1, 32])
def test_a_stretch_without_end_is_refused(unchecked_harness: PaymentHarness, days: int) -> None:
    with pytest.raises(payments.InvalidReconciliationPeriod):
        list_differences(
            unchecked_harness, since=unchecked_harness.at, until=unchecked_harness.at + timedelta(days=days)
        )


def test_movements_of_one_cause_are_added_up_on_each_side() -> None:
    source = ("ch_1", "EUR")
    ours = [ReconciliationRow(source, 100, "capture", START), ReconciliationRow(source, -3, "fee", START)]
    theirs = [ReconciliationRow(source, 97, "txn_1", START)]
    assert compare_movements({source}, ours, theirs) == []
    [difference] = compare_movements({source}, ours[:1], theirs)
    assert (difference.our_amount, difference.their_amount, difference.our_rows) == (100, 97, ["capture"])
    assert [one.their_amount for one in compare_movements({source, ("ch_1", "SEK")}, ours, [])] == [0]
