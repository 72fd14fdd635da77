"""Who may look at a payment: the customer it is of, and operators of its market. For others there is none."""

from uuid import UUID

from sqlmodel import Session

from domain.identity import Caller
from domain.payments import queries
from domain.payments.errors import PaymentNotFound
from domain.payments.models import Payment


def get_visible_payment(session: Session, payment_id: UUID, caller: Caller) -> Payment:
    """The payment, if it is the caller's own or of a market they operate. Raises `PaymentNotFound`."""
    payment = queries.get_payment(session, payment_id)
    if caller.user_id != payment.customer_id and not caller.is_operator(payment.market_id):
        raise PaymentNotFound
    return payment


def get_operated_payment(session: Session, payment_id: UUID, caller: Caller) -> Payment:
    """The payment, if the caller operates its market. Raises `PaymentNotFound`."""
    payment = queries.get_payment(session, payment_id)
    if not caller.is_operator(payment.market_id):
        raise PaymentNotFound
    return payment
