"""Webhooks: signed, tried again, and on request as unruly as life."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from sandbox.server import start_server
from tests.sandbox.sandbox_client import SandboxClient, WebhookReceiver
from tests.together import eventually


def until(true: Callable[[], object]) -> None:
    """Waits for what another thread does."""
    assert eventually(true), "it did not happen"


def listen(sandbox: SandboxClient, receiver: WebhookReceiver, *types: str, **more: Any) -> Any:
    return sandbox.stripe.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": list(types) or ["*"]} | more
    )


def is_delivery_settled(sandbox: SandboxClient) -> bool:
    return all(item["state"] != "pending" for item in sandbox.control("webhooks/deliveries")["deliveries"])


def test_a_delivery_is_signed_so_that_the_official_library_believes_it(
    sandbox: SandboxClient, receiver: WebhookReceiver
) -> None:
    endpoint = listen(sandbox, receiver, "payment_intent.succeeded")
    paid = sandbox.payment(metadata={"booking": "bkg_1"})
    until(lambda: receiver.deliveries)
    body, signature = receiver.deliveries[0]
    event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
    assert (event.type, event.data.object["id"]) == ("payment_intent.succeeded", paid.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_of_somebody_else")


def test_the_secret_is_shown_once(sandbox: SandboxClient, receiver: WebhookReceiver) -> None:
    endpoint = listen(sandbox, receiver)
    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in sandbox.stripe.webhook_endpoints.retrieve(endpoint.id).to_dict()


def test_events_arrive_in_the_order_they_happened(sandbox: SandboxClient, receiver: WebhookReceiver) -> None:
    listen(sandbox, receiver)
    held = sandbox.payment(capture_method="manual")
    sandbox.stripe.payment_intents.capture(held.id)
    until(lambda: len(receiver.deliveries) == 5)
    assert receiver.types() == sandbox.events()
    until(lambda: is_delivery_settled(sandbox))
    assert {event.pending_webhooks for event in sandbox.stripe.events.list().data} == {0}


def test_a_refused_delivery_is_tried_again_later(sandbox: SandboxClient, receiver: WebhookReceiver) -> None:
    sandbox.control("clock", {"frozen": True})
    listen(sandbox, receiver, "customer.created")
    answers = iter([500, 503])
    receiver.answer = lambda: next(answers, 200)
    sandbox.stripe.customers.create({})
    until(lambda: sandbox.control("webhooks/deliveries")["deliveries"][0]["attempts"] == 1)
    sandbox.advance(1)
    until(lambda: sandbox.control("webhooks/deliveries")["deliveries"][0]["attempts"] == 2)
    assert receiver.deliveries == []
    sandbox.advance(5)
    until(lambda: receiver.deliveries)


def test_a_receiver_that_never_answers_well_is_given_up_after_days(
    sandbox: SandboxClient, receiver: WebhookReceiver
) -> None:
    sandbox.control("settings", {"backoff": [1]})
    receiver.answer = lambda: 500
    listen(sandbox, receiver, "customer.created")
    sandbox.stripe.customers.create({})
    until(lambda: sandbox.control("webhooks/deliveries")["deliveries"][0]["state"] == "failed")


def test_on_request_an_event_comes_twice_or_not_at_all(
    sandbox: SandboxClient, receiver: WebhookReceiver
) -> None:
    listen(sandbox, receiver, "customer.created")
    sandbox.control("webhooks", {"action": "duplicate", "events": "customer.*", "count": 1})
    first = sandbox.stripe.customers.create({})
    sandbox.control("webhooks", {"action": "drop", "events": "customer.*", "count": 1})
    sandbox.stripe.customers.create({})
    last = sandbox.stripe.customers.create({})
    until(lambda: len(receiver.deliveries) == 3)
    bodies = [stripe.Event.construct_from(json.loads(body), None) for body, _ in receiver.deliveries]
    assert [event.data.object["id"] for event in bodies] == [first.id, first.id, last.id]


def test_on_request_events_overtake_one_another(sandbox: SandboxClient, receiver: WebhookReceiver) -> None:
    listen(sandbox, receiver, "payment_intent.created", "payment_intent.succeeded")
    sandbox.control("webhooks", {"action": "reorder", "events": "payment_intent.created", "count": 1})
    sandbox.payment()
    until(lambda: len(receiver.deliveries) == 2)
    assert receiver.types() == ["payment_intent.succeeded", "payment_intent.created"]


def test_on_request_events_are_held_and_released_backwards(
    sandbox: SandboxClient, receiver: WebhookReceiver
) -> None:
    listen(sandbox, receiver)
    sandbox.control("webhooks", {"action": "hold"})
    sandbox.payment()
    assert receiver.deliveries == []
    sandbox.control("webhooks/release", {"order": "reversed"})
    until(lambda: len(receiver.deliveries) == 3)
    assert receiver.types() == sandbox.events()[::-1]


def test_on_request_an_event_is_late(sandbox: SandboxClient, receiver: WebhookReceiver) -> None:
    sandbox.control("clock", {"frozen": True})
    listen(sandbox, receiver, "customer.created")
    sandbox.control("webhooks", {"action": "delay", "seconds": 3_600})
    sandbox.stripe.customers.create({})
    sandbox.advance(3_599)
    assert receiver.deliveries == []
    sandbox.advance(1)
    until(lambda: receiver.deliveries)


def test_any_event_is_sent_again(sandbox: SandboxClient, receiver: WebhookReceiver) -> None:
    listen(sandbox, receiver, "customer.created")
    sandbox.stripe.customers.create({})
    until(lambda: is_delivery_settled(sandbox) and receiver.deliveries)
    sandbox.control(f"events/{sandbox.stripe.events.list().data[0].id}/resend", {})
    until(lambda: len(receiver.deliveries) == 2)
    assert receiver.deliveries[0][0] != b""


def test_connected_accounts_are_heard_by_connect_endpoints_only(
    sandbox: SandboxClient, receiver: WebhookReceiver
) -> None:
    listen(sandbox, receiver, connect=True)
    account = sandbox.account()
    sandbox.stripe.customers.create({})
    until(lambda: is_delivery_settled(sandbox) and receiver.deliveries)
    assert receiver.types() == ["account.updated"]
    assert json.loads(receiver.deliveries[0][0])["account"] == account.id


def test_a_disabled_or_deleted_endpoint_hears_nothing(
    sandbox: SandboxClient, receiver: WebhookReceiver
) -> None:
    first, second = listen(sandbox, receiver), listen(sandbox, receiver)
    assert sandbox.stripe.webhook_endpoints.update(first.id, {"disabled": True}).status == "disabled"
    assert sandbox.stripe.webhook_endpoints.delete(second.id).deleted is True
    sandbox.payment()
    assert sandbox.control("webhooks/deliveries") == {"deliveries": []}


def test_what_was_not_delivered_is_delivered_after_a_restart(
    tmp_path: Any, receiver: WebhookReceiver
) -> None:
    state = str(tmp_path / "state.db")
    with start_server(state=state) as server:
        before = SandboxClient(server.base_url)
        listen(before, receiver, "customer.created")
        receiver.answer = lambda: 500
        before.stripe.customers.create({"name": "Mei"})
        before.http.close()
    receiver.answer = lambda: 200
    with start_server(state=state):
        until(lambda: receiver.types() == ["customer.created"])
