"""What the provider tells us: verified, stored once, and followed by looking at how things stand now.

An event is a hint that something changed, never the change itself. So it does not matter in which order
events come, how often, how late, or that one was lost: each leads to the same look at the provider. And one
look answers every event about that payment that was stored before it: a busy hour costs one call, not ten.

An event that cannot be followed is *set aside* with the reason: at once if it cannot be understood, after
`MOST_ATTEMPTS` if following it fails. Attempts that fail because the database or the provider is away do not
count. An operator looks at what is set aside and lets it be followed again (`retry_webhook`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events, ids
from domain.foundation.actors import PAYMENT, Actor
from domain.foundation.logging import get_logger
from domain.foundation.persistence.database import Transactions
from domain.foundation.persistence.database_errors import is_transient
from domain.payments import queries
from domain.payments.errors import InvalidWebhookEvent, InvalidWebhookSignature, PaymentNotFound
from domain.payments.events import WebhookReceived, WebhookRetried, WebhookSetAside
from domain.payments.inbound_webhooks import provider_events
from domain.payments.inbound_webhooks.provider_events import ProviderEvent
from domain.payments.models import Payment, WebhookEvent
from domain.payments.provider.gateway import Gateway
from domain.payments.provider.stripe_gateway import has_valid_signature
from domain.payments.sync import target_sync

MAX_ATTEMPTS: Final = 5  # with the waits below about ten minutes: longer than a restart of anything
FIRST_RETRY_DELAY: Final = timedelta(seconds=20)  # doubled after each attempt

_STORE = text("""
    INSERT INTO webhook_events
        (id, type, about, payload, received_at, attempts, set_aside_at, set_aside_reason)
    VALUES (:id, :type, :about, :payload, :at, 0, :set_aside_at, :reason)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")
_UNHANDLED_FOR_PAYMENT = text("""
    SELECT id FROM webhook_events WHERE about = :about AND handled_at IS NULL AND set_aside_at IS NULL
""")
_MARK_HANDLED = text("""
    UPDATE webhook_events SET handled_at = :at, retry_at = NULL, last_error = NULL
    WHERE id IN (
        SELECT id FROM webhook_events
        WHERE id = ANY(:ids) AND handled_at IS NULL AND set_aside_at IS NULL ORDER BY id FOR UPDATE)
""")


@dataclass(frozen=True, slots=True)
class _WebhookAttempt:
    """An attempt that was counted: the payment to look at, if any, and the events that the look answers."""

    payment_id: UUID | None
    webhook_ids: frozenset[str]


def receive_webhook(
    session: Session, raw: bytes, signature_header: str | None, *, secrets: Sequence[str], at: datetime
) -> bool:
    """Store an event of the provider, once; returns whether it was new.

    `raw` is the body byte for byte. Any of `secrets` may have signed it, so that they can be rotated; blank
    ones are ignored, and without one no event is accepted. An event that cannot be parsed is stored and set
    aside. Raises InvalidWebhookSignature, and InvalidWebhookEvent if the event has no id.
    """
    active_secrets = [secret for secret in secrets if secret.strip()]
    if not any([has_valid_signature(raw, signature_header, secret) for secret in active_secrets]):  # noqa: C419 -- all are tried, so timing tells nothing
        raise InvalidWebhookSignature
    event = provider_events.parse_provider_event(raw)
    values = {"id": event.id, "type": event.type, "about": event.reference, "payload": raw, "at": at}
    set_aside = {"set_aside_at": at if event.defect else None, "reason": event.defect}
    if session.execute(_STORE, values | set_aside).first() is None:
        return False
    received = WebhookReceived(event.id, event.type)
    if event.defect is None:
        events.record_event(session, received, subject=("webhook", ids.new()), by=PAYMENT, at=at)
    else:
        _publish_set_aside(session, event.id, event.defect, at=at)
    return True


def apply_webhook(transactions: Transactions, gateway: Gateway, webhook_id: str, *, at: datetime) -> None:
    """Bring the payment that a stored event is about up to what the provider says now, and go on from there.

    Events about nothing of ours are handled by having been looked at. Doing it twice does no harm. Raises
    what went wrong while the event will be tried again; once it is set aside nothing is raised.
    """
    attempt = transactions.run(partial(_start_attempt, webhook_id=webhook_id, at=at))
    error = None if attempt is None else _sync_payment(transactions, gateway, attempt, at=at)
    if error is not None and not transactions.run(
        partial(_record_failure, webhook_id=webhook_id, error=error, at=at)
    ):
        raise error


