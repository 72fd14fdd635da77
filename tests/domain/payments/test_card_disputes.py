"""Money that leaves without our asking: a card dispute is seen, posted, shown, and stops the distribution."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from domain import payments
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.ledger import AccountKind
from domain.payments import CardDispute, CardDisputeState, Liable, Payment
from domain.payments.rules import stops_distribution
from tests.domain.payments.harness import Till
from tests.domain.payments.test_webhooks import log_of, post

FEE = 1_500  # what the sandbox charges for a dispute
OPEN = {
    CardDisputeState.WARNING_NEEDS_RESPONSE,
    CardDisputeState.WARNING_UNDER_REVIEW,
    CardDisputeState.NEEDS_RESPONSE,
    CardDisputeState.UNDER_REVIEW,
}


def disputed(till: Till, payment: Payment, **more: Any) -> str:
    """The customer's bank opens a dispute; answers the provider's name of it. Nobody tells us."""
    made = till.control("POST", "disputes", payment_intent=payment.provider_reference, **more)
    return str(made["id"])


def decided(till: Till, dispute: str, outcome: str, **more: Any) -> None:
    till.control("POST", f"disputes/{dispute}/decide", outcome=outcome, **more)


def rows(till: Till, payment: Payment) -> list[CardDispute]:
    with till.transactions() as session:
        return payments.disputes(session, payment.id)


def resolved(till: Till, payment: Payment, liable: Liable) -> None:
    [dispute] = rows(till, payment)
    with till.transactions() as session:
        payments.resolve_dispute(
            session, payment.id, dispute.id, liable=liable, reason="As agreed.", by=SYSTEM, at=till.at
        )


def hear(till: Till, after: dict[str, Any]) -> list[dict[str, Any]]:
    events = log_of(till, after=after)
    for event in events:
        post(till, event)
    return events


def test_a_dispute_is_seen_posted_and_stops_the_distribution(till: Till) -> None:
    payment = till.captured()
    latest = log_of(till)[-1]
    disputed(till, payment, reason="fraudulent")
    assert [event["type"] for event in hear(till, latest)] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    [dispute] = rows(till, payment)
    assert (dispute.state, dispute.amount, dispute.reason_code) == ("needs_response", 10_000, "fraudulent")
    assert (dispute.withdrawn_amount, dispute.fee_amount) == (10_000, FEE)
    assert till.balance(AccountKind.DISPUTES) == 10_000
    assert till.balance(AccountKind.DISPUTE_FEES) == FEE
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert till.now(payment).distribution_stopped_at == till.at
    assert till.told(payment).count("payment.disputed") == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_and_twice_the_events_of_a_dispute_end_alike(till: Till, order: tuple[int, ...]) -> None:
    payment = till.captured()
    latest = log_of(till)[-1]
    decided(till, disputed(till, payment), "won")
    events = log_of(till, after=latest)
    assert len(events) == 4
    for place in order:
        post(till, events[place])
        raw = events[order[0]] | {"id": f"evt_again_{ids.new()}"}
        post(till, raw)
    [dispute] = rows(till, payment)
    assert (dispute.state, dispute.withdrawn_amount, dispute.fee_amount) == ("won", 0, FEE)
    assert till.now(payment).distribution_stopped_at is None
    assert till.balance(AccountKind.DISPUTES) == 0


def test_a_dispute_whose_webhooks_were_lost_is_found_at_night(till: Till) -> None:
    payment, quiet = till.captured(), till.captured()
    name = disputed(till, payment)
    till.later(hours=20)
    night = {"since": till.at - timedelta(days=3), "until": till.at}
    changed = payments.unknown_changes(till.transactions, till.gateway, **night)
    assert changed == [payment.id]
    payments.sync(till.transactions, till.gateway, payment.id, at=till.at)
    assert [dispute.provider_reference for dispute in rows(till, payment)] == [name]
    assert payments.unknown_changes(till.transactions, till.gateway, **night) == []
    assert till.now(quiet).distribution_stopped_at is None


def test_an_end_whose_webhook_was_lost_is_found_within_a_day(till: Till) -> None:
    payment = till.captured()
    name = disputed(till, payment)
    till.bring(payment)
    decided(till, name, "won")
    till.later(days=1, minutes=1)
    with till.transactions() as session:
        assert payments.stale(session, till.at) == [payment.id]
    assert till.bring(payment).distribution_stopped_at is None


def test_an_inquiry_takes_no_money_and_stops_until_it_is_closed(till: Till) -> None:
    payment = till.captured()
    name = disputed(till, payment, inquiry=True)
    till.bring(payment)
    assert till.now(payment).distribution_stopped_at == till.at
    assert till.balance(AccountKind.DISPUTES) == till.balance(AccountKind.DISPUTE_FEES) == 0
    till.refund(payment, 1_000, Liable.BOOKING)  # an inquiry may be answered with a refund
    assert till.settle(payment).refunded_amount == 1_000
    decided(till, name, "warning_closed")
    assert till.bring(payment).distribution_stopped_at is None


def test_while_a_dispute_is_open_no_refund_is_made_and_after_a_win_it_is(till: Till) -> None:
    payment = till.captured()
    name = disputed(till, payment)
    till.bring(payment)
    with pytest.raises(payments.CardDisputeOpen):
        till.refund(payment, 1_000, Liable.PLATFORM)
    till.keep(payment, 4_000)
    assert till.settle(payment).refunded_amount == 0  # the bank has given back more than that
    decided(till, name, "won")
    till.bring(payment)
    assert till.settle(payment).refunded_amount == 6_000
    assert till.effects("/v1/refunds") != []


def test_a_refund_beside_a_partial_dispute_waits_for_its_end(till: Till) -> None:
    payment = till.captured()
    name = disputed(till, payment, amount=2_000)
    till.bring(payment)
    till.keep(payment, 5_000)
    payment = till.settle(payment)
    assert (payment.refunded_amount, payment.settled_at, payment.due_at) == (0, None, None)
    decided(till, name, "won")
    till.bring(payment)
    assert till.settle(payment).refunded_amount == 5_000


def test_after_a_loss_the_stop_stays_until_somebody_says_who_bears_it(till: Till) -> None:
    payment = till.captured()
    name = disputed(till, payment)
    till.bring(payment)
    decided(till, name, "lost")
    assert till.bring(payment).distribution_stopped_at is not None
    with pytest.raises(payments.NobodyWasPaid):
        resolved(till, payment, Liable.PROVIDER)
    resolved(till, payment, Liable.PLATFORM)
    assert till.now(payment).distribution_stopped_at is None
    assert till.balance(AccountKind.DISPUTES) == 0
    assert till.balance(AccountKind.GOODWILL) == 10_000
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    with pytest.raises(payments.CardDisputeWithoutLoss):
        resolved(till, payment, Liable.PLATFORM)
    assert till.told(payment)[-2:] == ["payment.dispute_closed", "payment.dispute_resolved"]


def test_what_the_booking_bears_of_a_loss_is_held_no_more(till: Till) -> None:
    payment = till.captured()
    name = disputed(till, payment, amount=3_000)
    decided(till, name, "lost")
    till.bring(payment)
    resolved(till, payment, Liable.BOOKING)
    assert till.balance(AccountKind.HELD, payment.subject_id) == 7_000


def test_after_distribution_the_provider_can_bear_a_loss(till: Till) -> None:
    payment, ellen = till.captured(), ids.new()
    till.distribute(payment, earned=9_000, to=ellen)
    name = disputed(till, payment)
    decided(till, name, "lost")
    till.bring(payment)
    resolved(till, payment, Liable.PROVIDER)
    assert till.balance(AccountKind.PAYABLE, ellen) == 0
    assert till.balance(AccountKind.RECEIVABLE, ellen) == 1_000


def test_what_does_not_come_back_of_a_win_in_part_is_a_loss(till: Till) -> None:
    payment = till.captured()
    decided(till, disputed(till, payment), "won", amount=7_000)
    assert till.bring(payment).distribution_stopped_at is not None
    resolved(till, payment, Liable.PLATFORM)
    assert till.balance(AccountKind.GOODWILL) == 3_000
    assert till.now(payment).distribution_stopped_at is None


def test_an_open_dispute_and_one_of_another_payment_cannot_be_resolved(till: Till) -> None:
    payment, other = till.captured(), till.captured()
    disputed(till, payment)
    till.bring(payment)
    with pytest.raises(payments.CardDisputeWithoutLoss):
        resolved(till, payment, Liable.PLATFORM)
    [dispute] = rows(till, payment)
    with till.transactions() as session, pytest.raises(payments.CardDisputeNotFound):
        payments.resolve_dispute(
            session, other.id, dispute.id, liable=Liable.PLATFORM, reason="No.", by=SYSTEM, at=till.at
        )


@pytest.mark.parametrize("state", list(CardDisputeState))
@pytest.mark.parametrize("withdrawn", [0, 1])
@pytest.mark.parametrize("is_resolved", [False, True])
def test_what_stops_the_distribution(state: CardDisputeState, withdrawn: int, is_resolved: bool) -> None:  # noqa: FBT001
    stops = stops_distribution(state, withdrawn, is_resolved=is_resolved)
    assert stops is (state in OPEN or (withdrawn > 0 and not is_resolved))


def test_a_refund_by_hand_whose_webhook_was_lost_is_found_too(till: Till) -> None:
    payment = till.captured()
    till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    till.later(hours=1)
    since = till.at - timedelta(days=3)
    changed = payments.unknown_changes(till.transactions, till.gateway, since=since, until=till.at)
    assert changed == [payment.id]
    payments.sync(till.transactions, till.gateway, payment.id, at=till.at)
    assert till.now(payment).refunded_amount == 400
