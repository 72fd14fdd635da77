"""Bringing our payment up to what the provider says. Never a step: the same view changes nothing.

The answer to a call, a webhook and a sweep all end here, in any order and any number of times.
"""

from datetime import datetime

from sqlmodel import Session

from domain import identity
from domain.foundation import events, ids
from domain.foundation.actors import PAYMENT
from domain.foundation.events import DomainEvent
from domain.payments import books, card_disputes, queries, rules
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
from domain.payments.gateway import PaymentSeen, RefundSeen
from domain.payments.kinds import Liable, OpState, PaymentState, RefundCause, RefundState
from domain.payments.models import Payment, Refund


def follow(session: Session, payment: Payment, seen: PaymentSeen, *, at: datetime) -> None:
    """Bring a locked payment, its refunds, disputes and open calls, and the books, up to what is seen."""
    before = payment.model_dump(exclude={"looked_at"})
    _note_card(session, payment, seen, at=at)
    payment.provider_reference = payment.provider_reference or seen.reference
    payment.charge_reference = seen.charge_reference or payment.charge_reference
    payment.capture_before = seen.capture_before or payment.capture_before
    _follow_money(session, payment, seen, at=at)
    _follow_state(session, payment, seen, at=at)
    for refund in seen.refunds:
        follow_refund(session, payment, refund, at=at)
    if card_disputes.follow(session, payment, seen.disputes, at=at):
        payment.version += 1
    _finish_proved(session, payment, seen, at=at)
    payment.looked_at = at
    if payment.model_dump(exclude={"looked_at"}) != before:
        payment.version += 1
    session.flush()


def follow_refund(session: Session, payment: Payment, seen: RefundSeen, *, at: datetime) -> None:
    """Bring one refund of a locked payment, and the books, up to what is seen of it."""
    refund = queries.refund_of(session, payment.id, seen.refund_id, seen.reference)
    if refund is None:
        refund = _adopt(session, payment, seen, at=at)
    refund.provider_reference = refund.provider_reference or seen.reference
    if not rules.comes_after(seen.state, refund.state):
        return
    if seen.state is RefundState.FAILED:
        fail_refund(session, payment, refund, seen.failure_code or "unknown", at=at)
    elif seen.state is RefundState.SUCCEEDED:
        refund.done_entry_id = books.refund_arrived(session, payment, refund, at=at)
        refund.finished_at = at
        payment.refunded_amount += refund.amount
        fact = PaymentRefunded(payment.id, refund.id, refund.amount, payment.currency)
        tell(session, payment, fact, at=at)
    refund.state = seen.state


def fail_refund(session: Session, payment: Payment, refund: Refund, code: str, *, at: datetime) -> None:
    """The refund was refused or came back: its money returns to its bearer; the target is open again."""
    books.refund_failed(session, refund, at=at)
    if refund.state is RefundState.SUCCEEDED:
        payment.refunded_amount -= refund.amount
    refund.state, refund.failure_code, refund.finished_at = RefundState.FAILED, code, at
    if payment.keep_amount is not None and payment.parked_at is None:
        payment.settled_at, payment.due_at = None, at
    tell(session, payment, RefundFailed(payment.id, refund.id, refund.amount, payment.currency, code), at=at)


def tell(session: Session, payment: Payment, fact: DomainEvent, *, at: datetime) -> None:
    """Record a fact about the payment's subject, learned from the provider."""
    events.record_event(session, fact, subject=("booking", payment.subject_id), by=PAYMENT, at=at)


def _note_card(session: Session, payment: Payment, seen: PaymentSeen, *, at: datetime) -> None:
    """Once for each charge, not for each look at it."""
    if seen.card_fingerprint and seen.charge_reference not in (None, payment.charge_reference):
        kind = identity.SignalKind.CARD
        identity.record_signal(session, payment.customer_id, kind, seen.card_fingerprint, at)


def _follow_money(session: Session, payment: Payment, seen: PaymentSeen, *, at: datetime) -> None:
    payment.authorized_amount = max(payment.authorized_amount, seen.authorized_amount, seen.captured_amount)
    more = seen.captured_amount - payment.captured_amount
    if more > 0:
        books.captured(session, payment, more, at=at)
        payment.captured_amount = seen.captured_amount
    if seen.fee_amount and payment.fee_amount is None:
        books.fee_taken(session, payment, seen.fee_amount, at=at)
        payment.fee_amount = seen.fee_amount


def _follow_state(session: Session, payment: Payment, seen: PaymentSeen, *, at: datetime) -> None:
    told = rules.state_after(payment.state, seen)
    news = told is not payment.state or (
        told is PaymentState.FAILED and payment.failure_code != seen.failure_code
    )
    payment.state = told
    waits = told is PaymentState.REQUIRES_ACTION and seen.next_action is not None
    payment.next_action = dict(seen.next_action or {}) if waits else None
    payment.failure_code = seen.failure_code if told is PaymentState.FAILED else None
    if news and (fact := _fact(payment)):
        tell(session, payment, fact, at=at)


def _fact(payment: Payment) -> DomainEvent | None:
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


def _finish_proved(session: Session, payment: Payment, seen: PaymentSeen, *, at: datetime) -> None:
    """Calls of which nobody knew the end, and which had their effect as is seen now."""
    for op in queries.open_ops(session, payment.id):
        if op.state is not OpState.PLANNED and rules.proves(op.kind, seen, rules.refund_named(op.parameters)):
            op.state, op.finished_at = OpState.SUCCEEDED, at


def _adopt(session: Session, payment: Payment, seen: RefundSeen, *, at: datetime) -> Refund:
    """Somebody refunded at the provider by hand: what is held bears it, or else the platform."""
    liable = Liable.BOOKING if books.still_held(session, payment) >= seen.amount else Liable.PLATFORM
    refund_id = ids.new()
    refund = Refund(
        id=refund_id,
        payment_id=payment.id,
        amount=seen.amount,
        cause=RefundCause.AT_PROVIDER,
        liable=liable,
        reason_code="made_at_provider",
        reason="Made by hand at the payment provider.",
        provider_reference=seen.reference,
        planned_entry_id=books.refund_planned(
            session, payment, refund_id, seen.amount, liable, by=PAYMENT, at=at
        ),
        created_at=at,
    )
    session.add(refund)
    session.flush()
    fact = RefundPlanned(payment.id, refund_id, seen.amount, payment.currency, liable, refund.reason_code)
    tell(session, payment, fact, at=at)
    return refund
