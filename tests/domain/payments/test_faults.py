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
from domain.payments import Liable, OpKind, Payment, PaymentState
from tests.domain.payments.harness import Killed, Till
from tests.together import together

FAULTS = ("before", "after", "error", "error_before", "rate_limit")
CARD = "pm_card_visa"


def prepared(till: Till, kind: OpKind) -> Payment:
    """A payment of which a call of this kind is the next thing to ask."""
    if kind is OpKind.AUTHORIZE:
        return till.asked()
    payment = till.authorized() if kind is not OpKind.REFUND else till.captured()
    till.keep(payment, {OpKind.CAPTURE: 7_000, OpKind.CANCEL: 0, OpKind.REFUND: 4_000}[kind])
    return payment


def ask(till: Till, kind: OpKind, payment: Payment) -> Payment:
    """The call itself, as people or workers make it."""
    return till.authorize(payment, CARD) if kind is OpKind.AUTHORIZE else till.settle(payment)


ENDPOINTS = {
    OpKind.AUTHORIZE: "POST /v1/payment_intents",
    OpKind.CAPTURE: "POST /v1/payment_intents/*/capture",
    OpKind.CANCEL: "POST /v1/payment_intents/*/cancel",
    OpKind.REFUND: "POST /v1/refunds",
}
VERBS = {kind: kind.value for kind in OpKind}
EXPECTED: dict[OpKind, Callable[[Payment], bool]] = {
    OpKind.AUTHORIZE: lambda payment: payment.state is PaymentState.AUTHORIZED,
    OpKind.CAPTURE: lambda payment: payment.captured_amount == 7_000,
    OpKind.CANCEL: lambda payment: payment.state is PaymentState.CANCELLED,
    OpKind.REFUND: lambda payment: payment.refunded_amount == 6_000,
}


def recover(till: Till, kind: OpKind, payment: Payment) -> Payment:
    """The sweeps go on, and a customer whose card was not asked at all tries again."""
    payment = till.settle_for_good(payment)
    return till.authorize(payment, CARD) if kind is OpKind.AUTHORIZE else payment


def one_effect(till: Till, kind: OpKind, payment: Payment) -> None:
    assert EXPECTED[kind](till.now(payment))
    assert len(till.effects(ENDPOINTS[kind].split("/")[-1])) == 1
    assert len(till.stripe("GET", "payment_intents")["data"]) == 1
    with till.transactions() as session:
        assert payments.due(session, till.at) == []


@pytest.mark.parametrize("kind", list(OpKind))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_lost_on_the_wire_has_one_effect(till: Till, kind: OpKind, fault: str) -> None:
    payment = prepared(till, kind)
    till.fault(fault, ENDPOINTS[kind])
    if kind is OpKind.AUTHORIZE:
        with pytest.raises(payments.PaymentOutcomeUnknown):
            ask(till, kind, payment)
    else:
        ask(till, kind, payment)
    recover(till, kind, payment)
    one_effect(till, kind, payment)


@pytest.mark.parametrize("kind", list(OpKind))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_dies_between_the_phases_leaves_one_effect(
    till: Till, kind: OpKind, moment: str
) -> None:
    payment = prepared(till, kind)
    setattr(till.gateway, f"dies_{moment}", VERBS[kind])
    with pytest.raises(Killed):
        ask(till, kind, payment)
    recover(till, kind, payment)
    one_effect(till, kind, payment)


@pytest.mark.parametrize("kind", list(OpKind))
@pytest.mark.parametrize("fault", ["before", "after", "error"])
def test_a_lost_call_and_a_death_while_it_is_recovered_leave_one_effect(
    till: Till, kind: OpKind, fault: str
) -> None:
    payment = prepared(till, kind)
    till.fault(fault, ENDPOINTS[kind])
    if kind is OpKind.AUTHORIZE:
        with pytest.raises(payments.PaymentOutcomeUnknown):
            ask(till, kind, payment)
    else:
        ask(till, kind, payment)
    till.later(minutes=3)
    till.gateway.dies_before = VERBS[kind] if fault == "before" else "payment"
    till.gateway.dies_after = "find_payment" if kind is OpKind.AUTHORIZE else ""
    with pytest.raises(Killed):
        till.settle(payment)
    till.gateway.dies_before = till.gateway.dies_after = ""
    recover(till, kind, payment)
    one_effect(till, kind, payment)


