"""Bringing our payment up to what the provider says. Never a step: the same view changes nothing.

The answer to a call, a webhook and a sweep all end here, in any order and any number of times.
"""

from datetime import datetime

from sqlmodel import Session

from domain import identity
from domain.foundation import events, ids
from domain.foundation.actors import PAYMENT
from domain.foundation.events import DomainEvent
from domain.payments import card_disputes, ledger_entries, queries, rules
from domain.payments.events import (
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCancelled,
    PaymentCaptured,
    PaymentFailed,
    PaymentRefunded,
    RefundFailed,
    RefundPlanned,
)
from domain.payments.kinds import LiableParty, PaymentState, ProviderCallState, RefundCause, RefundState
from domain.payments.models import Payment, Refund
from domain.payments.provider.gateway import ProviderPayment, ProviderRefund


def apply_provider_payment(
    session: Session, payment: Payment, provider_payment: ProviderPayment, *, at: datetime
) -> None:
    """Bring a locked payment, its refunds, disputes and open calls, and the books, up to what is seen."""
    before = payment.model_dump(exclude={"looked_at"})
    _record_card_signal(session, payment, provider_payment, at=at)
    payment.provider_reference = payment.provider_reference or provider_payment.reference
    payment.charge_reference = provider_payment.charge_reference or payment.charge_reference
    payment.capture_before = provider_payment.capture_before or payment.capture_before
    _apply_amounts(session, payment, provider_payment, at=at)
    _apply_state(session, payment, provider_payment, at=at)
    for refund in provider_payment.refunds:
        apply_provider_refund(session, payment, refund, at=at)
    if card_disputes.apply_provider_disputes(session, payment, provider_payment.disputes, at=at):
        payment.version += 1
    _finish_confirmed_calls(session, payment, provider_payment, at=at)
    payment.looked_at = at
    if payment.model_dump(exclude={"looked_at"}) != before:
        payment.version += 1
    session.flush()


def apply_provider_refund(
    session: Session, payment: Payment, provider_refund: ProviderRefund, *, at: datetime
) -> None:
    """Bring one refund of a locked payment, and the books, up to what is seen of it."""
    refund = queries.find_refund(session, payment.id, provider_refund.refund_id, provider_refund.reference)
    if refund is None:
        refund = _import_provider_refund(session, payment, provider_refund, at=at)
    refund.provider_reference = refund.provider_reference or provider_refund.reference
    if not rules.is_later_refund_state(provider_refund.state, refund.state):
        return
    if provider_refund.state is RefundState.FAILED:
        fail_refund(session, payment, refund, provider_refund.failure_code or "unknown", at=at)
    elif provider_refund.state is RefundState.SUCCEEDED:
        refund.done_entry_id = ledger_entries.post_completed_refund(session, payment, refund, at=at)
        refund.finished_at = at
        payment.refunded_amount += refund.amount
        event = PaymentRefunded(payment.id, refund.id, refund.amount, payment.currency)
        record_payment_event(session, payment, event, at=at)
    refund.state = provider_refund.state


def fail_refund(session: Session, payment: Payment, refund: Refund, code: str, *, at: datetime) -> None:
    """The refund was refused or came back: its money returns to its bearer; the target is open again."""
    ledger_entries.reverse_failed_refund(session, refund, at=at)
    if refund.state is RefundState.SUCCEEDED:
        payment.refunded_amount -= refund.amount
    refund.state, refund.failure_code, refund.finished_at = RefundState.FAILED, code, at
    if payment.keep_amount is not None and payment.parked_at is None:
        payment.settled_at, payment.due_at = None, at
    record_payment_event(
        session, payment, RefundFailed(payment.id, refund.id, refund.amount, payment.currency, code), at=at
    )


def record_payment_event(session: Session, payment: Payment, event: DomainEvent, *, at: datetime) -> None:
    """Record a fact about the payment's subject, learned from the provider."""
    events.record_event(session, event, subject=("booking", payment.subject_id), by=PAYMENT, at=at)


