"""What the provider tells: only its own word counts, once, and in any order it ends in the same state."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stripe import WebhookSignature

from domain import payments
from domain.foundation import ids
from domain.payments import Payment, PaymentState
from tests.domain.payments.payment_harness import PaymentHarness

SECRET, OLDER = "whsec_newest", "whsec_older"
ACTIVE_SECRETS = (SECRET, OLDER)


def sign(raw: bytes, secret: str = SECRET, *, age: int = 0) -> str:
    """The header that Stripe's own library makes."""
    moment = time.time_ns() // 10**9 - age
    return WebhookSignature.generate_signature_header(raw.decode(), secret, moment)


def receive(
    harness: PaymentHarness, raw: bytes, header: str | None, secrets: tuple[str, ...] = ACTIVE_SECRETS
) -> bool:
    with harness.transactions() as session:
        return payments.receive_webhook(session, raw, header, secrets=secrets, at=harness.at)


def deliver(harness: PaymentHarness, event: dict[str, Any]) -> bool:
    """An event arrives and a worker follows it."""
    raw = json.dumps(event).encode()
    is_new = receive(harness, raw, sign(raw))
    payments.apply_webhook(harness.transactions, harness.gateway, event["id"], at=harness.at)
    return is_new


def list_provider_events(
    harness: PaymentHarness, after: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What the provider has told, in its order: the latest hundred events, or those after one."""
    newer = f"&ending_before={after['id']}" if after else ""
    return harness.stripe("GET", f"events?limit=100{newer}")["data"][::-1]


EVENT = json.dumps({"id": "evt_1", "type": "charge.updated", "data": {"object": {}}}).encode()


@pytest.mark.parametrize("secret", ACTIVE_SECRETS)
def test_either_living_secret_opens(harness: PaymentHarness, secret: str) -> None:
    assert receive(harness, EVENT, sign(EVENT, secret))


@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        (None, ACTIVE_SECRETS),
        ("", ACTIVE_SECRETS),
        ("nonsense", ACTIVE_SECRETS),
        ("t=1,v1=", ACTIVE_SECRETS),
        (sign(EVENT, "whsec_somebody"), ACTIVE_SECRETS),
        (sign(EVENT + b" "), ACTIVE_SECRETS),
        (sign(EVENT).replace("v1=", "v0="), ACTIVE_SECRETS),
        (sign(EVENT, age=301), ACTIVE_SECRETS),
        (sign(EVENT), ()),
        (sign(EVENT, " "), (" ",)),
        (sign(EVENT, "\t"), ("", "\t")),
    ],
    ids=[
        "none", "empty", "nonsense", "no signature", "another secret", "another body", "another scheme",
        "a replay", "no secret at all", "a blank secret", "only blank secrets",
    ],
)  # fmt: skip
def test_what_the_provider_did_not_say_is_refused(
    harness: PaymentHarness, header: str | None, secrets: tuple[str, ...]
) -> None:
    with pytest.raises(payments.InvalidWebhookSignature):
        receive(harness, EVENT, header, secrets)
    with harness.transactions() as session:
        assert payments.unhandled_webhooks(session, harness.at) == []


def test_bytes_that_are_no_text_are_refused(harness: PaymentHarness) -> None:
    with pytest.raises(payments.InvalidWebhookSignature):
        receive(harness, b"\xff\xfe", sign(EVENT))


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"7", b'{"id": "evt_1"}', b"not json"])
def test_a_signed_thing_that_is_no_event_is_refused(harness: PaymentHarness, raw: bytes) -> None:
    with pytest.raises(payments.InvalidWebhookEvent):
        receive(harness, raw, sign(raw))


def test_an_event_is_stored_once(harness: PaymentHarness) -> None:
    assert [receive(harness, EVENT, sign(EVENT)) for _ in range(3)] == [True, False, False]


def test_an_event_about_nothing_of_ours_is_handled_by_being_looked_at(harness: PaymentHarness) -> None:
    for number, thing in enumerate(
        [{}, {"object": "charge", "payment_intent": "pi_of_others"}, {"metadata": {"payment_id": "nobody"}}]
    ):
        deliver(harness, {"id": f"evt_{number}", "type": "charge.updated", "data": {"object": thing}})
    harness.advance(hours=1)
    with harness.transactions() as session:
        assert payments.unhandled_webhooks(session, harness.at) == []
    assert harness.gateway.calls == []


def test_an_event_whose_turn_was_missed_is_found_again(harness: PaymentHarness) -> None:
    receive(harness, EVENT, sign(EVENT))
    harness.advance(minutes=6)
    with harness.transactions() as session:
        assert payments.unhandled_webhooks(session, harness.at) == ["evt_1"]


def test_an_event_that_was_never_stored_is_not_followed(harness: PaymentHarness) -> None:
    payments.apply_webhook(harness.transactions, harness.gateway, "evt_invented", at=harness.at)
    assert harness.gateway.calls == []


def test_an_event_tells_how_a_lost_call_ended(harness: PaymentHarness) -> None:
    payment = harness.make_payment()
    harness.fault("after", "POST /v1/payment_intents")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        harness.authorize(payment)
    deliver(harness, list_provider_events(harness)[-1])
    assert harness.reload(payment).state is PaymentState.AUTHORIZED
    assert harness.gateway.calls.count("authorize") == 1
    with harness.transactions() as session:
        assert payments.due_payments(session, harness.at) == []


def test_an_event_about_one_payment_leaves_others_alone(harness: PaymentHarness) -> None:
    one, other = harness.make_authorized(), harness.make_authorized()
    harness.stripe("POST", f"payment_intents/{one.provider_reference}/cancel")
    deliver(harness, list_provider_events(harness)[-1])
    assert harness.reload(one).state is PaymentState.CANCELLED
    assert harness.reload(other).state is PaymentState.AUTHORIZED


def test_one_look_answers_every_event_about_a_payment_that_was_stored_before_it(
    harness: PaymentHarness,
) -> None:
    payment = harness.make_authorized()
    provider_events = list_provider_events(harness)
    for event in provider_events:
        raw = json.dumps(event).encode()
        receive(harness, raw, sign(raw))
    harness.gateway.calls.clear()
    for event in provider_events:
        payments.apply_webhook(harness.transactions, harness.gateway, event["id"], at=harness.at)
    assert len(provider_events) > 1
    assert harness.gateway.calls.count("payment") == 1
    assert harness.reload(payment).state is PaymentState.AUTHORIZED
    harness.advance(hours=1)
    with harness.transactions() as session:
        assert payments.unhandled_webhooks(session, harness.at) == []


# A booking's life at the provider, none of which passes through our own calls: what is known of it comes
# from events alone. Each step is one or more events of the log.
LIFE = (
    lambda harness, payment: harness.control(
        "POST", f"payment_intents/{payment.provider_reference}/authenticate"
    ),
    lambda harness, payment: harness.stripe(
        "POST", f"payment_intents/{payment.provider_reference}/capture", amount_to_capture="8000"
    ),
    lambda harness, payment: harness.stripe(
        "POST", "refunds", payment_intent=payment.provider_reference, amount="1000"
    ),
    lambda harness, payment: harness.stripe(
        "POST", "refunds", payment_intent=payment.provider_reference, amount="500"
    ),
)


def live(harness: PaymentHarness) -> Payment:
    """A payment whose customer is at their bank."""
    return harness.authorize(harness.make_payment(), "pm_card_threeDSecure2Required")


def state_of(harness: PaymentHarness, payment: Payment) -> dict[str, Any]:
    kept = harness.reload(payment).model_dump(
        include={"state", "authorized_amount", "captured_amount", "refunded_amount", "fee_amount"}
    )
    with harness.transactions() as session:
        refunds = sorted((made.amount, made.state) for made in payments.list_refunds(session, payment.id))
    return kept | {"refunds": refunds}


END = {
    "state": PaymentState.CAPTURED,
    "authorized_amount": 10_000,
    "captured_amount": 8_000,
    "refunded_amount": 1_500,
    "fee_amount": 262,
    "refunds": [(500, "succeeded"), (1_000, "succeeded")],
}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.integers(0, 999), max_size=20))
def test_in_any_order_twice_late_or_resent_a_bookings_events_end_in_the_same_state(
    harness: PaymentHarness, choices: list[int]
) -> None:
    """Events arrive in an order of their own, some twice, between and after what happens at the provider."""
    payment = live(harness)
    choice, latest = iter(choices), list_provider_events(harness)[-1]
    steps, provider_events = list(LIFE), []
    while steps or provider_events:
        if steps and (not provider_events or next(choice, 0) % 2 == 0):
            steps.pop(0)(harness, payment)
            provider_events += list_provider_events(harness, after=latest)
            latest = provider_events[-1]
            continue
        place = next(choice, 0)
        deliver(harness, provider_events[place % len(provider_events)])
        if place % 3 != 1:
            provider_events.pop(place % len(provider_events))
    assert state_of(harness, payment) == END


@pytest.mark.parametrize("place", [0, 3, 6])
def test_any_single_event_of_the_log_is_enough(harness: PaymentHarness, place: int) -> None:
    payment = live(harness)
    latest = list_provider_events(harness)[-1]
    for step in LIFE:
        step(harness, payment)
    log = list_provider_events(harness, after=latest)
    deliver(harness, log[place % len(log)])
    assert state_of(harness, payment) == END


def test_an_older_view_of_a_payment_never_follows_a_newer_one(harness: PaymentHarness) -> None:
    payment = live(harness)
    seen_early = harness.gateway.payment(payment.provider_reference)
    for step in LIFE:
        step(harness, payment)
    harness.refresh(payment)

    class Late:
        def __init__(self) -> None:
            self.looked = 0

        def payment(self, reference: str) -> object:
            self.looked += 1
            if self.looked > 1:
                return harness.gateway.payment(reference)
            harness.transactions.run(
                lambda session: setattr(payments.queries.lock_payment(session, payment.id), "version", 1_000)
            )
            return seen_early

    late = Late()
    payments.refresh_from_provider(harness.transactions, late, payment.id, at=harness.at)  # type: ignore[arg-type]
    assert late.looked == 2
    assert state_of(harness, payment) == END


def test_webhook_ids_are_not_ours_to_choose(harness: PaymentHarness) -> None:
    raw = json.dumps({"id": str(ids.new()) * 9, "type": "t" * 300, "data": {}}).encode()
    assert receive(harness, raw, sign(raw))
    assert not receive(harness, raw, sign(raw))
