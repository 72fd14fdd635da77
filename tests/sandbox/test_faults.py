"""Faults: whatever goes wrong on the way, the effect happens once or not at all."""

import pytest
import stripe

from tests.sandbox.sandbox_client import NO_REDIRECTS, SandboxClient

PAYMENT_PARAMS = {"amount": 1_000, "currency": "sgd", "payment_method": "pm_card_visa", "confirm": True,
        "automatic_payment_methods": NO_REDIRECTS, "metadata": {"booking": "1"}}  # fmt: skip
KEY = {"idempotency_key": "booking-1"}
FAULTS = [
    ("before", stripe.APIConnectionError, 0),
    ("after", stripe.APIConnectionError, 1),
    ("error", stripe.APIError, 1),
    ("error_before", stripe.APIError, 0),
    ("rate_limit", stripe.RateLimitError, 0),
]


@pytest.mark.parametrize(("action", "error", "effects"), FAULTS)
def test_each_fault_strikes_once_with_its_own_effect(
    sandbox: SandboxClient, action: str, error: type[Exception], effects: int
) -> None:
    sandbox.control("faults", {"action": action, "endpoint": "POST /v1/payment_intents"})
    with pytest.raises(error):
        sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY)
    assert len(sandbox.stripe.payment_intents.list().data) == effects
    assert sandbox.control("faults")["faults"] == []


@pytest.mark.parametrize("action", ["before", "after", "rate_limit"])
def test_a_retry_with_the_same_key_ends_in_one_payment(sandbox: SandboxClient, action: str) -> None:
    sandbox.control("faults", {"action": action, "endpoint": "POST /v1/payment_intents"})
    with pytest.raises(stripe.StripeError):
        sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY)
    assert sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY).status == "succeeded"
    assert len(sandbox.stripe.payment_intents.list().data) == 1


def test_a_500_is_replayed_and_the_effect_is_found_by_its_metadata(sandbox: SandboxClient) -> None:
    sandbox.control("faults", {"action": "error", "endpoint": "POST /v1/payment_intents"})
    for _ in range(2):
        with pytest.raises(stripe.APIError) as exc_info:
            sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY)
        assert exc_info.value.http_status == 500
    payments = sandbox.stripe.payment_intents.search({"query": "metadata['booking']:'1'"}).data
    assert [item.status for item in payments] == ["succeeded"]


def test_the_official_librarys_own_retries_get_through(sandbox: SandboxClient) -> None:
    sandbox.control("faults", {"action": "after", "endpoint": "POST /v1/payment_intents"})
    paid = sandbox.client(retries=2).payment_intents.create(PAYMENT_PARAMS)
    assert paid.status == "succeeded"
    assert len(sandbox.stripe.payment_intents.list().data) == 1


def test_a_fault_lets_others_pass_and_waits_its_turn(sandbox: SandboxClient) -> None:
    sandbox.control(
        "faults", {"action": "before", "endpoint": "POST /v1/payment_intents/*/capture", "skip": 1}
    )
    first, second = sandbox.payment(capture_method="manual"), sandbox.payment(capture_method="manual")
    sandbox.stripe.payment_intents.capture(first.id)
    with pytest.raises(stripe.APIConnectionError):
        sandbox.stripe.payment_intents.capture(second.id)
    assert sandbox.stripe.payment_intents.capture(second.id).status == "succeeded"


def test_faults_are_disarmed(sandbox: SandboxClient) -> None:
    sandbox.control("faults", {"action": "before", "count": None})
    assert sandbox.http.delete("/_sandbox/faults").json() == {"faults": []}
    assert sandbox.payment().status == "succeeded"


def test_an_unknown_fault_is_refused(sandbox: SandboxClient) -> None:
    assert sandbox.http.post("/_sandbox/faults", json={"action": "explode"}).status_code == 400
