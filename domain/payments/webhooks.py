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
from domain.payments import provider_events, queries, settling
from domain.payments.errors import PaymentUnknown, WebhookForged, WebhookUnreadable
from domain.payments.events import WebhookReceived, WebhookRetried, WebhookSetAside
from domain.payments.gateway import Gateway
from domain.payments.models import Payment, WebhookEvent
from domain.payments.provider_events import ProviderEvent
from domain.payments.stripe_gateway import is_signed

MOST_ATTEMPTS: Final = 5  # with the waits below about ten minutes: longer than a restart of anything
FIRST_WAIT: Final = timedelta(seconds=20)  # doubled after each attempt

_STORE = text("""
    INSERT INTO webhook_events
        (id, type, about, payload, received_at, attempts, set_aside_at, set_aside_reason)
    VALUES (:id, :type, :about, :payload, :at, 0, :set_aside_at, :reason)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")
_WAITING = text("""
    SELECT id FROM webhook_events WHERE about = :about AND handled_at IS NULL AND set_aside_at IS NULL
""")
_HANDLED = text("""
    UPDATE webhook_events SET handled_at = :at, retry_at = NULL, last_error = NULL
    WHERE id IN (
        SELECT id FROM webhook_events
        WHERE id = ANY(:ids) AND handled_at IS NULL AND set_aside_at IS NULL ORDER BY id FOR UPDATE)
""")


@dataclass(frozen=True, slots=True)
class _Begun:
    """An attempt that was counted: the payment to look at, if any, and the events that the look answers."""

    payment_id: UUID | None
    answered: frozenset[str]


def receive_webhook(
    session: Session, raw: bytes, signature_header: str | None, *, secrets: Sequence[str], at: datetime
) -> bool:
    """Store an event of the provider, once; returns whether it was new.

    `raw` is the body byte for byte. Any of `secrets` may have signed it, so that they can be rotated; blank
    ones count for nothing, and without one no event is accepted. An event that cannot be understood is stored
    and set aside. Raises WebhookForged, and WebhookUnreadable for what has no id to be stored under.
    """
    living = [secret for secret in secrets if secret.strip()]
    if not any([is_signed(raw, signature_header, secret) for secret in living]):  # noqa: C419 -- all are tried, so timing tells nothing
        raise WebhookForged
    event = provider_events.parse(raw)
    values = {"id": event.id, "type": event.type, "about": event.reference, "payload": raw, "at": at}
    aside = {"set_aside_at": at if event.oddity else None, "reason": event.oddity}
    if session.execute(_STORE, values | aside).first() is None:
        return False
    fact = WebhookReceived(event.id, event.type)
    if event.oddity is None:
        events.record_event(session, fact, subject=("webhook", ids.new()), by=PAYMENT, at=at)
    else:
        _announce(session, event.id, event.oddity, at=at)
    return True


def apply_webhook(transactions: Transactions, gateway: Gateway, webhook_id: str, *, at: datetime) -> None:
    """Bring the payment that a stored event is about up to what the provider says now, and go on from there.

    Events about nothing of ours are handled by having been looked at. Doing it twice does no harm. Raises
    what went wrong while the event will be tried again; once it is set aside nothing is raised.
    """
    begun = transactions.run(partial(_begin, webhook_id=webhook_id, at=at))
    error = None if begun is None else _follow(transactions, gateway, begun, at=at)
    if error is not None and not transactions.run(partial(_fail, webhook_id=webhook_id, error=error, at=at)):
        raise error


def retry_webhook(session: Session, webhook_id: str, *, by: Actor, at: datetime) -> bool:
    """Let an event that was set aside be followed again; returns whether it was set aside."""
    webhook = queries.webhook_locked(session, webhook_id)
    if webhook is None or webhook.set_aside_at is None:
        return False
    webhook.set_aside_at, webhook.set_aside_reason = None, None
    webhook.attempts, webhook.retry_at, webhook.last_error = 0, at, None
    events.record_event(session, WebhookRetried(webhook_id), subject=("webhook", ids.new()), by=by, at=at)
    return True


def _begin(session: Session, *, webhook_id: str, at: datetime) -> _Begun | None:
    """Count an attempt before it is made, so that one that ends its process is counted too."""
    webhook = queries.webhook_locked(session, webhook_id)
    if webhook is None or webhook.handled_at is not None or webhook.set_aside_at is not None:
        return None
    if webhook.attempts >= MOST_ATTEMPTS:
        _set_aside(session, webhook, webhook.last_error or "the process ended at each attempt", at=at)
        return None
    try:
        event = provider_events.parse(webhook.payload)
    except WebhookUnreadable as unreadable:
        _set_aside(session, webhook, unreadable.detail, at=at)
        return None
    if event.oddity is not None:
        _set_aside(session, webhook, event.oddity, at=at)
        return None
    webhook.attempts += 1
    webhook.retry_at = at + FIRST_WAIT * 2 ** (webhook.attempts - 1)
    session.flush()
    payment = _about(session, event)
    waiting = session.execute(_WAITING, {"about": webhook.about}).scalars()
    return _Begun(payment.id if payment else None, frozenset({webhook_id, *waiting}))


def _follow(transactions: Transactions, gateway: Gateway, begun: _Begun, *, at: datetime) -> Exception | None:
    """Look at the provider and go on from there; returns what went wrong."""
    try:
        if begun.payment_id is not None:
            settling.bring(transactions, gateway, begun.payment_id, at=at)
            settling.settle(transactions, gateway, begun.payment_id, at=at)
        transactions.run(partial(_finish, begun=begun, at=at))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is noted with the event and raised by the caller
        return error
    return None


def _finish(session: Session, *, begun: _Begun, at: datetime) -> None:
    session.execute(_HANDLED, {"ids": sorted(begun.answered), "at": at})


def _fail(session: Session, *, webhook_id: str, error: Exception, at: datetime) -> bool:
    """Note why an attempt failed; returns whether it was the last one."""
    webhook = queries.webhook_locked(session, webhook_id)
    if webhook is None or webhook.handled_at is not None or webhook.set_aside_at is not None:
        return True
    webhook.last_error = f"{type(error).__name__}: {error}".replace("\0", "")[:500]
    if is_transient(error):
        webhook.attempts = max(0, webhook.attempts - 1)
        return False
    if webhook.attempts < MOST_ATTEMPTS:
        return False
    _set_aside(session, webhook, webhook.last_error, at=at)
    return True


def _set_aside(session: Session, webhook: WebhookEvent, reason: str, *, at: datetime) -> None:
    webhook.set_aside_at, webhook.set_aside_reason, webhook.retry_at = at, reason, None
    session.flush()
    _announce(session, webhook.id, reason, at=at)


def _announce(session: Session, webhook_id: str, reason: str, *, at: datetime) -> None:
    """Once for each event that is set aside: a fact to look up, and an alarm in the log."""
    fact = WebhookSetAside(webhook_id, reason)
    events.record_event(session, fact, subject=("webhook", ids.new()), by=PAYMENT, at=at)
    get_logger("payments").error("webhook_set_aside", webhook_id=webhook_id, reason=reason)


def _about(session: Session, event: ProviderEvent) -> Payment | None:
    """The payment that an event points to: by the provider's name for it, or by our id in its metadata."""
    if event.reference and (known := queries.by_reference(session, event.reference)):
        return known
    try:
        return None if event.payment_id is None else queries.payment(session, event.payment_id)
    except PaymentUnknown:
        return None
