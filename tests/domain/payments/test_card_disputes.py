"""Money that leaves without our asking: a card dispute is seen, posted, shown, and stops the distribution."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from domain import payments
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.ledger import AccountKind
from domain.payments import CardDispute, CardDisputeState, LiableParty, Payment
from domain.payments.rules import stops_distribution
from tests.domain.payments.payment_harness import PaymentHarness
from tests.domain.payments.test_webhooks import deliver, list_provider_events

FEE = 1_500  # what the sandbox charges for a dispute
OPEN = {
    CardDisputeState.WARNING_NEEDS_RESPONSE,
    CardDisputeState.WARNING_UNDER_REVIEW,
    CardDisputeState.NEEDS_RESPONSE,
    CardDisputeState.UNDER_REVIEW,
}


def open_dispute(harness: PaymentHarness, payment: Payment, **more: Any) -> str:
    """The customer's bank opens a dispute; answers the provider's name of it. Nobody tells us."""
    made = harness.control("POST", "disputes", payment_intent=payment.provider_reference, **more)
    return str(made["id"])


def decide_dispute(harness: PaymentHarness, dispute: str, outcome: str, **more: Any) -> None:
    harness.control("POST", f"disputes/{dispute}/decide", outcome=outcome, **more)


def list_disputes(harness: PaymentHarness, payment: Payment) -> list[CardDispute]:
    with harness.transactions() as session:
        return payments.list_card_disputes(session, payment.id)


def resolve_dispute(harness: PaymentHarness, payment: Payment, liable: LiableParty) -> None:
    [dispute] = list_disputes(harness, payment)
    with harness.transactions() as session:
        payments.resolve_card_dispute(
            session, payment.id, dispute.id, liable=liable, reason="As agreed.", by=SYSTEM, at=harness.at
        )


def deliver_events_after(harness: PaymentHarness, after: dict[str, Any]) -> list[dict[str, Any]]:
    events = list_provider_events(harness, after=after)
    for event in events:
        deliver(harness, event)
    return events


def test_a_dispute_is_seen_posted_and_stops_the_distribution(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    latest = list_provider_events(harness)[-1]
    open_dispute(harness, payment, reason="fraudulent")
    assert [event["type"] for event in deliver_events_after(harness, latest)] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    [dispute] = list_disputes(harness, payment)
    assert (dispute.state, dispute.amount, dispute.reason_code) == ("needs_response", 10_000, "fraudulent")
    assert (dispute.withdrawn_amount, dispute.fee_amount) == (10_000, FEE)
    assert harness.balance(AccountKind.DISPUTES) == 10_000
    assert harness.balance(AccountKind.DISPUTE_FEES) == FEE
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert harness.reload(payment).distribution_stopped_at == harness.at
    assert harness.event_names(payment).count("payment.disputed") == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_and_twice_the_events_of_a_dispute_end_alike(
    harness: PaymentHarness, order: tuple[int, ...]
) -> None:
    payment = harness.make_captured()
    latest = list_provider_events(harness)[-1]
    decide_dispute(harness, open_dispute(harness, payment), "won")
    events = list_provider_events(harness, after=latest)
    assert len(events) == 4
    for place in order:
        deliver(harness, events[place])
        raw = events[order[0]] | {"id": f"evt_again_{ids.new()}"}
        deliver(harness, raw)
    [dispute] = list_disputes(harness, payment)
    assert (dispute.state, dispute.withdrawn_amount, dispute.fee_amount) == ("won", 0, FEE)
    assert harness.reload(payment).distribution_stopped_at is None
    assert harness.balance(AccountKind.DISPUTES) == 0


def test_a_dispute_whose_webhooks_were_lost_is_found_at_night(harness: PaymentHarness) -> None:
    payment, quiet = harness.make_captured(), harness.make_captured()
    name = open_dispute(harness, payment)
    harness.advance(hours=20)
    night = {"since": harness.at - timedelta(days=3), "until": harness.at}
    changed = payments.find_unknown_changes(harness.transactions, harness.gateway, **night)
    assert changed == [payment.id]
    payments.sync_payment(harness.transactions, harness.gateway, payment.id, at=harness.at)
    assert [dispute.provider_reference for dispute in list_disputes(harness, payment)] == [name]
    assert payments.find_unknown_changes(harness.transactions, harness.gateway, **night) == []
    assert harness.reload(quiet).distribution_stopped_at is None


def test_an_end_whose_webhook_was_lost_is_found_within_a_day(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    name = open_dispute(harness, payment)
    harness.refresh(payment)
    decide_dispute(harness, name, "won")
    harness.advance(days=1, minutes=1)
    with harness.transactions() as session:
        assert payments.stale_payments(session, harness.at) == [payment.id]
    assert harness.refresh(payment).distribution_stopped_at is None


def test_an_inquiry_takes_no_money_and_stops_until_it_is_closed(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    name = open_dispute(harness, payment, inquiry=True)
    harness.refresh(payment)
    assert harness.reload(payment).distribution_stopped_at == harness.at
    assert harness.balance(AccountKind.DISPUTES) == harness.balance(AccountKind.DISPUTE_FEES) == 0
    harness.refund(payment, 1_000, LiableParty.BOOKING)  # an inquiry may be answered with a refund
    assert harness.sync(payment).refunded_amount == 1_000
    decide_dispute(harness, name, "warning_closed")
    assert harness.refresh(payment).distribution_stopped_at is None


def test_while_a_dispute_is_open_no_refund_is_made_and_after_a_win_it_is(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    name = open_dispute(harness, payment)
    harness.refresh(payment)
    with pytest.raises(payments.CardDisputeOpen):
        harness.refund(payment, 1_000, LiableParty.PLATFORM)
    harness.set_capture_target(payment, 4_000)
    assert harness.sync(payment).refunded_amount == 0  # the bank has given back more than that
    decide_dispute(harness, name, "won")
    harness.refresh(payment)
    assert harness.sync(payment).refunded_amount == 6_000
    assert harness.effects("/v1/refunds") != []


def test_a_refund_beside_a_partial_dispute_waits_for_its_end(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    name = open_dispute(harness, payment, amount=2_000)
    harness.refresh(payment)
    harness.set_capture_target(payment, 5_000)
    payment = harness.sync(payment)
    assert (payment.refunded_amount, payment.settled_at, payment.due_at) == (0, None, None)
    decide_dispute(harness, name, "won")
    harness.refresh(payment)
    assert harness.sync(payment).refunded_amount == 5_000


def test_after_a_loss_the_stop_stays_until_somebody_says_who_bears_it(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    name = open_dispute(harness, payment)
    harness.refresh(payment)
    decide_dispute(harness, name, "lost")
    assert harness.refresh(payment).distribution_stopped_at is not None
    with pytest.raises(payments.NoPayee):
        resolve_dispute(harness, payment, LiableParty.PROVIDER)
    resolve_dispute(harness, payment, LiableParty.PLATFORM)
    assert harness.reload(payment).distribution_stopped_at is None
    assert harness.balance(AccountKind.DISPUTES) == 0
    assert harness.balance(AccountKind.GOODWILL) == 10_000
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 10_000
    with pytest.raises(payments.CardDisputeWithoutLoss):
        resolve_dispute(harness, payment, LiableParty.PLATFORM)
    assert harness.event_names(payment)[-2:] == ["payment.dispute_closed", "payment.dispute_resolved"]


def test_what_the_booking_bears_of_a_loss_is_held_no_more(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    name = open_dispute(harness, payment, amount=3_000)
    decide_dispute(harness, name, "lost")
    harness.refresh(payment)
    resolve_dispute(harness, payment, LiableParty.BOOKING)
    assert harness.balance(AccountKind.HELD, payment.subject_id) == 7_000


def test_after_distribution_the_provider_can_bear_a_loss(harness: PaymentHarness) -> None:
    payment, ellen = harness.make_captured(), ids.new()
    harness.distribute(payment, earned=9_000, to=ellen)
    name = open_dispute(harness, payment)
    decide_dispute(harness, name, "lost")
    harness.refresh(payment)
    resolve_dispute(harness, payment, LiableParty.PROVIDER)
    assert harness.balance(AccountKind.PAYABLE, ellen) == 0
    assert harness.balance(AccountKind.RECEIVABLE, ellen) == 1_000


def test_what_does_not_come_back_of_a_win_in_part_is_a_loss(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    decide_dispute(harness, open_dispute(harness, payment), "won", amount=7_000)
    assert harness.refresh(payment).distribution_stopped_at is not None
    resolve_dispute(harness, payment, LiableParty.PLATFORM)
    assert harness.balance(AccountKind.GOODWILL) == 3_000
    assert harness.reload(payment).distribution_stopped_at is None


def test_an_open_dispute_and_one_of_another_payment_cannot_be_resolved(harness: PaymentHarness) -> None:
    payment, other = harness.make_captured(), harness.make_captured()
    open_dispute(harness, payment)
    harness.refresh(payment)
    with pytest.raises(payments.CardDisputeWithoutLoss):
        resolve_dispute(harness, payment, LiableParty.PLATFORM)
    [dispute] = list_disputes(harness, payment)
    with harness.transactions() as session, pytest.raises(payments.CardDisputeNotFound):
        payments.resolve_card_dispute(
            session, other.id, dispute.id, liable=LiableParty.PLATFORM, reason="No.", by=SYSTEM, at=harness.at
        )


@pytest.mark.parametrize("state", list(CardDisputeState))
@pytest.mark.parametrize("withdrawn", [0, 1])
@pytest.mark.parametrize("is_resolved", [False, True])
def test_what_stops_the_distribution(state: CardDisputeState, withdrawn: int, is_resolved: bool) -> None:  # noqa: FBT001
    stops = stops_distribution(state, withdrawn, is_resolved=is_resolved)
    assert stops is (state in OPEN or (withdrawn > 0 and not is_resolved))


def test_a_refund_by_hand_whose_webhook_was_lost_is_found_too(harness: PaymentHarness) -> None:
    payment = harness.make_captured()
    harness.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="400")
    harness.advance(hours=1)
    since = harness.at - timedelta(days=3)
    changed = payments.find_unknown_changes(
        harness.transactions, harness.gateway, since=since, until=harness.at
    )
    assert changed == [payment.id]
    payments.sync_payment(harness.transactions, harness.gateway, payment.id, at=harness.at)
    assert harness.reload(payment).refunded_amount == 400
