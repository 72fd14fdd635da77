"""Payments: what customers and operators see of them, refunds, and the provider's own word."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header
from sqlmodel import Session

from api.schemas.payments import (
    CardDisputeResolution,
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
    errors=[payments.WebhookForged, payments.WebhookUnreadable],
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


@router.get("/payments/{payment_id}", may="payments.read", errors=[payments.PaymentUnknown])
def read_payment(payment_id: PaymentId, session: Session, caller: Caller) -> PaymentView:
    """See the payment of your booking; operators see those of their market."""
    payment = payments.payment_for(session, payment_id, caller)
    return PaymentView.of(payment, payments.disputes(session, payment.id), seen_by=caller.user_id)


@router.get("/payments/{payment_id}/refunds", may="payments.read", errors=[payments.PaymentUnknown])
def list_refunds(payment_id: PaymentId, session: Session, caller: Caller) -> RefundsView:
    """See what was given back of a payment, or is on its way."""
    payment = payments.payment_for(session, payment_id, caller)
    return RefundsView(items=[RefundView.of(refund) for refund in payments.refunds(session, payment.id)])


@router.post(
    "/payments/{payment_id}/refunds",
    may="payments.refund",
    status_code=201,
    idempotency="required",
    errors=[
        AmountNotPayable,
        payments.CardDisputeOpen,
        payments.PaymentUnknown,
        payments.RefundTooLarge,
        payments.MoneyDistributed,
        payments.NobodyWasPaid,
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
    payment = payments.payment_operated_by(session, payment_id, caller)
    return RefundView.of(
        payments.refund(
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
    "/payments/{payment_id}/settlement",
    may="payments.sync",
    errors=[payments.PaymentUnknown, payments.PaymentOutcomeUnknown, payments.ProviderAnswerUnfit],
)
def settle_payment(
    payment_id: PaymentId, transactions: Transactions, gateway: Gateway, caller: Caller, at: datetime
) -> PaymentView:
    """Bring a payment and its provider to what was decided, now, also where trying had been given up."""
    settled = payments.settle_anew(transactions, gateway, payment_id, caller=caller, at=at)
    with transactions.read_session() as session:
        disputes = payments.disputes(session, payment_id)
    return PaymentView.of(settled, disputes, seen_by=caller.user_id)


@router.post(
    "/payments/{payment_id}/card-disputes/{dispute_id}/resolution",
    may="payments.resolve_card_dispute",
    idempotency="required",
    errors=[
        payments.CardDisputeNotFound,
        payments.CardDisputeWithoutLoss,
        payments.MoneyDistributed,
        payments.NobodyWasPaid,
        payments.PaymentUnknown,
    ],
)
def resolve_card_dispute(
    payment_id: PaymentId,
    dispute_id: CardDisputeId,
    body: CardDisputeResolution,
    session: Session,
    caller: Caller,
    at: datetime,
) -> CardDisputeView:
    """Decide who bears what a closed card dispute took; what is still held is then distributed.

    `booking` takes it from what is held, so everybody who would have got a part gets less; `platform` pays it
    itself; `provider` takes it from what they have earned already.
    """
    payment = payments.payment_operated_by(session, payment_id, caller)
    return CardDisputeView.of(
        payments.resolve_dispute(
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
    errors=[payments.PaymentOutcomeUnknown, payments.StretchImpossible],
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
