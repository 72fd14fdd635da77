"""Payments: what customers and operators see of them, refunds, and the provider's own word."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header
from sqlmodel import Session

from api.schemas.payments import (
    CardDisputeResolutionRequest,
    CardDisputeView,
    PaymentView,
    ReconciliationRequest,
    ReconciliationView,
    RefundRequest,
    RefundsView,
    RefundView,
    WebhookReceiptView,
)
from api.transaction import Router, body_of
from domain import payments
from domain.foundation.configuration.settings import settings
from domain.foundation.ids import CardDisputeId, PaymentId
from domain.foundation.payable_amounts import AmountNotPayable
from domain.foundation.persistence.database import Transactions
from domain.identity import Caller
from domain.payments import Gateway

router = Router(tags=["payments"])

_SIGNED_BYTES = {
    "requestBody": {
        "required": True,
        "description": "An event as the payment provider sends it, verified byte for byte.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post(
    "/payments/webhook",
    may="payments.receive_webhook",
    errors=[payments.InvalidWebhookSignature, payments.InvalidWebhookEvent],
    openapi_extra=_SIGNED_BYTES,
)
def receive_payment_webhook(
    session: Session,
    at: datetime,
    raw: Annotated[bytes, Depends(body_of)],
    stripe_signature: Annotated[str | None, Header(max_length=2_000)] = None,
) -> WebhookReceiptView:
    """Take an event of the payment provider: it is stored once, and followed by a worker.

    The answer says that it will not be lost, not that it had an effect.
    """
    is_new = payments.receive_webhook(
        session, raw, stripe_signature, secrets=settings().stripe_webhook_secrets, at=at
    )
    return WebhookReceiptView(is_new=is_new)


@router.get("/payments/{payment_id}", may="payments.read", errors=[payments.PaymentNotFound])
def read_payment(payment_id: PaymentId, session: Session, caller: Caller) -> PaymentView:
    """See the payment of your booking; operators see those of their market."""
    payment = payments.get_visible_payment(session, payment_id, caller)
    return PaymentView.of(payment, payments.list_card_disputes(session, payment.id), seen_by=caller.user_id)


@router.get("/payments/{payment_id}/refunds", may="payments.read", errors=[payments.PaymentNotFound])
def list_payment_refunds(payment_id: PaymentId, session: Session, caller: Caller) -> RefundsView:
    """See what was given back of a payment, or is on its way."""
    payment = payments.get_visible_payment(session, payment_id, caller)
    return RefundsView(items=[RefundView.of(refund) for refund in payments.list_refunds(session, payment.id)])


@router.post(
    "/payments/{payment_id}/refunds",
    may="payments.refund",
    status_code=201,
    idempotency="required",
    errors=[
        AmountNotPayable,
        payments.CardDisputeOpen,
        payments.PaymentNotFound,
        payments.RefundTooLarge,
        payments.AlreadyPaidOut,
        payments.NoPayee,
    ],
)
def refund_payment(
    payment_id: PaymentId, body: RefundRequest, session: Session, caller: Caller, at: datetime
) -> RefundView:
    """Give back a part or the rest of what was taken, beyond what the booking's rules give back.

    Such goodwill stands beside a refund by the cancellation policy, whichever comes first; together they
    never exceed what was captured. `liable` bears it: with `booking` everybody's part of the price shrinks,
    `provider` and `platform` bear it alone. The books show it on its way at once; it reaches the provider
    within moments and the customer's bank in days. The customer never waits for the party that bears it.
    """
    payment = payments.get_operated_payment(session, payment_id, caller)
    return RefundView.of(
        payments.create_refund(
            session,
            payment.subject_id,
            body.amount,
            liable=body.liable,
            reason_code=body.reason_code,
            reason=body.reason,
            by=caller.actor_in(payment.market_id),
            at=at,
        )
    )


@router.post(
    "/payments/{payment_id}/sync",
    may="payments.sync",
    errors=[payments.PaymentNotFound, payments.PaymentOutcomeUnknown, payments.UnexpectedProviderResponse],
)
def sync_payment(
    payment_id: PaymentId, transactions: Transactions, gateway: Gateway, caller: Caller, at: datetime
) -> PaymentView:
    """Bring a payment and its provider to what was decided, now, also where trying had been given up."""
    payment = payments.retry_sync(transactions, gateway, payment_id, caller=caller, at=at)
    with transactions.read_session() as session:
        disputes = payments.list_card_disputes(session, payment_id)
    return PaymentView.of(payment, disputes, seen_by=caller.user_id)


@router.post(
    "/payments/{payment_id}/card-disputes/{dispute_id}/resolution",
    may="payments.resolve_card_dispute",
    idempotency="required",
    errors=[
        payments.CardDisputeNotFound,
        payments.CardDisputeWithoutLoss,
        payments.AlreadyPaidOut,
        payments.NoPayee,
        payments.PaymentNotFound,
    ],
)
def resolve_card_dispute(
    payment_id: PaymentId,
    dispute_id: CardDisputeId,
    body: CardDisputeResolutionRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> CardDisputeView:
    """Decide who bears what a closed card dispute took; what is still held is then distributed.

    `booking` takes it from what is held, so everybody who would have got a part gets less; `platform` pays it
    itself; `provider` takes it from what they have earned already.
    """
    payment = payments.get_operated_payment(session, payment_id, caller)
    return CardDisputeView.of(
        payments.resolve_card_dispute(
            session,
            payment.id,
            dispute_id,
            liable=body.liable,
            reason=body.reason,
            by=caller.actor_in(payment.market_id),
            at=at,
        )
    )


@router.post(
    "/reconciliations",
    may="payments.reconcile",
    status_code=201,
    errors=[payments.PaymentOutcomeUnknown, payments.InvalidReconciliationPeriod],
)
def reconcile_payments(
    body: ReconciliationRequest, transactions: Transactions, gateway: Gateway, caller: Caller, at: datetime
) -> ReconciliationView:
    """Lay our books beside the provider's now; every row that stays unexplained is named.

    It happens every night by itself.
    """
    return ReconciliationView.of(
        payments.reconcile(
            transactions, gateway, since=body.since, until=body.until, by=caller.actor_in(None), at=at
        )
    )
