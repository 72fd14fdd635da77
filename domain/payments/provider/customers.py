"""The payment provider's customers, one for each of our users. It is told our id of them and nothing else."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.payments import queries
from domain.payments.errors import PaymentOutcomeUnknown
from domain.payments.provider.gateway import CallNotMadeError, CallOutcomeUnknownError, Gateway

_PLAN = text("INSERT INTO stripe_customers (user_id) VALUES (:user_id) ON CONFLICT DO NOTHING")
_STORE = text("""
    UPDATE stripe_customers SET provider_reference = :reference
    WHERE user_id = :user_id AND provider_reference IS NULL
""")


def get_or_plan_reference(session: Session, user_id: UUID) -> str | None:
    """The provider's reference of a user; None after storing the intention to create one.

    The row comes before the call, so that two requests at once get one customer.
    """
    if reference := queries.get_customer_reference(session, user_id):
        return reference
    session.execute(_PLAN, {"user_id": user_id})
    return None


def create_provider_customer(gateway: Gateway, user_id: UUID) -> str:
    """Create the user's customer at the provider and return its reference. No transaction may be open.

    The idempotency key is the user's id. If the answer is lost for longer than the provider remembers keys,
    the provider keeps an unused customer. Raises PaymentOutcomeUnknown.
    """
    try:
        return gateway.customer(user_id, key=f"customer:{user_id}")
    except (CallOutcomeUnknownError, CallNotMadeError) as error:
        raise PaymentOutcomeUnknown(retry_after=5) from error


def store_reference(session: Session, user_id: UUID, reference: str) -> str:
    """Store the provider's reference of a user, unless one is stored already; returns the stored one."""
    session.execute(_STORE, {"user_id": user_id, "reference": reference})
    return queries.get_customer_reference(session, user_id) or reference
