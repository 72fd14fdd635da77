"""The pure decisions: from every standing there is one next thing to ask, and asking it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation import ids
from domain.payments import OpKind, OpState, PaymentState, RefundState
from domain.payments.gateway import PaymentSeen, ProviderState, RefundSeen
from domain.payments.rules import (
    LEASE,
    MOST_FAILURES,
    Standing,
    comes_after,
    goes_forward,
    is_settled,
    is_taken_up,
    next_step,
    proves,
    state_after,
    wait_after,
)
from tests.market_calendar import START

ENDS = {PaymentState.CAPTURED, PaymentState.CANCELLED}


def seen(state: ProviderState, code: str | None = None, *refunds: RefundSeen) -> PaymentSeen:
    return PaymentSeen("pi_1", None, state, 0, 0, failure_code=code, refunds=refunds)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    authorized = draw(st.integers(1, 10**6))
    state = draw(st.sampled_from(PaymentState))
    captured = draw(st.integers(0, authorized)) if state is PaymentState.CAPTURED else 0
    held = authorized if state in {PaymentState.AUTHORIZED, PaymentState.CAPTURED} else 0
    return Standing(
        state=state,
        is_known_to_provider=state is not PaymentState.PLANNED or draw(st.booleans()),
        keep_amount=draw(st.none() | st.integers(0, authorized)),
        authorized_amount=held,
        captured_amount=captured,
        given_back=draw(st.integers(0, captured)),
    )


def after(standing: Standing) -> Standing:
    """Where a payment stands when its next step was done."""
    step = next_step(standing)
    if step is None:
        return standing
    state, captured, given_back = standing.state, standing.captured_amount, standing.given_back
    match step.kind:
        case OpKind.CAPTURE:
            state, captured = PaymentState.CAPTURED, step.amount
        case OpKind.CANCEL:
            state = PaymentState.CANCELLED
        case _:
            given_back += step.amount
    return replace(standing, state=state, captured_amount=captured, given_back=given_back)


@given(standing=standings())
def test_whatever_was_decided_one_step_or_two_settle_it(standing: Standing) -> None:
    ended = after(after(standing))
    assert next_step(ended) is None
    if standing.keep_amount is not None and (ended.is_known_to_provider or ended.state in ENDS):
        assert is_settled(ended)
        kept = ended.captured_amount - ended.given_back
        assert kept <= standing.keep_amount
        before = standing.captured_amount - standing.given_back
        if standing.state is PaymentState.AUTHORIZED:
            assert kept == standing.keep_amount
        elif standing.state is PaymentState.CAPTURED:
            assert kept == min(before, standing.keep_amount)


@given(standing=standings())
def test_no_step_gives_back_more_than_was_taken_or_takes_more_than_is_held(standing: Standing) -> None:
    ended = after(standing)
    assert 0 <= ended.given_back <= ended.captured_amount
    assert ended.captured_amount <= max(standing.authorized_amount, standing.captured_amount)


@given(standing=standings())
def test_nothing_is_asked_while_nothing_is_decided(standing: Standing) -> None:
    if standing.keep_amount is None:
        assert next_step(standing) is None
        assert not is_settled(standing)


EARLY = (PaymentState.PLANNED, PaymentState.REQUIRES_ACTION, PaymentState.FAILED)
TOLD = {
    ProviderState.NEEDS_ACTION: PaymentState.REQUIRES_ACTION,
    ProviderState.AUTHORIZED: PaymentState.AUTHORIZED,
    ProviderState.CAPTURED: PaymentState.CAPTURED,
    ProviderState.CANCELLED: PaymentState.CANCELLED,
}


@pytest.mark.parametrize("told", list(ProviderState))
@pytest.mark.parametrize("state", list(PaymentState))
def test_every_state_follows_what_is_seen_and_never_goes_back(
    state: PaymentState, told: ProviderState
) -> None:
    expected = TOLD.get(told, state)
    if state is PaymentState.AUTHORIZED and expected in EARLY:
        expected = state
    if state in ENDS:
        expected = state
    assert state_after(state, seen(told)) is expected


@pytest.mark.parametrize("state", list(PaymentState))
def test_a_declined_card_is_seen_only_before_anything_is_held(state: PaymentState) -> None:
    expected = PaymentState.FAILED if state in EARLY else state
    assert state_after(state, seen(ProviderState.NEEDS_METHOD, "card_declined")) is expected


@pytest.mark.parametrize("told", list(ProviderState))
@pytest.mark.parametrize("state", list(PaymentState))
def test_what_goes_forward_is_what_others_cannot_have_undone(
    state: PaymentState, told: ProviderState
) -> None:
    assert goes_forward(state, seen(told)) == (
        (TOLD.get(told) in ENDS and state not in ENDS)
        or (TOLD.get(told) is PaymentState.AUTHORIZED and state in EARLY)
    )


def test_a_refunds_news_are_those_of_a_later_state() -> None:
    order = [RefundState.PLANNED, RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED]
    for place, state in enumerate(order):
        assert [comes_after(told, state) for told in order] == [other > place for other in range(4)]


def test_what_proves_that_a_call_had_its_effect() -> None:
    refund_id = ids.new()
    refund = RefundSeen("re_1", refund_id, 1, RefundState.PENDING)
    proofs = {
        (kind, state) for kind in OpKind for state in ProviderState if proves(kind, seen(state), refund_id)
    }
    assert proofs == {
        (OpKind.AUTHORIZE, ProviderState.NEEDS_ACTION),
        (OpKind.AUTHORIZE, ProviderState.PROCESSING),
        (OpKind.AUTHORIZE, ProviderState.AUTHORIZED),
        (OpKind.AUTHORIZE, ProviderState.CAPTURED),
        (OpKind.CAPTURE, ProviderState.CAPTURED),
        (OpKind.CANCEL, ProviderState.CANCELLED),
    }
    assert proves(OpKind.REFUND, seen(ProviderState.CAPTURED, None, refund), refund_id)
    assert not proves(OpKind.REFUND, seen(ProviderState.CAPTURED, None, refund), ids.new())


@pytest.mark.parametrize("state", list(OpState))
def test_only_a_call_sent_a_moment_ago_is_somebody_elses(state: OpState) -> None:
    sent_at, moment = START, timedelta(seconds=1)
    assert is_taken_up(state, sent_at, sent_at + LEASE - moment) == (state is OpState.SENT)
    assert not is_taken_up(state, sent_at, sent_at + LEASE)
    assert not is_taken_up(state, None, sent_at)


def test_the_waits_after_refusals_double_and_giving_up_needs_none() -> None:
    waits = [wait_after(failures) for failures in range(1, MOST_FAILURES + 1)]
    assert waits[1:-1] == [2 * wait for wait in waits[:-2]]
    assert waits[-1] == timedelta(0)
