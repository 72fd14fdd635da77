"""Finding what happened at the provider without our asking, and whose webhook was lost."""

from datetime import datetime
from uuid import UUID

from domain.foundation.persistence.database import Transactions
from domain.payments import card_dispute_queries
from domain.payments.errors import PaymentOutcomeUnknown
from domain.payments.provider.gateway import CallNotMadeError, CallOutcomeUnknownError, Gateway
from domain.payments.sync import target_sync


def find_unknown_changes(
    transactions: Transactions, gateway: Gateway, *, since: datetime, until: datetime
) -> list[UUID]:
    """Our payments with a refund or card dispute made at the provider since then that we do not know.

    Raises `PaymentOutcomeUnknown` while the provider does not answer.
    """
    try:
        changes = [(change.reference, change.payment_reference) for change in gateway.changes(since, until)]
    except (CallNotMadeError, CallOutcomeUnknownError) as error:
        raise PaymentOutcomeUnknown(retry_after=60) from error
    with transactions.read_session() as session:
        return card_dispute_queries.payments_with_unknown_changes(session, changes)


def sync_payment(transactions: Transactions, gateway: Gateway, payment_id: UUID, *, at: datetime) -> None:
    """Bring a payment up to what the provider says, and go on from there, as its webhook would have."""
    target_sync.refresh_from_provider(transactions, gateway, payment_id, at=at)
    target_sync.sync_to_target(transactions, gateway, payment_id, at=at)
