"""The pure decisions: from every standing there is one next thing to ask, and asking it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation import ids
from domain.payments import PaymentState, ProviderCallKind, ProviderCallState, RefundState
from domain.payments.provider.gateway import ProviderPayment, ProviderPaymentState, ProviderRefund
from domain.payments.rules import (
    LEASE,
    MAX_FAILURES,
    PaymentProgress,
    is_confirmed_by,
    is_forward_transition,
    is_in_progress,
    is_later_refund_state,
    is_target_reached,
    next_call,
    next_payment_state,
    retry_delay,
)
from tests.market_calendar import START

ENDS = {PaymentState.CAPTURED, PaymentState.CANCELLED}


def provider_payment(
    state: ProviderPaymentState, code: str | None = None, *refunds: ProviderRefund
) -> ProviderPayment:
    return ProviderPayment("pi_1", None, state, 0, 0, failure_code=code, refunds=refunds)


@st.composite
def progress_values(draw: st.DrawFn) -> PaymentProgress:
    authorized = draw(st.integers(1, 10**6))
    state = draw(st.sampled_from(PaymentState))
    captured = draw(st.integers(0, authorized)) if state is PaymentState.CAPTURED else 0
    held = authorized if state in {PaymentState.AUTHORIZED, PaymentState.CAPTURED} else 0
    return PaymentProgress(
        state=state,
        is_known_to_provider=state is not PaymentState.PLANNED or draw(st.booleans()),
        keep_amount=draw(st.none() | st.integers(0, authorized)),
        authorized_amount=held,
        captured_amount=captured,
        refund_total=draw(st.integers(0, captured)),
    )


def after_next_call(progress: PaymentProgress) -> PaymentProgress:
    """Where a payment stands when its next step was done."""
    step = next_call(progress)
    if step is None:
        return progress
    state, captured, refund_total = progress.state, progress.captured_amount, progress.refund_total
    match step.kind:
        case ProviderCallKind.CAPTURE:
            state, captured = PaymentState.CAPTURED, step.amount
        case ProviderCallKind.CANCEL:
            state = PaymentState.CANCELLED
        case _:
            refund_total += step.amount
    return replace(progress, state=state, captured_amount=captured, refund_total=refund_total)


@given(progress=progress_values())
def test_whatever_was_decided_one_step_or_two_settle_it(progress: PaymentProgress) -> None:
    ended = after_next_call(after_next_call(progress))
    assert next_call(ended) is None
    if progress.keep_amount is not None and (ended.is_known_to_provider or ended.state in ENDS):
        assert is_target_reached(ended)
        kept = ended.captured_amount - ended.refund_total
        assert kept <= progress.keep_amount
        before = progress.captured_amount - progress.refund_total
        if progress.state is PaymentState.AUTHORIZED:
            assert kept == progress.keep_amount
        elif progress.state is PaymentState.CAPTURED:
            assert kept == min(before, progress.keep_amount)


@given(progress=progress_values())
def test_no_step_gives_back_more_than_was_taken_or_takes_more_than_is_held(progress: PaymentProgress) -> None:
    ended = after_next_call(progress)
    assert 0 <= ended.refund_total <= ended.captured_amount
    assert ended.captured_amount <= max(progress.authorized_amount, progress.captured_amount)


@given(progress=progress_values())
def test_nothing_is_asked_while_nothing_is_decided(progress: PaymentProgress) -> None:
    if progress.keep_amount is None:
        assert next_call(progress) is None
        assert not is_target_reached(progress)


EARLY = (PaymentState.PLANNED, PaymentState.REQUIRES_ACTION, PaymentState.FAILED)
SHOWN_STATES = {
    ProviderPaymentState.NEEDS_ACTION: PaymentState.REQUIRES_ACTION,
    ProviderPaymentState.AUTHORIZED: PaymentState.AUTHORIZED,
    ProviderPaymentState.CAPTURED: PaymentState.CAPTURED,
    ProviderPaymentState.CANCELLED: PaymentState.CANCELLED,
}


@pytest.mark.parametrize("shown", list(ProviderPaymentState))
@pytest.mark.parametrize("state", list(PaymentState))
def test_every_state_follows_what_is_seen_and_never_goes_back(
    state: PaymentState, shown: ProviderPaymentState
) -> None:
    expected = SHOWN_STATES.get(shown, state)
    if state is PaymentState.AUTHORIZED and expected in EARLY:
        expected = state
    if state in ENDS:
        expected = state
    assert next_payment_state(state, provider_payment(shown)) is expected


@pytest.mark.parametrize("state", list(PaymentState))
def test_a_declined_card_is_seen_only_before_anything_is_held(state: PaymentState) -> None:
    expected = PaymentState.FAILED if state in EARLY else state
    assert (
        next_payment_state(state, provider_payment(ProviderPaymentState.NEEDS_METHOD, "card_declined"))
        is expected
    )


@pytest.mark.parametrize("shown", list(ProviderPaymentState))
@pytest.mark.parametrize("state", list(PaymentState))
def test_what_goes_forward_is_what_others_cannot_have_undone(
    state: PaymentState, shown: ProviderPaymentState
) -> None:
    assert is_forward_transition(state, provider_payment(shown)) == (
        (SHOWN_STATES.get(shown) in ENDS and state not in ENDS)
        or (SHOWN_STATES.get(shown) is PaymentState.AUTHORIZED and state in EARLY)
    )


def test_a_refunds_news_are_those_of_a_later_state() -> None:
    order = [RefundState.PLANNED, RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED]
    for place, state in enumerate(order):
        assert [is_later_refund_state(shown, state) for shown in order] == [
            other > place for other in range(4)
        ]


def test_what_proves_that_a_call_had_its_effect() -> None:
    refund_id = ids.new()
    refund = ProviderRefund("re_1", refund_id, 1, RefundState.PENDING)
    proofs = {
        (kind, state)
        for kind in ProviderCallKind
        for state in ProviderPaymentState
        if is_confirmed_by(kind, provider_payment(state), refund_id)
    }
    assert proofs == {
        (ProviderCallKind.AUTHORIZE, ProviderPaymentState.NEEDS_ACTION),
        (ProviderCallKind.AUTHORIZE, ProviderPaymentState.PROCESSING),
        (ProviderCallKind.AUTHORIZE, ProviderPaymentState.AUTHORIZED),
        (ProviderCallKind.AUTHORIZE, ProviderPaymentState.CAPTURED),
        (ProviderCallKind.CAPTURE, ProviderPaymentState.CAPTURED),
        (ProviderCallKind.CANCEL, ProviderPaymentState.CANCELLED),
    }
    assert is_confirmed_by(
        ProviderCallKind.REFUND, provider_payment(ProviderPaymentState.CAPTURED, None, refund), refund_id
    )
    assert not is_confirmed_by(
        ProviderCallKind.REFUND, provider_payment(ProviderPaymentState.CAPTURED, None, refund), ids.new()
    )


@pytest.mark.parametrize("state", list(ProviderCallState))
def test_only_a_call_sent_a_moment_ago_is_somebody_elses(state: ProviderCallState) -> None:
    sent_at, moment = START, timedelta(seconds=1)
    assert is_in_progress(state, sent_at, sent_at + LEASE - moment) == (state is ProviderCallState.SENT)
    assert not is_in_progress(state, sent_at, sent_at + LEASE)
    assert not is_in_progress(state, None, sent_at)


def test_the_waits_after_refusals_double_and_giving_up_needs_none() -> None:
    waits = [retry_delay(failures) for failures in range(1, MAX_FAILURES + 1)]
    assert waits[1:-1] == [2 * wait for wait in waits[:-2]]
    assert waits[-1] == timedelta(0)
