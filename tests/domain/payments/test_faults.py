"""Every call to the provider × every way to lose it × a process that dies between the phases: one effect.

The wire fails before the effect, after it without an answer, with a 500 after it or before it, with "not
now"; the process dies after the call is written down, or after it was made. Whoever settles later brings it
to exactly one effect and books that agree with the provider's.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from domain import payments
from domain.foundation.errors import Conflict, Unavailable
from domain.payments import LiableParty, Payment, PaymentState, ProviderCallKind
from tests.domain.payments.payment_harness import PaymentHarness, ProcessKilled
from tests.together import together

FAULTS = ("before", "after", "error", "error_before", "rate_limit")
CARD = "pm_card_visa"


def make_payment_awaiting(harness: PaymentHarness, kind: ProviderCallKind) -> Payment:
    """A payment of which a call of this kind is the next thing to ask."""
    if kind is ProviderCallKind.AUTHORIZE:
        return harness.make_payment()
    payment = harness.make_authorized() if kind is not ProviderCallKind.REFUND else harness.make_captured()
    harness.set_capture_target(
        payment,
        {ProviderCallKind.CAPTURE: 7_000, ProviderCallKind.CANCEL: 0, ProviderCallKind.REFUND: 4_000}[kind],
    )
    return payment


def make_call(harness: PaymentHarness, kind: ProviderCallKind, payment: Payment) -> Payment:
    """The call itself, as people or workers make it."""
    return harness.authorize(payment, CARD) if kind is ProviderCallKind.AUTHORIZE else harness.sync(payment)


ENDPOINTS = {
    ProviderCallKind.AUTHORIZE: "POST /v1/payment_intents",
    ProviderCallKind.CAPTURE: "POST /v1/payment_intents/*/capture",
    ProviderCallKind.CANCEL: "POST /v1/payment_intents/*/cancel",
    ProviderCallKind.REFUND: "POST /v1/refunds",
}
VERBS = {kind: kind.value for kind in ProviderCallKind}
EXPECTED: dict[ProviderCallKind, Callable[[Payment], bool]] = {
    ProviderCallKind.AUTHORIZE: lambda payment: payment.state is PaymentState.AUTHORIZED,
    ProviderCallKind.CAPTURE: lambda payment: payment.captured_amount == 7_000,
    ProviderCallKind.CANCEL: lambda payment: payment.state is PaymentState.CANCELLED,
    ProviderCallKind.REFUND: lambda payment: payment.refunded_amount == 6_000,
}


def recover(harness: PaymentHarness, kind: ProviderCallKind, payment: Payment) -> Payment:
    """The sweeps go on, and a customer whose card was not asked at all tries again."""
    payment = harness.sync_until_done(payment)
    return harness.authorize(payment, CARD) if kind is ProviderCallKind.AUTHORIZE else payment


def one_effect(harness: PaymentHarness, kind: ProviderCallKind, payment: Payment) -> None:
    assert EXPECTED[kind](harness.reload(payment))
    assert len(harness.effects(ENDPOINTS[kind].split("/")[-1])) == 1
    assert len(harness.stripe("GET", "payment_intents")["data"]) == 1
    with harness.transactions() as session:
        assert payments.due_payments(session, harness.at) == []


@pytest.mark.parametrize("kind", list(ProviderCallKind))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_lost_on_the_wire_has_one_effect(
    harness: PaymentHarness, kind: ProviderCallKind, fault: str
) -> None:
    payment = make_payment_awaiting(harness, kind)
    harness.fault(fault, ENDPOINTS[kind])
    if kind is ProviderCallKind.AUTHORIZE:
        with pytest.raises(payments.PaymentOutcomeUnknown):
            make_call(harness, kind, payment)
    else:
        make_call(harness, kind, payment)
    recover(harness, kind, payment)
    one_effect(harness, kind, payment)


@pytest.mark.parametrize("kind", list(ProviderCallKind))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_dies_between_the_phases_leaves_one_effect(
    harness: PaymentHarness, kind: ProviderCallKind, moment: str
) -> None:
    payment = make_payment_awaiting(harness, kind)
    setattr(harness.gateway, f"dies_{moment}", VERBS[kind])
    with pytest.raises(ProcessKilled):
        make_call(harness, kind, payment)
    recover(harness, kind, payment)
    one_effect(harness, kind, payment)


@pytest.mark.parametrize("kind", list(ProviderCallKind))
@pytest.mark.parametrize("fault", ["before", "after", "error"])
def test_a_lost_call_and_a_death_while_it_is_recovered_leave_one_effect(
    harness: PaymentHarness, kind: ProviderCallKind, fault: str
) -> None:
    payment = make_payment_awaiting(harness, kind)
    harness.fault(fault, ENDPOINTS[kind])
    if kind is ProviderCallKind.AUTHORIZE:
        with pytest.raises(payments.PaymentOutcomeUnknown):
            make_call(harness, kind, payment)
    else:
        make_call(harness, kind, payment)
    harness.advance(minutes=3)
    harness.gateway.dies_before = VERBS[kind] if fault == "before" else "payment"
    harness.gateway.dies_after = "find_payment" if kind is ProviderCallKind.AUTHORIZE else ""
    with pytest.raises(ProcessKilled):
        harness.sync(payment)
    harness.gateway.dies_before = harness.gateway.dies_after = ""
    recover(harness, kind, payment)
    one_effect(harness, kind, payment)


@pytest.mark.parametrize("kind", list(ProviderCallKind))
def test_an_answer_lost_for_longer_than_keys_are_remembered_has_one_effect(
    harness: PaymentHarness, kind: ProviderCallKind
) -> None:
    payment = make_payment_awaiting(harness, kind)
    harness.gateway.dies_after = VERBS[kind]
    with pytest.raises(ProcessKilled):
        make_call(harness, kind, payment)
    harness.advance(hours=25)
    recover(harness, kind, payment)
    one_effect(harness, kind, payment)


def test_a_customer_made_known_with_a_lost_answer_is_made_known_once(harness: PaymentHarness) -> None:
    payment = harness.make_payment()
    harness.fault("after", "POST /v1/customers")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        harness.authorize(payment)
    assert harness.authorize(payment).state is PaymentState.AUTHORIZED
    assert len(harness.stripe("GET", "customers")["data"]) == 1


def test_nobody_takes_up_a_call_that_somebody_is_making(harness: PaymentHarness) -> None:
    payment = make_payment_awaiting(harness, ProviderCallKind.CAPTURE)
    harness.gateway.dies_before = "capture"
    with pytest.raises(ProcessKilled):
        harness.sync(payment)
    harness.sync(payment)
    assert harness.reload(payment).state is PaymentState.AUTHORIZED
    harness.advance(minutes=1)
    assert harness.sync(payment).state is PaymentState.CAPTURED


def test_while_the_card_is_asked_nobody_asks_it_again(harness: PaymentHarness) -> None:
    payment = harness.make_payment()
    harness.gateway.dies_before = "authorize"
    with pytest.raises(ProcessKilled):
        harness.authorize(payment)
    with pytest.raises(payments.PaymentInProgress):
        harness.authorize(payment)
    harness.advance(minutes=1)
    assert harness.authorize(payment).state is PaymentState.AUTHORIZED


def test_an_unknown_outcome_is_not_a_failure(harness: PaymentHarness) -> None:
    payment = harness.make_payment()
    harness.fault("after", "POST /v1/payment_intents")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        harness.authorize(payment)
    payment = harness.reload(payment)
    assert (payment.state, payment.failure_code) == (PaymentState.PLANNED, None)
    assert harness.sync(payment).state is PaymentState.AUTHORIZED


def test_a_provider_that_is_away_for_long_raises_one_alarm_per_call(harness: PaymentHarness) -> None:
    payment = make_payment_awaiting(harness, ProviderCallKind.CAPTURE)
    harness.fault("before", "*", count=None)
    harness.sync(payment)
    for minutes in (14, 2, 2):
        harness.advance(minutes=minutes)
        harness.sync(payment)
        with harness.transactions() as session:
            payments.alert_overdue_calls(session, harness.at)
    assert harness.event_names(payment).count("payment.outcome_overdue") == 1
    harness.control("DELETE", "faults")
    assert harness.sync_until_done(payment).state is PaymentState.CAPTURED


def test_the_attempts_to_learn_an_end_grow_rarer_and_never_cease(harness: PaymentHarness) -> None:
    payment = make_payment_awaiting(harness, ProviderCallKind.CAPTURE)
    harness.fault("before", "*", count=None)
    harness.sync(payment)
    waits = []
    for _ in range(8):
        waits.append(minutes_until_due(harness))
        harness.sync(payment)
    harness.control("DELETE", "faults")
    assert harness.sync_until_done(payment).state is PaymentState.CAPTURED
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def minutes_until_due(harness: PaymentHarness) -> int:
    for minutes in range(100):
        with harness.transactions() as session:
            if payments.due_payments(session, harness.at):
                return minutes
        harness.at += timedelta(minutes=1)
    raise AssertionError("never due")


def test_what_waits_is_swept_up(harness: PaymentHarness) -> None:
    waiting = [
        make_payment_awaiting(harness, kind)
        for kind in (ProviderCallKind.CAPTURE, ProviderCallKind.CANCEL, ProviderCallKind.REFUND)
    ]
    waiting.append(harness.make_captured())
    harness.refund(waiting[-1], 100, LiableParty.BOOKING)
    with harness.transactions() as session:
        assert set(payments.due_payments(session, harness.at)) == {payment.id for payment in waiting}
    for payment in waiting:
        harness.sync(payment)
    with harness.transactions() as session:
        assert payments.due_payments(session, harness.at) == []


@pytest.mark.parametrize("kind", list(ProviderCallKind))
def test_a_crowd_at_one_payment_leaves_one_effect(harness: PaymentHarness, kind: ProviderCallKind) -> None:
    payment = make_payment_awaiting(harness, kind)

    def push(number: int) -> None:
        with suppress(payments.PaymentInProgress, payments.PaymentOutcomeUnknown, Conflict, Unavailable):
            if number % 3 == 2:
                harness.refresh(payment)
            else:
                make_call(harness, kind, payment)

    together(push, 12, threads=6)
    recover(harness, kind, payment)
    one_effect(harness, kind, payment)
