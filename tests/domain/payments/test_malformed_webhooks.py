"""Whatever the provider signs is applied, or set aside once with its reason, after bounded attempts."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain import payments
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import Unavailable
from domain.payments import PaymentState
from domain.payments.inbound_webhooks import provider_events
from domain.payments.inbound_webhooks.processing import MAX_ATTEMPTS
from domain.payments.provider.gateway import CallOutcomeUnknownError
from tests.domain.payments.payment_harness import PaymentHarness
from tests.domain.payments.test_webhooks import list_provider_events, receive, sign

_ROW = """
    SELECT handled_at, set_aside_at, set_aside_reason, attempts, last_error FROM webhook_events WHERE id = :id
"""


def get_webhook(harness: PaymentHarness, webhook_id: str) -> Any:
    with harness.transactions() as session:
        return session.execute(text(_ROW), {"id": webhook_id}).one()


def store(harness: PaymentHarness, event: dict[str, Any]) -> None:
    raw = json.dumps(event).encode()
    assert receive(harness, raw, sign(raw))


def apply(harness: PaymentHarness, webhook_id: str) -> None:
    """What a worker does, and how it ends."""
    try:
        payments.apply_webhook(harness.transactions, harness.gateway, webhook_id, at=harness.at)
    except Exception as error:  # noqa: BLE001 -- a worker notes whatever it is, and tries again
        harness.errors.append(error)


def apply_all(harness: PaymentHarness) -> int:
    """What the scheduled job does until nothing waits; returns the attempts. More than enough is a fault."""
    attempts = 0
    for _ in range(4 * MAX_ATTEMPTS):
        harness.advance(minutes=30)
        with harness.transactions() as session:
            waiting = payments.unhandled_webhooks(session, harness.at)
        if not waiting:
            return attempts
        for webhook_id in waiting:
            apply(harness, webhook_id)
            attempts += 1
    raise AssertionError("An event is tried for ever.")


def event_of(thing: Any, webhook_id: str = "evt_odd") -> dict[str, Any]:
    return {"id": webhook_id, "type": "charge.updated", "data": {"object": thing}}


@pytest.mark.parametrize(
    "thing",
    [
        {"metadata": ["payment_id"]},
        {"metadata": "payment_id"},
        {"metadata": 7},
        {"object": "payment_intent", "id": 7},
        {"object": "payment_intent", "id": ["pi_1"]},
        {"object": "payment_intent", "id": "pi_\x00"},
        {"object": "payment_intent", "id": "pi_" + "1" * 80},
        {"object": "charge", "payment_intent": {"id": {"id": 1}}},
        {"object": "charge", "payment_intent": True},
        [],
        "object",
        10**40,
    ],
    ids=repr,
)
def test_an_event_that_cannot_be_understood_is_set_aside_at_once_with_its_reason(
    harness: PaymentHarness, thing: Any
) -> None:
    store(harness, event_of(thing))
    assert apply_all(harness) == 0
    row = get_webhook(harness, "evt_odd")
    assert row.handled_at is None
    assert row.set_aside_at is not None
    assert row.set_aside_reason
    with harness.transactions() as session:
        assert [webhook.id for webhook in payments.list_set_aside_webhooks(session, limit=10)] == ["evt_odd"]
        assert list(session.execute(text(payments.INVARIANTS["no event of the provider is set aside"])))
    harness.is_checked = False  # that invariant is the alarm


@pytest.mark.parametrize(
    "metadata",
    [{"payment_id": 7}, {"payment_id": None}, {"payment_id": ["x"]}, {"payment_id": {"a": 1}}, {}, None],
    ids=repr,
)
def test_odd_values_in_metadata_are_somebody_elses(harness: PaymentHarness, metadata: Any) -> None:
    store(harness, event_of({"object": "charge", "metadata": metadata}))
    assert apply_all(harness) == 1
    assert get_webhook(harness, "evt_odd").handled_at is not None


def test_odd_metadata_does_not_hide_the_payment_that_is_named(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    harness.stripe("POST", f"payment_intents/{payment.provider_reference}/cancel")
    store(harness, event_of({"object": "payment_intent", "id": payment.provider_reference, "metadata": [1]}))
    assert apply_all(harness) == 1
    assert harness.reload(payment).state is PaymentState.CANCELLED


def test_an_expanded_reference_is_understood(harness: PaymentHarness) -> None:
    event = event_of({"object": "charge", "payment_intent": {"id": "pi_1", "object": "payment_intent"}})
    assert provider_events.parse_provider_event(orjson.dumps(event)).reference == "pi_1"


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 5_000,
        b'{"id": "evt_1", "type": "x", "data": ' + b'{"object":' * 5_000 + b"1" + b"}" * 5_001,
        b'{"id": "\\ud800", "type": "x"}',
        b'{"id": "evt_\\u0000", "type": "x"}',
        b'{"id": "evt_1", "type": "\\u0000"}',
        b'{"id": "", "type": "x"}',
        b'{"id": 7, "type": "x"}',
        b'{"id": {"$ne": null}, "type": "x"}',
        b'{"id": "evt_1", "type": "x", "data": NaN}',
        b"\x00",
        b"",
    ],
    ids=range(11),
)
def test_what_has_no_name_to_be_stored_under_is_refused(harness: PaymentHarness, raw: bytes) -> None:
    with pytest.raises(payments.InvalidWebhookEvent):
        receive(harness, raw, sign(raw))


def test_two_long_names_that_begin_alike_are_two_events(harness: PaymentHarness) -> None:
    for end in ("1", "2"):
        store(harness, event_of({}, "evt_" + "0" * 100 + end))


def test_an_event_whose_following_fails_is_set_aside_after_so_many_attempts(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    store(harness, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    harness.gateway.breaks = "payment"
    assert apply_all(harness) == MAX_ATTEMPTS
    row = get_webhook(harness, "evt_odd")
    assert row.set_aside_reason == "LookupError: broken"
    harness.gateway.breaks = ""
    with harness.transactions() as session:
        assert payments.retry_webhook(session, "evt_odd", by=SYSTEM, at=harness.at)
        assert not payments.retry_webhook(session, "evt_invented", by=SYSTEM, at=harness.at)
    assert apply_all(harness) == 1
    assert get_webhook(harness, "evt_odd").handled_at is not None


def test_an_event_that_ends_its_process_each_time_is_set_aside(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    store(harness, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    for _ in range(MAX_ATTEMPTS):
        harness.gateway.dies_before = "payment"
        with pytest.raises(BaseException):  # noqa: B017, PT011 -- as a killed process
            payments.apply_webhook(harness.transactions, harness.gateway, "evt_odd", at=harness.at)
    assert apply_all(harness) == 1
    assert get_webhook(harness, "evt_odd").set_aside_reason == "the process ended at each attempt"
    harness.is_checked = False


def test_attempts_while_the_provider_is_away_do_not_count(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    store(harness, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    harness.gateway.breaks, harness.gateway.error = "payment", CallOutcomeUnknownError("away")
    for _ in range(3 * MAX_ATTEMPTS):
        with pytest.raises(Unavailable):
            payments.apply_webhook(harness.transactions, harness.gateway, "evt_odd", at=harness.at)
    assert get_webhook(harness, "evt_odd").set_aside_at is None
    harness.gateway.breaks = ""
    assert apply_all(harness) == 1
    assert get_webhook(harness, "evt_odd").handled_at is not None


ODD_TEXT = st.one_of(
    st.text(max_size=20), st.sampled_from(["\x00", "pi_\x00", "\ud800", "pi_" + "9" * 90, ""])
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**25), 10**25), st.floats(), ODD_TEXT, st.just("payment_intent")
)
KEYS = st.one_of(
    st.sampled_from(["object", "id", "payment_intent", "metadata", "payment_id", "data", "refunds"]), ODD_TEXT
)
VALUES = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=4), max_leaves=12
)
EVENTS = st.dictionaries(
    st.sampled_from(["id", "type", "data", "object", "api_version", "account", "livemode"]), VALUES
) | st.builds(
    lambda thing, version: {"type": "charge.updated", "data": {"object": thing}, "api_version": version},
    VALUES,
    SCALARS,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(event=EVENTS, is_named=st.booleans(), is_ours=st.booleans())
def test_any_signed_event_is_refused_applied_or_set_aside(
    harness: PaymentHarness,
    event: dict[str, Any],
    is_named: bool,  # noqa: FBT001 -- hypothesis passes it by name
    is_ours: bool,  # noqa: FBT001
) -> None:
    """Deep, of wrong types, huge, with NUL or lone surrogates, of other versions, about others' payments."""
    webhook_id = f"evt_{ids.new()}"
    event = event | ({"id": webhook_id, "type": "charge.updated"} if is_named else {})
    thing = event["data"].get("object") if isinstance(event.get("data"), dict) else None
    if is_ours and isinstance(thing, dict):
        thing["metadata"] = {"payment_id": str(ids.new())}
    raw = json.dumps(event).encode()
    good = event_of({}, f"evt_{ids.new()}")
    try:
        receive(harness, raw, sign(raw))
    except payments.InvalidWebhookEvent:
        is_named = False
    store(harness, good)
    apply_all(harness)
    assert get_webhook(harness, good["id"]).handled_at is not None
    with harness.transactions() as session:
        assert payments.unhandled_webhooks(session, harness.at) == []
    if is_named:
        row = get_webhook(harness, webhook_id)
        assert (row.handled_at is None) == (row.set_aside_at is not None)
    harness.is_checked = False


def test_the_log_of_the_provider_itself_is_never_odd(harness: PaymentHarness) -> None:
    harness.make_captured()
    for event in list_provider_events(harness):
        assert provider_events.parse_provider_event(json.dumps(event).encode()).defect is None
