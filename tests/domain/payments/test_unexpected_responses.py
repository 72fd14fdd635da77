"""An answer of the provider is read into values or named as unreadable; its events are not tried for ever."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe import PaymentIntent
from stripe import Refund as StripeRefund

from domain import payments
from domain.payments.inbound_webhooks.processing import MAX_ATTEMPTS
from domain.payments.provider import stripe_gateway
from domain.payments.provider.gateway import (
    CallRejectedError,
    ProviderPayment,
    ProviderRefund,
    UnreadableResponseError,
)
from tests.domain.payments.payment_harness import PaymentHarness
from tests.domain.payments.test_malformed_webhooks import apply_all, event_of, get_webhook, store

INTENT: dict[str, Any] = {
    "object": "payment_intent", "id": "pi_1", "amount": 1_000, "amount_capturable": 1_000,
    "amount_received": 0, "currency": "eur", "status": "requires_capture", "metadata": {},
    "latest_charge": None, "next_action": None, "last_payment_error": None, "client_secret": "x",
}  # fmt: skip
REFUND: dict[str, Any] = {
    "object": "refund", "id": "re_1", "amount": 100, "currency": "eur", "status": "succeeded", "metadata": {},
}  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=5),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def read(intent: dict[str, Any]) -> ProviderPayment:
    with stripe_gateway._translate_errors():
        return stripe_gateway._provider_payment(PaymentIntent.construct_from(intent, "sk_sandbox_x"))


@settings(deadline=None)
@given(field=st.sampled_from([*INTENT]), value=ODD, is_missing=st.booleans())
def test_a_payment_of_an_odd_shape_is_read_or_named_as_unreadable(
    field: str,
    value: Any,
    is_missing: bool,  # noqa: FBT001 -- hypothesis passes it by name
) -> None:
    intent = INTENT | {field: value}
    if is_missing:
        del intent[field]
    try:
        assert isinstance(read(intent), ProviderPayment)
    except UnreadableResponseError:
        assert intent != INTENT


@settings(deadline=None)
@given(field=st.sampled_from([*REFUND]), value=ODD)
def test_a_refund_of_an_odd_shape_is_read_or_named_as_unreadable(field: str, value: Any) -> None:
    try:
        with stripe_gateway._translate_errors():
            refund = StripeRefund.construct_from(REFUND | {field: value}, "sk_sandbox_x")
            assert isinstance(stripe_gateway._provider_refund(refund), ProviderRefund)
    except UnreadableResponseError:
        pass


def test_a_state_of_a_later_version_is_unreadable_and_not_a_guess() -> None:
    with pytest.raises(UnreadableResponseError):
        read(INTENT | {"status": "requires_seal"})


@pytest.mark.parametrize(
    "error", [UnreadableResponseError("KeyError"), CallRejectedError("resource_missing")]
)
def test_a_payment_that_cannot_be_looked_at_sets_its_event_aside(
    harness: PaymentHarness, error: Exception
) -> None:
    payment = harness.make_authorized()
    store(harness, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    harness.gateway.breaks, harness.gateway.error = "payment", error
    with pytest.raises(payments.UnexpectedProviderResponse):
        harness.refresh(payment)
    assert apply_all(harness) == MAX_ATTEMPTS
    assert get_webhook(harness, "evt_odd").set_aside_reason.startswith("UnexpectedProviderResponse")
    harness.is_checked, harness.gateway.breaks = False, ""
