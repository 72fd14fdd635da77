"""What the provider tells us: verified, stored once, and followed by looking at how things stand now.

An event is a hint that something changed, never the change itself. So it does not matter in which order
events come, how often, how late, or that one was lost: each leads to the same look at the provider. And one
look answers every event about that payment that was stored before it: a busy hour costs one call, not ten.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, ids
from domain.foundation.actors import PAYMENT
from domain.foundation.database import Transactions
from domain.payments import queries, settling
from domain.payments.errors import PaymentUnknown, WebhookForged, WebhookUnreadable
from domain.payments.events import WebhookReceived
from domain.payments.gateway import Gateway
from domain.payments.models import Payment
from domain.payments.stripe_gateway import is_signed

_STORE = text("""
    INSERT INTO webhook_events (id, type, about, payload, received_at, attempts)
    VALUES (:id, :type, :about, :payload, :at, 0)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")
_BEGUN = text("UPDATE webhook_events SET attempts = attempts + 1 WHERE id = :id AND handled_at IS NULL")
_WAITING = text("SELECT id FROM webhook_events WHERE about = :about AND handled_at IS NULL")
_HANDLED = text("""
    UPDATE webhook_events SET handled_at = :at
    WHERE id IN (
        SELECT id FROM webhook_events WHERE id = ANY(:ids) AND handled_at IS NULL ORDER BY id FOR UPDATE)
""")


def receive_webhook(
    session: Session, raw: bytes, signature_header: str | None, *, secrets: Sequence[str], at: datetime
) -> bool:
    """Store an event of the provider, once; answers whether it was new.

    `raw` is the body byte for byte. Any of `secrets` may have signed it, so that they can be rotated; blank
    ones count for nothing, and without one the door is closed. Refuses `WebhookForged` and
    `WebhookUnreadable`.
    """
    living = [secret for secret in secrets if secret.strip()]
    if not any([is_signed(raw, signature_header, secret) for secret in living]):  # noqa: C419 -- all are tried, so timing tells nothing
        raise WebhookForged
    webhook_id, kind, about = _named(raw)
    given = {"id": webhook_id, "type": kind, "about": about, "payload": raw, "at": at}
    stored = session.execute(_STORE, given).first()
    if stored is not None:
        fact = WebhookReceived(webhook_id, kind)
        events.record(session, fact, subject=("webhook", ids.new()), by=PAYMENT, at=at)
    return stored is not None


def apply_webhook(transactions: Transactions, gateway: Gateway, webhook_id: str, *, at: datetime) -> None:
    """Bring the payment that a stored event is about up to what the provider says now, and go on from there.

    Events about nothing of ours are handled by having been looked at. Doing it twice does no harm.
    """
    with transactions() as session:
        stored = queries.webhook(session, webhook_id)
        if stored is None or stored.handled_at is not None:
            return
        session.execute(_BEGUN, {"id": webhook_id})
        payment = _about(session, orjson.loads(stored.payload))
        answered = {webhook_id, *session.execute(_WAITING, {"about": stored.about}).scalars()}
    if payment is not None:
        settling.bring(transactions, gateway, payment.id, at=at)
        settling.settle(transactions, gateway, payment.id, at=at)
    with transactions() as session:
        session.execute(_HANDLED, {"ids": list(answered), "at": at})


def _named(raw: bytes) -> tuple[str, str, str | None]:
    """The event's id, its type, and the provider's name of the payment that it is about, if it is."""
    try:
        told = orjson.loads(raw)
        return str(told["id"])[:80], str(told["type"])[:80], _reference(told)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise WebhookUnreadable from error


def _about(session: Session, told: Mapping[str, Any]) -> Payment | None:
    """The payment that an event points to: by the provider's name for it, or by our id in its metadata."""
    reference = _reference(told)
    if reference and (known := queries.by_reference(session, reference)):
        return known
    try:
        return queries.payment(session, UUID((_thing(told).get("metadata") or {}).get("payment_id", "")))
    except (ValueError, PaymentUnknown):
        return None


def _reference(told: Mapping[str, Any]) -> str | None:
    thing = _thing(told)
    reference = thing.get("id") if thing.get("object") == "payment_intent" else thing.get("payment_intent")
    return reference[:80] if isinstance(reference, str) else None


def _thing(told: Mapping[str, Any]) -> Mapping[str, Any]:
    data = told.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    return thing if isinstance(thing, dict) else {}