def _record_card_signal(
    session: Session, payment: Payment, provider_payment: ProviderPayment, *, at: datetime
) -> None:
    """Once for each charge, not for each look at it."""
    if provider_payment.card_fingerprint and provider_payment.charge_reference not in (
        None,
        payment.charge_reference,
    ):
        kind = identity.SignalKind.CARD
        identity.record_signal(session, payment.customer_id, kind, provider_payment.card_fingerprint, at)


def _apply_amounts(
    session: Session, payment: Payment, provider_payment: ProviderPayment, *, at: datetime
) -> None:
    payment.authorized_amount = max(
        payment.authorized_amount, provider_payment.authorized_amount, provider_payment.captured_amount
    )
    more = provider_payment.captured_amount - payment.captured_amount
    if more > 0:
        ledger_entries.post_capture(session, payment, more, at=at)
        payment.captured_amount = provider_payment.captured_amount
    if provider_payment.fee_amount and payment.fee_amount is None:
        ledger_entries.post_processing_fee(session, payment, provider_payment.fee_amount, at=at)
        payment.fee_amount = provider_payment.fee_amount


def _apply_state(
    session: Session, payment: Payment, provider_payment: ProviderPayment, *, at: datetime
) -> None:
    state = rules.next_payment_state(payment.state, provider_payment)
    is_changed = state is not payment.state or (
        state is PaymentState.FAILED and payment.failure_code != provider_payment.failure_code
    )
    payment.state = state
    waits = state is PaymentState.REQUIRES_ACTION and provider_payment.next_action is not None
    payment.next_action = dict(provider_payment.next_action or {}) if waits else None
    payment.failure_code = provider_payment.failure_code if state is PaymentState.FAILED else None
    if is_changed and (event := _state_event(payment)):
        record_payment_event(session, payment, event, at=at)


def _state_event(payment: Payment) -> DomainEvent | None:
    match payment.state:
        case PaymentState.REQUIRES_ACTION:
            return PaymentActionRequired(payment.id)
        case PaymentState.FAILED:
            return PaymentFailed(payment.id, payment.failure_code or "unknown")
        case PaymentState.AUTHORIZED:
            return PaymentAuthorized(payment.id, payment.authorized_amount, payment.currency)
        case PaymentState.CAPTURED:
            return PaymentCaptured(payment.id, payment.captured_amount, payment.currency)
        case PaymentState.CANCELLED:
            return PaymentCancelled(payment.id)
        case PaymentState.PLANNED:
            return None


def _finish_confirmed_calls(
    session: Session, payment: Payment, provider_payment: ProviderPayment, *, at: datetime
) -> None:
    """Calls of which nobody knew the end, and which had their effect as is seen now."""
    for call in queries.list_open_calls(session, payment.id):
        if call.state is not ProviderCallState.PLANNED and rules.is_confirmed_by(
            call.kind, provider_payment, rules.refund_id_of(call.parameters)
        ):
            call.state, call.finished_at = ProviderCallState.SUCCEEDED, at


def _import_provider_refund(
    session: Session, payment: Payment, provider_refund: ProviderRefund, *, at: datetime
) -> Refund:
    """Somebody refunded at the provider by hand: what is held bears it, or else the platform."""
    liable = (
        LiableParty.BOOKING
        if ledger_entries.lock_held_balance(session, payment) >= provider_refund.amount
        else LiableParty.PLATFORM
    )
    refund_id = ids.new()
    refund = Refund(
        id=refund_id,
        payment_id=payment.id,
        amount=provider_refund.amount,
        cause=RefundCause.AT_PROVIDER,
        liable=liable,
        reason_code="made_at_provider",
        reason="Made by hand at the payment provider.",
        provider_reference=provider_refund.reference,
        planned_entry_id=ledger_entries.post_planned_refund(
            session, payment, refund_id, provider_refund.amount, liable, by=PAYMENT, at=at
        ),
        created_at=at,
    )
    session.add(refund)
    session.flush()
    event = RefundPlanned(
        payment.id, refund_id, provider_refund.amount, payment.currency, liable, refund.reason_code
    )
    record_payment_event(session, payment, event, at=at)
    return refund