@pytest.mark.parametrize("kind", list(OpKind))
def test_an_answer_lost_for_longer_than_keys_are_remembered_has_one_effect(till: Till, kind: OpKind) -> None:
    payment = prepared(till, kind)
    till.gateway.dies_after = VERBS[kind]
    with pytest.raises(Killed):
        ask(till, kind, payment)
    till.later(hours=25)
    recover(till, kind, payment)
    one_effect(till, kind, payment)


def test_a_customer_made_known_with_a_lost_answer_is_made_known_once(till: Till) -> None:
    payment = till.asked()
    till.fault("after", "POST /v1/customers")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        till.authorize(payment)
    assert till.authorize(payment).state is PaymentState.AUTHORIZED
    assert len(till.stripe("GET", "customers")["data"]) == 1


def test_nobody_takes_up_a_call_that_somebody_is_making(till: Till) -> None:
    payment = prepared(till, OpKind.CAPTURE)
    till.gateway.dies_before = "capture"
    with pytest.raises(Killed):
        till.settle(payment)
    till.settle(payment)
    assert till.now(payment).state is PaymentState.AUTHORIZED
    till.later(minutes=1)
    assert till.settle(payment).state is PaymentState.CAPTURED


def test_while_the_card_is_asked_nobody_asks_it_again(till: Till) -> None:
    payment = till.asked()
    till.gateway.dies_before = "authorize"
    with pytest.raises(Killed):
        till.authorize(payment)
    with pytest.raises(payments.PaymentUnderway):
        till.authorize(payment)
    till.later(minutes=1)
    assert till.authorize(payment).state is PaymentState.AUTHORIZED


def test_an_unknown_outcome_is_not_a_failure(till: Till) -> None:
    payment = till.asked()
    till.fault("after", "POST /v1/payment_intents")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        till.authorize(payment)
    payment = till.now(payment)
    assert (payment.state, payment.failure_code) == (PaymentState.PLANNED, None)
    assert till.settle(payment).state is PaymentState.AUTHORIZED


def test_a_provider_that_is_away_for_long_raises_one_alarm_per_call(till: Till) -> None:
    payment = prepared(till, OpKind.CAPTURE)
    till.fault("before", "*", count=None)
    till.settle(payment)
    for minutes in (14, 2, 2):
        till.later(minutes=minutes)
        till.settle(payment)
        with till.transactions() as session:
            payments.raise_overdue(session, till.at)
    assert till.told(payment).count("payment.outcome_overdue") == 1
    till.control("DELETE", "faults")
    assert till.settle_for_good(payment).state is PaymentState.CAPTURED


def test_the_attempts_to_learn_an_end_grow_rarer_and_never_cease(till: Till) -> None:
    payment = prepared(till, OpKind.CAPTURE)
    till.fault("before", "*", count=None)
    till.settle(payment)
    waits = []
    for _ in range(8):
        waits.append(minutes_until_due(till))
        till.settle(payment)
    till.control("DELETE", "faults")
    assert till.settle_for_good(payment).state is PaymentState.CAPTURED
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def minutes_until_due(till: Till) -> int:
    for minutes in range(100):
        with till.transactions() as session:
            if payments.due(session, till.at):
                return minutes
        till.at += timedelta(minutes=1)
    raise AssertionError("never due")


def test_what_waits_is_swept_up(till: Till) -> None:
    waiting = [prepared(till, kind) for kind in (OpKind.CAPTURE, OpKind.CANCEL, OpKind.REFUND)]
    waiting.append(till.captured())
    till.refund(waiting[-1], 100, Liable.BOOKING)
    with till.transactions() as session:
        assert set(payments.due(session, till.at)) == {payment.id for payment in waiting}
    for payment in waiting:
        till.settle(payment)
    with till.transactions() as session:
        assert payments.due(session, till.at) == []


@pytest.mark.parametrize("kind", list(OpKind))
def test_a_crowd_at_one_payment_leaves_one_effect(till: Till, kind: OpKind) -> None:
    payment = prepared(till, kind)

    def push(number: int) -> None:
        with suppress(payments.PaymentUnderway, payments.PaymentOutcomeUnknown, Conflict, Unavailable):
            if number % 3 == 2:
                till.bring(payment)
            else:
                ask(till, kind, payment)

    together(push, 12, threads=6)
    recover(till, kind, payment)
    one_effect(till, kind, payment)
