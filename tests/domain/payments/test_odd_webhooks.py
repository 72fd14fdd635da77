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
from domain.payments import PaymentState, provider_events
from domain.payments.gateway import CallUnknownError
from domain.payments.webhooks import MOST_ATTEMPTS
from tests.domain.payments.harness import Till
from tests.domain.payments.test_webhooks import log_of, receive, signed

_ROW = """
    SELECT handled_at, set_aside_at, set_aside_reason, attempts, last_error FROM webhook_events WHERE id = :id
"""


def stored(till: Till, webhook_id: str) -> Any:
    with till.transactions() as session:
        return session.execute(text(_ROW), {"id": webhook_id}).one()


def take(till: Till, event: dict[str, Any]) -> None:
    raw = json.dumps(event).encode()
    assert receive(till, raw, signed(raw))


def attempt(till: Till, webhook_id: str) -> None:
    """What a worker does, and how it ends."""
    try:
        payments.apply_webhook(till.transactions, till.gateway, webhook_id, at=till.at)
    except Exception as error:  # noqa: BLE001 -- a worker notes whatever it is, and tries again
        till.errors.append(error)


def follow_all(till: Till) -> int:
    """What the scheduled job does until nothing waits; returns the attempts. More than enough is a fault."""
    attempts = 0
    for _ in range(4 * MOST_ATTEMPTS):
        till.later(minutes=30)
        with till.transactions() as session:
            waiting = payments.unhandled(session, till.at)
        if not waiting:
            return attempts
        for webhook_id in waiting:
            attempt(till, webhook_id)
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
    till: Till, thing: Any
) -> None:
    take(till, event_of(thing))
    assert follow_all(till) == 0
    row = stored(till, "evt_odd")
    assert row.handled_at is None
    assert row.set_aside_at is not None
    assert row.set_aside_reason
    with till.transactions() as session:
        assert [webhook.id for webhook in payments.webhooks_set_aside(session, limit=10)] == ["evt_odd"]
        assert list(session.execute(text(payments.INVARIANTS["no event of the provider is set aside"])))
    till.is_checked = False  # that invariant is the alarm


@pytest.mark.parametrize(
    "metadata",
    [{"payment_id": 7}, {"payment_id": None}, {"payment_id": ["x"]}, {"payment_id": {"a": 1}}, {}, None],
    ids=repr,
)
def test_odd_values_in_metadata_are_somebody_elses(till: Till, metadata: Any) -> None:
    take(till, event_of({"object": "charge", "metadata": metadata}))
    assert follow_all(till) == 1
    assert stored(till, "evt_odd").handled_at is not None


def test_odd_metadata_does_not_hide_the_payment_that_is_named(till: Till) -> None:
    payment = till.authorized()
    till.stripe("POST", f"payment_intents/{payment.provider_reference}/cancel")
    take(till, event_of({"object": "payment_intent", "id": payment.provider_reference, "metadata": [1]}))
    assert follow_all(till) == 1
    assert till.now(payment).state is PaymentState.CANCELLED


def test_an_expanded_reference_is_understood(till: Till) -> None:
    event = event_of({"object": "charge", "payment_intent": {"id": "pi_1", "object": "payment_intent"}})
    assert provider_events.parse(orjson.dumps(event)).reference == "pi_1"


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
def test_what_has_no_name_to_be_stored_under_is_refused(till: Till, raw: bytes) -> None:
    with pytest.raises(payments.WebhookUnreadable):
        receive(till, raw, signed(raw))


def test_two_long_names_that_begin_alike_are_two_events(till: Till) -> None:
    for end in ("1", "2"):
        take(till, event_of({}, "evt_" + "0" * 100 + end))


def test_an_event_whose_following_fails_is_set_aside_after_so_many_attempts(till: Till) -> None:
    payment = till.authorized()
    take(till, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    till.gateway.breaks = "payment"
    assert follow_all(till) == MOST_ATTEMPTS
    row = stored(till, "evt_odd")
    assert row.set_aside_reason == "LookupError: broken"
    till.gateway.breaks = ""
    with till.transactions() as session:
        assert payments.retry_webhook(session, "evt_odd", by=SYSTEM, at=till.at)
        assert not payments.retry_webhook(session, "evt_invented", by=SYSTEM, at=till.at)
    assert follow_all(till) == 1
    assert stored(till, "evt_odd").handled_at is not None


def test_an_event_that_ends_its_process_each_time_is_set_aside(till: Till) -> None:
    payment = till.authorized()
    take(till, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    for _ in range(MOST_ATTEMPTS):
        till.gateway.dies_before = "payment"
        with pytest.raises(BaseException):  # noqa: B017, PT011 -- as a killed process
            payments.apply_webhook(till.transactions, till.gateway, "evt_odd", at=till.at)
    assert follow_all(till) == 1
    assert stored(till, "evt_odd").set_aside_reason == "the process ended at each attempt"
    till.is_checked = False


def test_attempts_while_the_provider_is_away_do_not_count(till: Till) -> None:
    payment = till.authorized()
    take(till, event_of({"object": "payment_intent", "id": payment.provider_reference}))
    till.gateway.breaks, till.gateway.error = "payment", CallUnknownError("away")
    for _ in range(3 * MOST_ATTEMPTS):
        with pytest.raises(Unavailable):
            payments.apply_webhook(till.transactions, till.gateway, "evt_odd", at=till.at)
    assert stored(till, "evt_odd").set_aside_at is None
    till.gateway.breaks = ""
    assert follow_all(till) == 1
    assert stored(till, "evt_odd").handled_at is not None


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
    till: Till,
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
        receive(till, raw, signed(raw))
    except payments.WebhookUnreadable:
        is_named = False
    take(till, good)
    follow_all(till)
    assert stored(till, good["id"]).handled_at is not None
    with till.transactions() as session:
        assert payments.unhandled(session, till.at) == []
    if is_named:
        row = stored(till, webhook_id)
        assert (row.handled_at is None) == (row.set_aside_at is not None)
    till.is_checked = False


def test_the_log_of_the_provider_itself_is_never_odd(till: Till) -> None:
    till.captured()
    for event in log_of(till):
        assert provider_events.parse(json.dumps(event).encode()).oddity is None
