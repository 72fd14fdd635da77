"""Holding the amount on the customer's card, while they wait for the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain.foundation import payable_amounts
from domain.foundation.persistence.database import Transactions
from domain.payments import actions, customers, queries, settling
from domain.payments.calls import NOT_MADE, Sent
from domain.payments.errors import (
    PaymentDeclined,
    PaymentMethodUnfit,
    PaymentOutcomeUnknown,
    PaymentOver,
    PaymentUnderway,
)
from domain.payments.gateway import Gateway
from domain.payments.kinds import OpKind, OpState, PaymentState
from domain.payments.models import Payment, ProviderOp
from domain.payments.rules import LEASE

DONE = frozenset({PaymentState.AUTHORIZED, PaymentState.CAPTURED})
# What Stripe says of an amount, whatever the card (docs.stripe.com/error-codes).
_OF_THE_AMOUNT = frozenset({"amount_too_small", "amount_too_large", "invalid_charge_amount"})


def authorize(
    transactions: Transactions, gateway: Gateway, payment_id: UUID, *, payment_method: str, at: datetime
) -> Payment:
    """Hold the payment's amount on a payment method of the customer's; returns the payment.

    It is then authorized, or requires an action of the customer at their bank (`next_action` says which; when
    they have done it, asking again with the same method tells). Asking again never holds twice. Raises
    `PaymentDeclined` and `PaymentMethodUnfit`, after which another method may be tried; `AmountNotPayable`,
    after which none helps; `PaymentOver` when it was called off; `PaymentUnderway` and
    `PaymentOutcomeUnknown`, after which asking again is right.
    """
    intend = partial(_intend, payment_id=payment_id, method=payment_method, at=at)
    intent = transactions.run(partial(_intend_unless_work_waits, intend=intend, payment_id=payment_id, at=at))
    if intent is None:
        payment = settling.settle(transactions, gateway, payment_id, at=at)
        if payment.state is PaymentState.REQUIRES_ACTION:
            payment = settling.bring(transactions, gateway, payment_id, at=at)
        if payment.state in DONE:
            return payment
        intent = transactions.run(intend)
    if intent.needs_customer:
        reference = customers.create_at_provider(gateway, intent.payment.customer_id)
        intent = transactions.run(partial(intend, new_customer=reference))
    if intent.sent is None:
        return intent.payment
    result = settling.carry_out(transactions, gateway, intent.sent, at=at)
    return _answer(result.payment, result.op)


@dataclass(frozen=True, slots=True)
class _Intent:
    """The first phase of an authorization: the call that is stored as sent, or why there is none yet."""

    payment: Payment
    sent: Sent | None = None
    needs_customer: bool = False


def _intend_unless_work_waits(
    session: Session, *, intend: Callable[[Session], _Intent], payment_id: UUID, at: datetime
) -> _Intent | None:
    """The intent; None if an open call, a due target or the customer's action comes first."""
    payment = queries.payment_locked(session, payment_id)
    is_due = payment.due_at is not None and at >= payment.due_at
    if is_due or payment.state is PaymentState.REQUIRES_ACTION or queries.open_ops(session, payment_id):
        return None
    return intend(session)


def _intend(
    session: Session, *, payment_id: UUID, method: str, at: datetime, new_customer: str | None = None
) -> _Intent:
    """Store the authorization as sent, if the payment is open and the provider knows its customer."""
    payment = queries.payment_locked(session, payment_id)
    customer = new_customer and customers.store_reference(session, payment.customer_id, new_customer)
    if payment.state in DONE:
        return _Intent(payment)
    if payment.state is PaymentState.CANCELLED or payment.keep_amount is not None:
        raise PaymentOver
    if waiting := queries.open_ops(session, payment_id):
        if waiting[0].state is OpState.UNKNOWN:
            raise PaymentOutcomeUnknown(retry_after=int(LEASE.total_seconds()))
        raise PaymentUnderway(retry_after=int(LEASE.total_seconds()))
    last = queries.last_op(session, payment_id)
    if payment.state is PaymentState.REQUIRES_ACTION and last and last.parameters["payment_method"] == method:
        return _Intent(payment)
    customer = customer or customers.reference_or_intent(session, payment.customer_id)
    if customer is None:
        return _Intent(payment, needs_customer=True)
    parameters = {"customer": customer, "payment_method": method, "amount": payment.amount}
    op = actions.plan_op(session, payment, OpKind.AUTHORIZE, parameters, at=at)
    return _Intent(payment, sent=settling.send(session, payment, op, at=at))


def _answer(payment: Payment, op: ProviderOp) -> Payment:
    code = (op.response or {}).get("code")
    if op.state is OpState.SUCCEEDED:
        return payment
    if op.state is OpState.FAILED and code != NOT_MADE:
        if payment.state is PaymentState.FAILED:
            raise PaymentDeclined(code=payment.failure_code)
        if code in _OF_THE_AMOUNT:
            raise _amount_refused(payment, str(code))
        raise PaymentMethodUnfit(field="payment_method", code=code)
    raise PaymentOutcomeUnknown(retry_after=int(LEASE.total_seconds()))


def _amount_refused(payment: Payment, code: str) -> payable_amounts.AmountNotPayable:
    """The provider takes no such amount, though our table has it; no other card would change that."""
    amount = payable_amounts.format_amount(payment.amount, payment.currency)
    return payable_amounts.AmountNotPayable(
        f"The payment provider takes no payment of {amount}. Another card does not change that: book more or "
        "less at once. The market's operators can look at the limits of its currency.",
        code=code,
        amount=payment.amount,
        currency=payment.currency,
        changeable_by=["customer", "operator"],
    )
