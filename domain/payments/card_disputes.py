"""Card disputes: following what the provider shows of them, and resolving what they took.

A card dispute is the card network's affair; the in-house disagreement of customer and provider is another.
What moved is what the provider's balance transactions say, each posted once under its own name. While a
dispute is open, and after a loss until an operator has resolved it, the payment's distribution is stopped.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation import events
from domain.foundation.actors import PAYMENT, Actor
from domain.foundation.events import DomainEvent
from domain.payments import books, dispute_queries, queries, rules
from domain.payments.errors import CardDisputeNotFound, CardDisputeWithoutLoss
from domain.payments.events import (
    CardDisputeClosed,
    CardDisputeResolved,
    CardDisputeUpdated,
    PaymentDisputed,
)
from domain.payments.gateway import CardDisputeSeen, DisputeMovementSeen
from domain.payments.kinds import Liable
from domain.payments.models import CardDispute, CardDisputeMovement, Payment


def follow(session: Session, payment: Payment, seen: Iterable[CardDisputeSeen], *, at: datetime) -> bool:
    """Bring a locked payment's disputes and the books up to what is seen; True if anything changed."""
    changed = [_follow(session, payment, one, at=at) for one in seen]
    if any(changed):
        session.flush()
        _stop_or_release(session, payment, at=at)
    return any(changed)


def resolve(
    session: Session,
    payment_id: UUID,
    dispute_id: UUID,
    *,
    liable: Liable,
    reason: str,
    by: Actor,
    at: datetime,
) -> CardDispute:
    """Decide who bears what a closed card dispute took; then the distribution of what is held goes on.

    Raises `CardDisputeNotFound`, `CardDisputeWithoutLoss`, and what the liable party cannot bear:
    `MoneyDistributed` and `NobodyWasPaid`.
    """
    payment = queries.payment_locked(session, payment_id)
    dispute = dispute_queries.dispute(session, payment_id, dispute_id)
    if dispute is None:
        raise CardDisputeNotFound
    is_lost = rules.is_closed(dispute.state) and dispute.withdrawn_amount > 0
    if not is_lost or dispute.resolved_at is not None:
        raise CardDisputeWithoutLoss(state=dispute.state.value)
    dispute.resolution_entry_id = books.dispute_resolved(session, payment, dispute, liable, by=by, at=at)
    dispute.liable, dispute.resolved_at, dispute.resolution_reason = liable, at, reason
    payment.version += 1
    session.flush()
    _stop_or_release(session, payment, at=at)
    fact = CardDisputeResolved(payment.id, dispute.id, dispute.withdrawn_amount, payment.currency, liable)
    events.record_event(session, fact, subject=("booking", payment.subject_id), by=by, at=at)
    return dispute


def _follow(session: Session, payment: Payment, seen: CardDisputeSeen, *, at: datetime) -> bool:
    dispute = dispute_queries.by_reference(session, seen.reference)
    is_new = dispute is None
    if dispute is None:
        dispute = _opened(session, payment, seen, at=at)
    known = dispute_queries.movement_references(session, dispute.id)
    news = [movement for movement in seen.movements if movement.reference not in known]
    for movement in news:
        _record_movement(session, payment, dispute, movement, at=at)
    was = dispute.state, dispute.amount, dispute.evidence_due_at
    dispute.state, dispute.amount = seen.state, seen.amount
    dispute.evidence_due_at = seen.evidence_due_at
    changed = bool(news) or was != (dispute.state, dispute.amount, dispute.evidence_due_at)
    if is_new or changed:
        _publish(session, payment, dispute, is_new=is_new, at=at)
    return is_new or changed


def _opened(session: Session, payment: Payment, seen: CardDisputeSeen, *, at: datetime) -> CardDispute:
    dispute = CardDispute(
        payment_id=payment.id,
        provider_reference=seen.reference,
        state=seen.state,
        amount=seen.amount,
        reason_code=seen.reason_code,
        evidence_due_at=seen.evidence_due_at,
        opened_at=seen.opened_at,
        created_at=at,
    )
    session.add(dispute)
    session.flush()
    return dispute


def _record_movement(
    session: Session, payment: Payment, dispute: CardDispute, seen: DisputeMovementSeen, *, at: datetime
) -> None:
    if not seen.amount and not seen.fee:
        return
    dispute.withdrawn_amount -= seen.amount
    dispute.fee_amount += seen.fee
    movement = CardDisputeMovement(
        dispute_id=dispute.id,
        provider_reference=seen.reference,
        amount=seen.amount,
        fee_amount=seen.fee,
        entry_id=books.dispute_moved(session, payment, seen, at=at),
        created_at=at,
    )
    session.add(movement)


def _publish(session: Session, payment: Payment, dispute: CardDispute, *, is_new: bool, at: datetime) -> None:
    """Say what is new: a dispute, its end, or something between. One that is over when first seen is both."""
    state, withdrawn, currency = dispute.state, dispute.withdrawn_amount, payment.currency
    if is_new:
        fact = PaymentDisputed(payment.id, dispute.id, state, dispute.amount, currency, dispute.reason_code)
        _record(session, payment, fact, at=at)
    if rules.is_closed(state):
        dispute.closed_at = dispute.closed_at or at
        _record(
            session, payment, CardDisputeClosed(payment.id, dispute.id, state, withdrawn, currency), at=at
        )
    elif not is_new:
        _record(
            session, payment, CardDisputeUpdated(payment.id, dispute.id, state, withdrawn, currency), at=at
        )


def _record(session: Session, payment: Payment, fact: DomainEvent, *, at: datetime) -> None:
    events.record_event(session, fact, subject=("booking", payment.subject_id), by=PAYMENT, at=at)


def _stop_or_release(session: Session, payment: Payment, *, at: datetime) -> None:
    """Set or lift the stop, and let a refund go on that waited for the dispute to end."""
    disputes = dispute_queries.disputes(session, payment.id)
    stops = any(
        rules.stops_distribution(one.state, one.withdrawn_amount, is_resolved=one.resolved_at is not None)
        for one in disputes
    )
    payment.distribution_stopped_at = (payment.distribution_stopped_at or at) if stops else None
    session.flush()
    standing = queries.standing(session, payment)
    waited = payment.settled_at is None and payment.due_at is None
    if payment.keep_amount is None or payment.parked_at is not None or standing.refunds_wait:
        return
    if waited or standing.owed:
        payment.settled_at, payment.due_at = None, at
