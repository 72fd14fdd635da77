"""Reads of card disputes. Whatever changes one holds its payment's row lock."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain.payments.models import CardDispute, CardDisputeMovement

_UNKNOWN = text("""
    SELECT DISTINCT p.id FROM unnest(cast(:references AS text[]), cast(:payments AS text[]))
                              AS seen (reference, payment_reference)
    JOIN payments p ON p.provider_reference = seen.payment_reference
    WHERE NOT EXISTS (SELECT 1 FROM refunds WHERE refunds.provider_reference = seen.reference)
      AND NOT EXISTS (SELECT 1 FROM card_disputes WHERE card_disputes.provider_reference = seen.reference)
    ORDER BY p.id
""")


def list_card_disputes(session: Session, payment_id: UUID) -> list[CardDispute]:
    """All card disputes of a payment, the oldest first."""
    statement = select(CardDispute).where(CardDispute.payment_id == payment_id)
    return list(
        session.exec(statement.order_by(col(CardDispute.id)).execution_options(populate_existing=True))
    )


def find_card_dispute(session: Session, payment_id: UUID, dispute_id: UUID) -> CardDispute | None:
    """A card dispute of this payment, if it has one of this id."""
    statement = select(CardDispute).where(CardDispute.payment_id == payment_id, CardDispute.id == dispute_id)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def find_card_dispute_by_reference(session: Session, reference: str) -> CardDispute | None:
    """The card dispute that the provider knows under this name, if we have it."""
    return session.exec(select(CardDispute).where(CardDispute.provider_reference == reference)).first()


def movement_references(session: Session, dispute_id: UUID) -> frozenset[str]:
    """The provider's names of the balance transactions that are posted for a dispute."""
    statement = select(CardDisputeMovement.provider_reference).where(
        CardDisputeMovement.dispute_id == dispute_id
    )
    return frozenset(session.exec(statement))


def disputes_by_entry(session: Session, entry_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The provider's name of the dispute for each of these ledger entries that records its movements."""
    statement = (
        select(CardDisputeMovement.entry_id, CardDispute.provider_reference)
        .join(CardDispute, col(CardDispute.id) == CardDisputeMovement.dispute_id)
        .where(col(CardDisputeMovement.entry_id).in_(entry_ids))
    )
    return dict(session.exec(statement).all())


def payments_with_unknown_changes(session: Session, changes: Sequence[tuple[str, str]]) -> list[UUID]:
    """Our payments that have a refund or dispute at the provider which we do not know.

    `seen` are pairs: the provider's name of the refund or dispute, and of its payment.
    """
    parameters = {
        "references": [reference for reference, _ in changes],
        "payments": [payment for _, payment in changes],
    }
    return [row.id for row in session.execute(_UNKNOWN, parameters)]
