"""Reads of payments. Whatever changes a payment, its calls or its refunds holds the payment's row lock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain.foundation import payable_amounts
from domain.payments.errors import PaymentNotFound
from domain.payments.kinds import ProviderCallState
from domain.payments.models import Payment, ProviderCall, Refund, StripeCustomer, WebhookEvent
from domain.payments.rules import LEASE, MAX_WAIT, OVERDUE_AFTER, REFUND_BLOCKING_STATES, PaymentProgress

OPEN_CALL_STATES = (ProviderCallState.SENT, ProviderCallState.UNKNOWN, ProviderCallState.PLANNED)
BATCH = 100  # payments per sweep: at a second a call they are done before the next one begins

_PROGRESS = text("""
    SELECT (SELECT coalesce(sum(amount), 0) FROM refunds
            WHERE payment_id = :id AND state <> 'failed') AS refund_total,
           (SELECT coalesce(sum(amount), 0) FROM refunds
            WHERE payment_id = :id AND state <> 'failed' AND cause = 'goodwill') AS goodwill,
           (SELECT coalesce(sum(withdrawn_amount), 0) FROM card_disputes
            WHERE payment_id = :id) AS withdrawn,
           (SELECT coalesce(bool_or(state = ANY(:blocking_states)), false) FROM card_disputes
            WHERE payment_id = :id) AS refunds_blocked,
           count(*) AS failures
    FROM (
        SELECT finished_at FROM provider_ops
        WHERE payment_id = :id AND state = 'failed' AND kind <> 'authorize'
        UNION ALL
        SELECT r.finished_at FROM refunds r JOIN provider_ops o ON o.id = r.op_id
        WHERE r.payment_id = :id AND r.state = 'failed' AND o.state = 'succeeded'
    ) refused
    WHERE finished_at >= :since
""")
# Calls nobody waits for any more, each later than before; and targets not reached.
_DUE = text("""
    SELECT payment_id FROM (
        SELECT payment_id, planned_at AS since FROM provider_ops
        WHERE state = 'planned'
           OR (state IN ('sent', 'unknown')
               AND sent_at + least(:lease * power(2, least(attempts, 20) - 1), :longest) <= :at)
        UNION ALL
        SELECT id, due_at FROM payments
        WHERE due_at <= :at AND NOT EXISTS (
            SELECT 1 FROM provider_ops WHERE payment_id = payments.id AND state IN ('sent', 'unknown'))
    ) waiting
    GROUP BY payment_id ORDER BY min(since), payment_id LIMIT :limit
""")
# What the provider may have told us and we have not heard: a customer at their bank, a hold let go by the
# network, a refund on its way, a card dispute. Webhooks tell sooner; this is for the ones that were lost.
_STALE = text("""
    SELECT id FROM payments p
    WHERE (state = 'requires_action' AND coalesce(looked_at, created_at) < :at - interval '10 minutes')
       OR (state = 'authorized' AND coalesce(looked_at, created_at) < :at - interval '6 hours')
       OR (state = 'captured' AND coalesce(looked_at, created_at) < :at - interval '1 day'
           AND EXISTS (SELECT 1 FROM refunds r WHERE r.payment_id = p.id AND r.state = 'pending'))
       OR (distribution_stopped_at IS NOT NULL AND coalesce(looked_at, created_at) < :at - interval '1 day')
    ORDER BY coalesce(looked_at, created_at), id LIMIT :limit
""")
_UNHANDLED = text("""
    SELECT id FROM webhook_events
    WHERE handled_at IS NULL AND set_aside_at IS NULL
      AND coalesce(retry_at, received_at + interval '5 minutes') <= :at
    ORDER BY coalesce(retry_at, received_at), id LIMIT :limit
""")


def get_payment(session: Session, payment_id: UUID) -> Payment:
    """The payment of this id. Raises `PaymentNotFound`."""
    return _require_payment(session.exec(select(Payment).where(Payment.id == payment_id)).first())


def lock_payment(session: Session, payment_id: UUID) -> Payment:
    """The payment of this id, as it is now, nobody else's to change until this transaction ends."""
    statement = select(Payment).where(Payment.id == payment_id).with_for_update()
    return _require_payment(session.exec(statement.execution_options(populate_existing=True)).first())


def get_payment_of_subject(session: Session, subject_id: UUID) -> Payment:
    """The payment for a subject, usually a booking. Raises `PaymentNotFound`."""
    return _require_payment(session.exec(select(Payment).where(Payment.subject_id == subject_id)).first())


def lock_payment_of_subject(session: Session, subject_id: UUID) -> Payment:
    """The payment for a subject, as it is now, nobody else's to change until this transaction ends."""
    statement = select(Payment).where(Payment.subject_id == subject_id).with_for_update()
    return _require_payment(session.exec(statement.execution_options(populate_existing=True)).first())


def find_payment_by_reference(session: Session, reference: str) -> Payment | None:
    """The payment that the provider knows under this name, if it is one of ours."""
    return session.exec(select(Payment).where(Payment.provider_reference == reference)).first()