def retry_webhook(session: Session, webhook_id: str, *, by: Actor, at: datetime) -> bool:
    """Let an event that was set aside be followed again; returns whether it was set aside."""
    webhook = queries.lock_webhook(session, webhook_id)
    if webhook is None or webhook.set_aside_at is None:
        return False
    webhook.set_aside_at, webhook.set_aside_reason = None, None
    webhook.attempts, webhook.retry_at, webhook.last_error = 0, at, None
    events.record_event(session, WebhookRetried(webhook_id), subject=("webhook", ids.new()), by=by, at=at)
    return True


def _start_attempt(session: Session, *, webhook_id: str, at: datetime) -> _WebhookAttempt | None:
    """Count an attempt before it is made, so that one that ends its process is counted too."""
    webhook = queries.lock_webhook(session, webhook_id)
    if webhook is None or webhook.handled_at is not None or webhook.set_aside_at is not None:
        return None
    if webhook.attempts >= MAX_ATTEMPTS:
        _set_aside(session, webhook, webhook.last_error or "the process ended at each attempt", at=at)
        return None
    try:
        event = provider_events.parse_provider_event(webhook.payload)
    except InvalidWebhookEvent as error:
        _set_aside(session, webhook, error.detail, at=at)
        return None
    if event.defect is not None:
        _set_aside(session, webhook, event.defect, at=at)
        return None
    webhook.attempts += 1
    webhook.retry_at = at + FIRST_RETRY_DELAY * 2 ** (webhook.attempts - 1)
    session.flush()
    payment = _find_payment(session, event)
    waiting = session.execute(_UNHANDLED_FOR_PAYMENT, {"about": webhook.about}).scalars()
    return _WebhookAttempt(payment.id if payment else None, frozenset({webhook_id, *waiting}))


def _sync_payment(
    transactions: Transactions, gateway: Gateway, attempt: _WebhookAttempt, *, at: datetime
) -> Exception | None:
    """Look at the provider and go on from there; returns what went wrong."""
    try:
        if attempt.payment_id is not None:
            target_sync.refresh_from_provider(transactions, gateway, attempt.payment_id, at=at)
            target_sync.sync_to_target(transactions, gateway, attempt.payment_id, at=at)
        transactions.run(partial(_mark_handled, attempt=attempt, at=at))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is noted with the event and raised by the caller
        return error
    return None


def _mark_handled(session: Session, *, attempt: _WebhookAttempt, at: datetime) -> None:
    session.execute(_MARK_HANDLED, {"ids": sorted(attempt.webhook_ids), "at": at})


def _record_failure(session: Session, *, webhook_id: str, error: Exception, at: datetime) -> bool:
    """Note why an attempt failed; returns whether it was the last one."""
    webhook = queries.lock_webhook(session, webhook_id)
    if webhook is None or webhook.handled_at is not None or webhook.set_aside_at is not None:
        return True
    webhook.last_error = f"{type(error).__name__}: {error}".replace("\0", "")[:500]
    if is_transient(error):
        webhook.attempts = max(0, webhook.attempts - 1)
        return False
    if webhook.attempts < MAX_ATTEMPTS:
        return False
    _set_aside(session, webhook, webhook.last_error, at=at)
    return True


def _set_aside(session: Session, webhook: WebhookEvent, reason: str, *, at: datetime) -> None:
    webhook.set_aside_at, webhook.set_aside_reason, webhook.retry_at = at, reason, None
    session.flush()
    _publish_set_aside(session, webhook.id, reason, at=at)


def _publish_set_aside(session: Session, webhook_id: str, reason: str, *, at: datetime) -> None:
    """Once for each event that is set aside: a fact to look up, and an alarm in the log."""
    event = WebhookSetAside(webhook_id, reason)
    events.record_event(session, event, subject=("webhook", ids.new()), by=PAYMENT, at=at)
    get_logger("payments").error("webhook_set_aside", webhook_id=webhook_id, reason=reason)


def _find_payment(session: Session, event: ProviderEvent) -> Payment | None:
    """The payment that an event points to: by the provider's name for it, or by our id in its metadata."""
    if event.reference and (payment := queries.find_payment_by_reference(session, event.reference)):
        return payment
    try:
        return None if event.payment_id is None else queries.get_payment(session, event.payment_id)
    except PaymentNotFound:
        return None
