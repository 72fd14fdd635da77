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
from tests.domain.payments.harness import Till

SECRET, OLDER = "whsec_newest", "whsec_older"
LIVING = (SECRET, OLDER)


def signed(raw: bytes, secret: str = SECRET, *, age: int = 0) -> str:
    """The header that Stripe's own library makes."""
    moment = time.time_ns() // 10**9 - age
    return WebhookSignature.generate_signature_header(raw.decode(), secret, moment)


def receive(till: Till, raw: bytes, header: str | None, secrets: tuple[str, ...] = LIVING) -> bool:
    with till.transactions() as session:
        return payments.receive_webhook(session, raw, header, secrets=secrets, at=till.at)


def post(till: Till, event: dict[str, Any]) -> bool:
    """An event arrives and a worker follows it."""
    raw = json.dumps(event).encode()
    is_new = receive(till, raw, signed(raw))
    payments.apply_webhook(till.transactions, till.gateway, event["id"], at=till.at)
    return is_new


def log_of(till: Till, after: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What the provider has told, in its order: the latest hundred events, or those after one."""
    newer = f"&ending_before={after['id']}" if after else ""
    return till.stripe("GET", f"events?limit=100{newer}")["data"][::-1]


EVENT = json.dumps({"id": "evt_1", "type": "charge.updated", "data": {"object": {}}}).encode()


@pytest.mark.parametrize("secret", LIVING)
def test_either_living_secret_opens(till: Till, secret: str) -> None:
    assert receive(till, EVENT, signed(EVENT, secret))


@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        (None, LIVING),
        ("", LIVING),
        ("nonsense", LIVING),
        ("t=1,v1=", LIVING),
        (signed(EVENT, "whsec_somebody"), LIVING),
        (signed(EVENT + b" "), LIVING),
        (signed(EVENT).replace("v1=", "v0="), LIVING),
        (signed(EVENT, age=301), LIVING),
        (signed(EVENT), ()),
        (signed(EVENT, " "), (" ",)),
        (signed(EVENT, "\t"), ("", "\t")),
    ],
    ids=[
        "none", "empty", "nonsense", "no signature", "another secret", "another body", "another scheme",
        "a replay", "no secret at all", "a blank secret", "only blank secrets",
    ],
)  # fmt: skip
def test_what_the_provider_did_not_say_is_refused(
    till: Till, header: str | None, secrets: tuple[str, ...]
) -> None:
    with pytest.raises(payments.WebhookForged):
        receive(till, EVENT, header, secrets)
    with till.transactions() as session:
        assert payments.unhandled(session, till.at) == []


def test_bytes_that_are_no_text_are_refused(till: Till) -> None:
    with pytest.raises(payments.WebhookForged):
        receive(till, b"\xff\xfe", signed(EVENT))


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"7", b'{"id": "evt_1"}', b"not json"])
def test_a_signed_thing_that_is_no_event_is_refused(till: Till, raw: bytes) -> None:
    with pytest.raises(payments.WebhookUnreadable):
        receive(till, raw, signed(raw))


def test_an_event_is_stored_once(till: Till) -> None:
    assert [receive(till, EVENT, signed(EVENT)) for _ in range(3)] == [True, False, False]


def test_an_event_about_nothing_of_ours_is_handled_by_being_looked_at(till: Till) -> None:
    for number, thing in enumerate(
        [{}, {"object": "charge", "payment_intent": "pi_of_others"}, {"metadata": {"payment_id": "nobody"}}]
    ):
        post(till, {"id": f"evt_{number}", "type": "charge.updated", "data": {"object": thing}})
    till.later(hours=1)
    with till.transactions() as session:
        assert payments.unhandled(session, till.at) == []
    assert till.gateway.calls == []


def test_an_event_whose_turn_was_missed_is_found_again(till: Till) -> None:
    receive(till, EVENT, signed(EVENT))
    till.later(minutes=6)
    with till.transactions() as session:
        assert payments.unhandled(session, till.at) == ["evt_1"]


def test_an_event_that_was_never_stored_is_not_followed(till: Till) -> None:
    payments.apply_webhook(till.transactions, till.gateway, "evt_invented", at=till.at)
    assert till.gateway.calls == []


def test_an_event_tells_how_a_lost_call_ended(till: Till) -> None:
    payment = till.asked()
    till.fault("after", "POST /v1/payment_intents")
    with pytest.raises(payments.PaymentOutcomeUnknown):
        till.authorize(payment)
    post(till, log_of(till)[-1])
    assert till.now(payment).state is PaymentState.AUTHORIZED
    assert till.gateway.calls.count("authorize") == 1
    with till.transactions() as session:
        assert payments.due(session, till.at) == []


def test_an_event_about_one_payment_leaves_others_alone(till: Till) -> None:
    one, other = till.authorized(), till.authorized()
    till.stripe("POST", f"payment_intents/{one.provider_reference}/cancel")
    post(till, log_of(till)[-1])
    assert till.now(one).state is PaymentState.CANCELLED
    assert till.now(other).state is PaymentState.AUTHORIZED


def test_one_look_answers_every_event_about_a_payment_that_was_stored_before_it(till: Till) -> None:
    payment = till.authorized()
    told = log_of(till)
    for event in told:
        raw = json.dumps(event).encode()
        receive(till, raw, signed(raw))
    till.gateway.calls.clear()
    for event in told:
        payments.apply_webhook(till.transactions, till.gateway, event["id"], at=till.at)
    assert len(told) > 1
    assert till.gateway.calls.count("payment") == 1
    assert till.now(payment).state is PaymentState.AUTHORIZED
    till.later(hours=1)
    with till.transactions() as session:
        assert payments.unhandled(session, till.at) == []


# A booking's life at the provider, none of which passes through our own calls: what is known of it comes
# from events alone. Each step is one or more events of the log.
LIFE = (
    lambda till, payment: till.control("POST", f"payment_intents/{payment.provider_reference}/authenticate"),
    lambda till, payment: till.stripe(
        "POST", f"payment_intents/{payment.provider_reference}/capture", amount_to_capture="8000"
    ),
    lambda till, payment: till.stripe(
        "POST", "refunds", payment_intent=payment.provider_reference, amount="1000"
    ),
    lambda till, payment: till.stripe(
        "POST", "refunds", payment_intent=payment.provider_reference, amount="500"
    ),
)


def live(till: Till) -> Payment:
    """A payment whose customer is at their bank."""
    return till.authorize(till.asked(), "pm_card_threeDSecure2Required")


def state_of(till: Till, payment: Payment) -> dict[str, Any]:
    kept = till.now(payment).model_dump(
        include={"state", "authorized_amount", "captured_amount", "refunded_amount", "fee_amount"}
    )
    with till.transactions() as session:
        refunds = sorted((made.amount, made.state) for made in payments.refunds(session, payment.id))
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
    till: Till, choices: list[int]
) -> None:
    """Events arrive in an order of their own, some twice, between and after what happens at the provider."""
    payment = live(till)
    choice, latest = iter(choices), log_of(till)[-1]
    steps, told = list(LIFE), []
    while steps or told:
        if steps and (not told or next(choice, 0) % 2 == 0):
            steps.pop(0)(till, payment)
            told += log_of(till, after=latest)
            latest = told[-1]
            continue
        place = next(choice, 0)
        post(till, told[place % len(told)])
        if place % 3 != 1:
            told.pop(place % len(told))
    assert state_of(till, payment) == END


@pytest.mark.parametrize("place", [0, 3, 6])
def test_any_single_event_of_the_log_is_enough(till: Till, place: int) -> None:
    payment = live(till)
    latest = log_of(till)[-1]
    for step in LIFE:
        step(till, payment)
    log = log_of(till, after=latest)
    post(till, log[place % len(log)])
    assert state_of(till, payment) == END


def test_an_older_view_of_a_payment_never_follows_a_newer_one(till: Till) -> None:
    payment = live(till)
    seen_early = till.gateway.payment(payment.provider_reference)
    for step in LIFE:
        step(till, payment)
    till.bring(payment)

    class Late:
        def __init__(self) -> None:
            self.looked = 0

        def payment(self, reference: str) -> object:
            self.looked += 1
            if self.looked > 1:
                return till.gateway.payment(reference)
            till.transactions.run(
                lambda session: setattr(
                    payments.queries.payment_locked(session, payment.id), "version", 1_000
                )
            )
            return seen_early

    late = Late()
    payments.bring(till.transactions, late, payment.id, at=till.at)  # type: ignore[arg-type]
    assert late.looked == 2
    assert state_of(till, payment) == END


def test_webhook_ids_are_not_ours_to_choose(till: Till) -> None:
    raw = json.dumps({"id": str(ids.new()) * 9, "type": "t" * 300, "data": {}}).encode()
    assert receive(till, raw, signed(raw))
    assert not receive(till, raw, signed(raw))
