"""An answer of the provider is read into values or named as unreadable; its events are not tried for ever."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe import PaymentIntent
from stripe import Refund as StripeRefund

from domain import payments
from domain.payments import stripe_gateway
from domain.payments.gateway import AnswerUnreadableError, CallRefusedError, PaymentSeen, RefundSeen
from domain.payments.webhooks import MOST_ATTEMPTS
from tests.domain.payments.harness import Till
from tests.domain.payments.test_odd_webhooks import event_of, follow_all, stored, take

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


def read(intent: dict[str, Any]) -> PaymentSeen:
    with stripe_gateway._in_our_words():
        return stripe_gateway._seen(PaymentIntent.construct_from(intent, "sk_sandbox_x"))


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
        assert isinstance(read(intent), PaymentSeen)
    except AnswerUnreadableError:
        assert intent != INTENT


@settings(deadline=None)
@given(field=st.sampled_from([*REFUND]), value=ODD)
def test_a_refund_of_an_odd_shape_is_read_or_named_as_unreadable(field: str, value: Any) -> None:
    try:
        with stripe_gateway._in_our_words():
            refund = StripeRefund.construct_from(REFUND | {field: value}, "sk_sandbox_x")
            assert isinstance(stripe_gateway._refund_seen(refund), RefundSeen)
    except AnswerUnreadableError:
        pass


def test_a_state_of_a_later_version_is_unreadable_and_not_a_guess() -> None:
    with pytest.raises(AnswerUnreadableError):
        read(INTENT | {"status": "requires_seal"})


@pytest.mark.parametrize("error", [AnswerUnreadableError("KeyError"), CallRefusedError("resource_missing")])
def test_a_payment_that_cannot_be_looked_at_sets_its_event_aside(till: Till, error: Exception) -> None:
    payment = till.authorized()
    take(till, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    till.gateway.breaks, till.gateway.error = "payment", error
    with pytest.raises(payments.ProviderAnswerUnfit):
        till.bring(payment)
    assert follow_all(till) == MOST_ATTEMPTS
    assert stored(till, "evt_odd").set_aside_reason.startswith("ProviderAnswerUnfit")
    till.is_checked, till.gateway.breaks = False, ""
