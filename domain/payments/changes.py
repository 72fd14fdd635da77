"""Finding what happened at the provider without our asking, and whose webhook was lost."""

from datetime import datetime
from uuid import UUID

from domain.foundation.persistence.database import Transactions
from domain.payments import dispute_queries, settling
from domain.payments.errors import PaymentOutcomeUnknown
from domain.payments.gateway import CallNotMadeError, CallUnknownError, Gateway


def unknown_changes(
    transactions: Transactions, gateway: Gateway, *, since: datetime, until: datetime
) -> list[UUID]:
    """Our payments with a refund or card dispute made at the provider since then that we do not know.

    Raises `PaymentOutcomeUnknown` while the provider does not answer.
    """
    try:
        seen = [(one.reference, one.payment_reference) for one in gateway.changes(since, until)]
    except (CallNotMadeError, CallUnknownError) as error:
        raise PaymentOutcomeUnknown(retry_after=60) from error
    with transactions.read_session() as session:
        return dispute_queries.payments_with_unknown(session, seen)


def sync(transactions: Transactions, gateway: Gateway, payment_id: UUID, *, at: datetime) -> None:
    """Bring a payment up to what the provider says, and go on from there, as its webhook would have."""
    settling.bring(transactions, gateway, payment_id, at=at)
    settling.settle(transactions, gateway, payment_id, at=at)
