"""Idempotency: one key, one effect, one answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from tests.sandbox.sandbox_client import DAY, NO_REDIRECTS, SandboxClient

PAYMENT_PARAMS = {"amount": 1_000, "currency": "sgd", "payment_method": "pm_card_visa", "confirm": True,
        "automatic_payment_methods": NO_REDIRECTS}  # fmt: skip
KEY = {"idempotency_key": "booking-1"}


def payments(sandbox: SandboxClient) -> int:
    return len(sandbox.stripe.payment_intents.list({"limit": 100}).data)


def test_the_same_key_replays_the_first_answer_and_says_so(sandbox: SandboxClient) -> None:
    first = sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY)
    again = sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY)
    assert (again.id, payments(sandbox)) == (first.id, 1)
    headers = again.last_response.headers
    assert headers["idempotent-replayed"] == "true"
    assert headers["original-request"] == first.last_response.headers["request-id"]
    assert headers["request-id"] != headers["original-request"]


def test_the_same_key_with_other_parameters_is_refused(sandbox: SandboxClient) -> None:
    sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY)
    with pytest.raises(stripe.IdempotencyError) as exc_info:
        sandbox.stripe.payment_intents.create(PAYMENT_PARAMS | {"amount": 1_001}, KEY)
    assert (exc_info.value.http_status, payments(sandbox)) == (400, 1)


def test_the_same_key_at_another_endpoint_is_refused(sandbox: SandboxClient) -> None:
    sandbox.stripe.customers.create({}, KEY)
    with pytest.raises(stripe.IdempotencyError):
        sandbox.stripe.setup_intents.create({}, KEY)


def test_a_decline_is_replayed_and_not_tried_again(sandbox: SandboxClient) -> None:
    request_params = PAYMENT_PARAMS | {"payment_method": "pm_card_chargeDeclined"}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            sandbox.stripe.payment_intents.create(request_params, KEY)
    assert len(sandbox.stripe.charges.list().data) == 1


def test_a_refusal_of_the_parameters_leaves_the_key_free(sandbox: SandboxClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.payment_intents.create(PAYMENT_PARAMS | {"amount": "a lot"}, KEY)
    assert sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY).status == "succeeded"


def test_a_refusal_by_the_state_is_replayed_even_if_the_state_has_changed(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(1_000)
    account = sandbox.account()
    request_params = {"amount": 500, "currency": "sgd", "destination": account.id}
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.transfers.create(request_params, KEY)
    sandbox.control("clock", {"advance": DAY - 1})
    sandbox.payment(10_000, card="pm_card_bypassPending")
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.transfers.create(request_params, KEY)
    assert paid.status == "succeeded"


def test_a_key_is_forgotten_after_a_day(sandbox: SandboxClient) -> None:
    first = sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY)
    sandbox.advance(DAY)
    assert sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, KEY).id != first.id


def test_a_key_in_flight_is_answered_with_409(sandbox: SandboxClient) -> None:
    # A machine that does much else may miss the first half second, and is given more.
    answers = (error_in_flight(sandbox, seconds) for seconds in (0.5, 5.0, 50.0))
    exc_info = next(answer for answer in answers if answer is not None)
    assert exc_info.error is not None
    assert (exc_info.http_status, exc_info.error.code) == (409, "idempotency_key_in_use")


def error_in_flight(sandbox: SandboxClient, seconds: float) -> stripe.APIError | None:
    """What is told to a second request while the first takes so long; nothing if that was over before."""
    key: Any = {"idempotency_key": f"slow for {seconds}"}
    sandbox.control("faults", {"action": "slow", "endpoint": "POST /v1/payment_intents", "seconds": seconds})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(sandbox.client().payment_intents.create, PAYMENT_PARAMS, key)
        while sandbox.control("faults")["faults"]:
            pass
        try:
            second = sandbox.stripe.payment_intents.create(PAYMENT_PARAMS, key)
        except stripe.APIError as exc_info:
            assert first.result().status == "succeeded"
            return exc_info
        assert second.id == first.result().id
    return None


def test_twenty_at_once_with_one_key_make_one_payment(sandbox: SandboxClient) -> None:
    def pay(_: int) -> Any:
        try:
            return sandbox.client().payment_intents.create(PAYMENT_PARAMS, KEY).id
        except stripe.APIError as busy:
            return busy.http_status

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(pay, range(20)))
    assert payments(sandbox) == 1
    assert len(answers - {409}) == 1


def test_twenty_at_once_cannot_refund_more_than_was_paid(sandbox: SandboxClient) -> None:
    paid = sandbox.payment(1_000)

    def refund(_: int) -> int:
        try:
            return int(sandbox.client().refunds.create({"payment_intent": paid.id, "amount": 300}).amount)
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(refund, range(20))) == 900


def test_each_account_has_its_own_keys(sandbox: SandboxClient) -> None:
    account = sandbox.account()
    platform = sandbox.stripe.customers.create({}, KEY)
    theirs = sandbox.stripe.customers.create({}, KEY | {"stripe_account": account.id})
    assert platform.id != theirs.id
