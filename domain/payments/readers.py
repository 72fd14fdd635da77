"""Who may look at a payment: the customer it is of, and operators of its market. For others there is none."""

from uuid import UUID

from sqlmodel import Session

from domain.identity import Caller
from domain.payments import queries
from domain.payments.errors import PaymentUnknown
from domain.payments.models import Payment


def payment_for(session: Session, payment_id: UUID, caller: Caller) -> Payment:
    """The payment, if it is the caller's own or of a market they operate. Raises `PaymentUnknown`."""
    found = queries.payment(session, payment_id)
    if caller.user_id != found.customer_id and not caller.is_operator(found.market_id):
        raise PaymentUnknown
    return found


def payment_operated_by(session: Session, payment_id: UUID, caller: Caller) -> Payment:
    """The payment, if the caller operates its market. Raises `PaymentUnknown`."""
    found = queries.payment(session, payment_id)
    if not caller.is_operator(found.market_id):
        raise PaymentUnknown
    return found
