"""The provider's names for our users. It is told our id of them and nothing else."""

from uuid import UUID

from sqlalchemy import text

from domain.foundation.database import Transactions
from domain.payments import queries
from domain.payments.errors import PaymentOutcomeUnknown
from domain.payments.gateway import CallNotMadeError, CallUnknownError, Gateway

_INTEND = text("INSERT INTO stripe_customers (user_id) VALUES (:user_id) ON CONFLICT DO NOTHING")
_LEARN = text("""
    UPDATE stripe_customers SET provider_reference = :reference
    WHERE user_id = :user_id AND provider_reference IS NULL
""")


def reference_of(transactions: Transactions, gateway: Gateway, user_id: UUID) -> str:
    """The provider's name for a user, who is made known to it if need be.

    The row comes first and the key is the user's id, so two that ask at once get one customer. Should the
    answer be lost for longer than keys are remembered, the provider has a nameless customer too many, which
    nothing refers to. Refuses `PaymentOutcomeUnknown`.
    """
    with transactions() as session:
        if known := queries.customer_reference(session, user_id):
            return known
        session.execute(_INTEND, {"user_id": user_id})
    try:
        reference = gateway.customer(user_id, key=f"customer:{user_id}")
    except (CallUnknownError, CallNotMadeError) as error:
        raise PaymentOutcomeUnknown(retry_after=5) from error
    with transactions() as session:
        session.execute(_LEARN, {"user_id": user_id, "reference": reference})
        return queries.customer_reference(session, user_id) or reference
