"""Our books beside the provider's: what one side has and the other has not is named."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import ledger, payments
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.ledger import AccountKind, Posting
from domain.payments import Liable
from domain.payments.reconciliation import Row, compare
from tests.domain.payments.harness import Till
from tests.market_calendar import START


@pytest.fixture
def both(till: Till) -> Till:
    """A till whose books are made to differ, so that nobody checks them at the end."""
    till.is_checked = False
    return till


def unexplained(till: Till, **span: datetime) -> list[dict[str, Any]]:
    terms = {"since": till.at - timedelta(days=1), "until": till.at + timedelta(hours=1)} | span
    return payments.reconcile(till.transactions, till.gateway, by=SYSTEM, at=till.at, **terms).unexplained


def test_what_both_sides_know_is_explained_fees_and_refunds_included(till: Till) -> None:
    payment = till.captured(10_000)
    till.refund(payment, 1_500, Liable.BOOKING)
    till.settle(payment)
    failed = till.captured(5_000, "pm_card_refundFail")
    till.keep(failed, 0)
    till.settle(failed)
    assert unexplained(till) == []
    till.later(days=6)
    till.bring(failed)
    assert unexplained(till, since=till.at - timedelta(days=7)) == []


def test_a_charge_that_only_the_provider_knows_is_named(both: Till) -> None:
    both.captured()
    stranger = both.stripe(
        "POST", "payment_intents", amount="700", currency="eur", payment_method="pm_card_visa",
        confirm="true", **{"automatic_payment_methods[enabled]": "true",
                           "automatic_payment_methods[allow_redirects]": "never"},
    )  # fmt: skip
    [row] = unexplained(both)
    assert row["source"] == stranger["latest_charge"]
    assert (row["our_amount"], row["their_amount"], row["currency"]) == (0, 650, "EUR")
    assert row["our_rows"] == []
    assert [name[:4] for name in row["their_rows"]] == ["txn_"]


def test_an_entry_that_only_we_know_is_named(both: Till) -> None:
    with both.transactions() as session:
        clearing = ledger.account(session, AccountKind.CLEARING, "EUR")
        held = ledger.account(session, AccountKind.HELD, "EUR", ids.new())
        ledger.post(
            session,
            key="out of thin air",
            kind="capture",
            subject_id=held.id,
            postings=[Posting(clearing, held, 123)],
            by=SYSTEM,
            at=both.at,
        )
    [row] = unexplained(both)
    assert (row["source"], row["our_amount"], row["their_amount"]) == ("out of thin air", 123, 0)
    assert row["our_rows"] == ["out of thin air"]


def test_a_refund_by_hand_that_we_have_not_followed_is_named_until_we_have(till: Till) -> None:
    payment = till.captured()
    refund = till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    [row] = unexplained(till)
    assert (row["source"], row["their_amount"]) == (refund["id"], -400)
    till.bring(payment)
    assert unexplained(till) == []


def test_what_moved_before_or_after_the_stretch_is_left_out(both: Till) -> None:
    payment = both.captured()
    both.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    assert len(unexplained(both)) == 1
    assert unexplained(both, since=both.at + timedelta(seconds=1)) == []
    assert unexplained(both, until=both.at) == []


def test_a_comparison_is_kept_with_what_it_found(both: Till) -> None:
    payment = both.captured()
    both.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    kept = payments.reconcile(
        both.transactions,
        both.gateway,
        since=both.at - timedelta(days=1),
        until=both.at + timedelta(hours=1),
        by=SYSTEM,
        at=both.at,
    )
    assert (kept.compared, len(kept.unexplained)) == (2, 1)
    assert both.gateway.calls[-1] == "balance_rows"


def test_a_provider_that_does_not_answer_is_no_difference(both: Till) -> None:
    both.fault("before", "GET /v1/balance_transactions")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        unexplained(both)


@pytest.mark.parametrize("days", [0, -1, 32])
def test_a_stretch_without_end_is_refused(both: Till, days: int) -> None:
    with pytest.raises(payments.StretchImpossible):
        unexplained(both, since=both.at, until=both.at + timedelta(days=days))


def test_movements_of_one_cause_are_added_up_on_each_side() -> None:
    source = ("ch_1", "EUR")
    ours = [Row(source, 100, "capture", START), Row(source, -3, "fee", START)]
    theirs = [Row(source, 97, "txn_1", START)]
    assert compare({source}, ours, theirs) == []
    [found] = compare({source}, ours[:1], theirs)
    assert (found.our_amount, found.their_amount, found.our_rows) == (100, 97, ["capture"])
    assert [one.their_amount for one in compare({source, ("ch_1", "SEK")}, ours, [])] == [0]