def load_progress(session: Session, payment: Payment) -> PaymentProgress:
    """Where the payment stands, for the rules to decide on."""
    parameters = {
        "id": payment.id,
        "since": payment.target_at or payment.created_at,
        "blocking_states": [state.value for state in REFUND_BLOCKING_STATES],
    }
    session.flush()
    row = session.execute(_PROGRESS, parameters).one()
    return PaymentProgress(
        state=payment.state,
        is_known_to_provider=payment.provider_reference is not None,
        keep_amount=payment.keep_amount,
        authorized_amount=payment.authorized_amount,
        captured_amount=payment.captured_amount,
        refund_total=int(row.refund_total),
        failures=row.failures,
        least_amount=payable_amounts.least_payable(payment.currency),
        goodwill=int(row.goodwill),
        withdrawn=int(row.withdrawn),
        refunds_blocked=row.refunds_blocked,
    )


def list_open_calls(session: Session, payment_id: UUID) -> list[ProviderCall]:
    """The calls of a payment that are not finished: the one being made, then those that wait, in order."""
    statement = select(ProviderCall).where(
        ProviderCall.payment_id == payment_id, col(ProviderCall.state).in_(OPEN_CALL_STATES)
    )
    calls = session.exec(
        statement.order_by(col(ProviderCall.id)).execution_options(populate_existing=True)
    ).all()
    return sorted(calls, key=lambda call: (call.state is ProviderCallState.PLANNED, call.id))


def get_last_call(session: Session, payment_id: UUID) -> ProviderCall | None:
    """The payment's latest call."""
    statement = (
        select(ProviderCall)
        .where(ProviderCall.payment_id == payment_id)
        .order_by(col(ProviderCall.id).desc())
    )
    return session.exec(statement.execution_options(populate_existing=True)).first()


def find_refund(session: Session, payment_id: UUID, refund_id: UUID | None, reference: str) -> Refund | None:
    """Our row for a refund that the provider shows, by our id or by the provider's."""
    statement = select(Refund).where(Refund.payment_id == payment_id)
    statement = statement.where(
        Refund.provider_reference == reference if refund_id is None else Refund.id == refund_id
    )
    return session.exec(statement).first()


def list_refunds(session: Session, payment_id: UUID) -> list[Refund]:
    """All refunds of a payment, the oldest first."""
    statement = select(Refund).where(Refund.payment_id == payment_id).order_by(col(Refund.id))
    return list(session.exec(statement))


def get_refund(session: Session, refund_id: UUID) -> Refund:
    """A refund that is known to be there."""
    return session.exec(select(Refund).where(Refund.id == refund_id)).one()


def get_customer_reference(session: Session, user_id: UUID) -> str | None:
    """The provider's name for a user, if it has told us one."""
    statement = select(StripeCustomer.provider_reference).where(StripeCustomer.user_id == user_id)
    return session.exec(statement).first()


def get_webhook(session: Session, webhook_id: str) -> WebhookEvent | None:
    """A stored event of the provider."""
    return session.get(WebhookEvent, webhook_id)


def lock_webhook(session: Session, webhook_id: str) -> WebhookEvent | None:
    """A stored event of the provider, nobody else's to change until this transaction ends."""
    statement = select(WebhookEvent).where(WebhookEvent.id == webhook_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).first()


def list_set_aside_webhooks(session: Session, *, limit: int) -> list[WebhookEvent]:
    """Events of the provider that could not be followed, the oldest first."""
    statement = select(WebhookEvent).where(col(WebhookEvent.set_aside_at).is_not(None))
    return list(session.exec(statement.order_by(col(WebhookEvent.received_at)).limit(limit)))


def due_payments(session: Session, at: datetime, *, limit: int = BATCH) -> list[UUID]:
    """Payments with a call to finish or a target to reach, those that wait longest first."""
    parameters = {"at": at, "lease": LEASE, "longest": MAX_WAIT, "limit": limit}
    return [row.payment_id for row in session.execute(_DUE, parameters)]


def stale_payments(session: Session, at: datetime, *, limit: int = BATCH) -> list[UUID]:
    """Payments of which the provider may know more than we do."""
    return [row.id for row in session.execute(_STALE, {"at": at, "limit": limit})]


def unhandled_webhooks(session: Session, at: datetime) -> list[str]:
    """Events of the provider that were stored and that nobody has followed in five minutes."""
    return [row.id for row in session.execute(_UNHANDLED, {"at": at, "limit": BATCH})]


def lock_overdue_calls(session: Session, at: datetime) -> list[ProviderCall]:
    """Calls whose end nobody has known for too long and for which no alarm was raised."""
    statement = select(ProviderCall).where(
        col(ProviderCall.state).in_([ProviderCallState.SENT, ProviderCallState.UNKNOWN]),
        col(ProviderCall.planned_at) < at - OVERDUE_AFTER,
        col(ProviderCall.alerted_at).is_(None),
    )
    statement = statement.order_by(col(ProviderCall.planned_at), col(ProviderCall.id))
    return list(session.exec(statement.limit(BATCH).with_for_update(skip_locked=True)))


def refunds_by_entry(session: Session, entry_ids: list[UUID]) -> dict[UUID, Refund]:
    """The refunds whose arrival these ledger entries record."""
    statement = select(Refund).where(col(Refund.done_entry_id).in_(entry_ids))
    return {
        refund.done_entry_id: refund for refund in session.exec(statement) if refund.done_entry_id is not None
    }


def payments_by_subject(session: Session, subject_ids: list[UUID]) -> dict[UUID, Payment]:
    """The payments for these subjects."""
    statement = select(Payment).where(col(Payment.subject_id).in_(subject_ids))
    return {payment.subject_id: payment for payment in session.exec(statement)}


def _require_payment(payment: Payment | None) -> Payment:
    if payment is None:
        raise PaymentNotFound
    return payment
