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
from domain.payments import card_dispute_queries, ledger_entries, queries, rules
from domain.payments.errors import CardDisputeNotFound, CardDisputeWithoutLoss
from domain.payments.events import (
    CardDisputeClosed,
    CardDisputeResolved,
    CardDisputeUpdated,
    PaymentDisputed,
)
from domain.payments.kinds import LiableParty
from domain.payments.models import CardDispute, CardDisputeMovement, Payment
from domain.payments.provider.gateway import ProviderCardDispute, ProviderDisputeMovement


def apply_provider_disputes(
    session: Session, payment: Payment, provider_disputes: Iterable[ProviderCardDispute], *, at: datetime
) -> bool:
    """Bring a locked payment's disputes and the books up to what is seen; True if anything changed."""
    changed = [_apply_provider_dispute(session, payment, dispute, at=at) for dispute in provider_disputes]
    if any(changed):
        session.flush()
        _update_distribution_stop(session, payment, at=at)
    return any(changed)


def resolve_card_dispute(
    session: Session,
    payment_id: UUID,
    dispute_id: UUID,
    *,
    liable: LiableParty,
    reason: str,
    by: Actor,
    at: datetime,
) -> CardDispute:
    """Decide who bears what a closed card dispute took; then the distribution of what is held goes on.

    Raises `CardDisputeNotFound`, `CardDisputeWithoutLoss`, and what the liable party cannot bear:
    `AlreadyPaidOut` and `NoPayee`.
    """
    payment = queries.lock_payment(session, payment_id)
    dispute = card_dispute_queries.find_card_dispute(session, payment_id, dispute_id)
    if dispute is None:
        raise CardDisputeNotFound
    is_lost = rules.is_dispute_closed(dispute.state) and dispute.withdrawn_amount > 0
    if not is_lost or dispute.resolved_at is not None:
        raise CardDisputeWithoutLoss(state=dispute.state.value)
    dispute.resolution_entry_id = ledger_entries.post_dispute_resolution(
        session, payment, dispute, liable, by=by, at=at
    )
    dispute.liable, dispute.resolved_at, dispute.resolution_reason = liable, at, reason
    payment.version += 1
    session.flush()
    _update_distribution_stop(session, payment, at=at)
    event = CardDisputeResolved(payment.id, dispute.id, dispute.withdrawn_amount, payment.currency, liable)
    events.record_event(session, event, subject=("booking", payment.subject_id), by=by, at=at)
    return dispute


def _apply_provider_dispute(
    session: Session, payment: Payment, provider_dispute: ProviderCardDispute, *, at: datetime
) -> bool:
    dispute = card_dispute_queries.find_card_dispute_by_reference(session, provider_dispute.reference)
    is_new = dispute is None
    if dispute is None:
        dispute = _create_dispute(session, payment, provider_dispute, at=at)
    known_references = card_dispute_queries.movement_references(session, dispute.id)
    new_movements = [
        movement for movement in provider_dispute.movements if movement.reference not in known_references
    ]
    for movement in new_movements:
        _record_movement(session, payment, dispute, movement, at=at)
    previous = dispute.state, dispute.amount, dispute.evidence_due_at
    dispute.state, dispute.amount = provider_dispute.state, provider_dispute.amount
    dispute.evidence_due_at = provider_dispute.evidence_due_at
    changed = bool(new_movements) or previous != (dispute.state, dispute.amount, dispute.evidence_due_at)
    if is_new or changed:
        _publish(session, payment, dispute, is_new=is_new, at=at)
    return is_new or changed


def _create_dispute(
    session: Session, payment: Payment, provider_dispute: ProviderCardDispute, *, at: datetime
) -> CardDispute:
    dispute = CardDispute(
        payment_id=payment.id,
        provider_reference=provider_dispute.reference,
        state=provider_dispute.state,
        amount=provider_dispute.amount,
        reason_code=provider_dispute.reason_code,
        evidence_due_at=provider_dispute.evidence_due_at,
        opened_at=provider_dispute.opened_at,
        created_at=at,
    )
    session.add(dispute)
    session.flush()
    return dispute


def _record_movement(
    session: Session,
    payment: Payment,
    dispute: CardDispute,
    provider_movement: ProviderDisputeMovement,
    *,
    at: datetime,
) -> None:
    if not provider_movement.amount and not provider_movement.fee:
        return
    dispute.withdrawn_amount -= provider_movement.amount
    dispute.fee_amount += provider_movement.fee
    movement = CardDisputeMovement(
        dispute_id=dispute.id,
        provider_reference=provider_movement.reference,
        amount=provider_movement.amount,
        fee_amount=provider_movement.fee,
        entry_id=ledger_entries.post_dispute_movement(session, payment, provider_movement, at=at),
        created_at=at,
    )
    session.add(movement)


def _publish(session: Session, payment: Payment, dispute: CardDispute, *, is_new: bool, at: datetime) -> None:
    """Say what is new: a dispute, its end, or something between. One that is over when first seen is both."""
    state, withdrawn, currency = dispute.state, dispute.withdrawn_amount, payment.currency
    if is_new:
        event = PaymentDisputed(payment.id, dispute.id, state, dispute.amount, currency, dispute.reason_code)
        _record_event(session, payment, event, at=at)
    if rules.is_dispute_closed(state):
        dispute.closed_at = dispute.closed_at or at
        _record_event(
            session, payment, CardDisputeClosed(payment.id, dispute.id, state, withdrawn, currency), at=at
        )
    elif not is_new:
        _record_event(
            session, payment, CardDisputeUpdated(payment.id, dispute.id, state, withdrawn, currency), at=at
        )


def _record_event(session: Session, payment: Payment, event: DomainEvent, *, at: datetime) -> None:
    events.record_event(session, event, subject=("booking", payment.subject_id), by=PAYMENT, at=at)


def _update_distribution_stop(session: Session, payment: Payment, *, at: datetime) -> None:
    """Set or lift the stop, and let a refund go on that waited for the dispute to end."""
    disputes = card_dispute_queries.list_card_disputes(session, payment.id)
    is_stopped = any(
        rules.stops_distribution(
            dispute.state, dispute.withdrawn_amount, is_resolved=dispute.resolved_at is not None
        )
        for dispute in disputes
    )
    payment.distribution_stopped_at = (payment.distribution_stopped_at or at) if is_stopped else None
    session.flush()
    progress = queries.load_progress(session, payment)
    is_waiting = payment.settled_at is None and payment.due_at is None
    if payment.keep_amount is None or payment.parked_at is not None or progress.refunds_blocked:
        return
    if is_waiting or progress.refund_owed:
        payment.settled_at, payment.due_at = None, at
