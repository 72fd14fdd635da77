"""Holding the amount on the customer's card, while they wait for the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain.foundation import payable_amounts
from domain.foundation.persistence.database import Transactions
from domain.payments import actions, queries
from domain.payments.errors import (
    PaymentAlreadyCancelled,
    PaymentDeclined,
    PaymentInProgress,
    PaymentMethodNotUsable,
    PaymentOutcomeUnknown,
)
from domain.payments.kinds import PaymentState, ProviderCallKind, ProviderCallState
from domain.payments.models import Payment, ProviderCall
from domain.payments.provider import customers
from domain.payments.provider.gateway import Gateway
from domain.payments.provider.provider_calls import NOT_MADE, SentCall
from domain.payments.rules import LEASE
from domain.payments.sync import target_sync

AUTHORIZED_STATES = frozenset({PaymentState.AUTHORIZED, PaymentState.CAPTURED})
# What Stripe says of an amount, whatever the card (docs.stripe.com/error-codes).
_AMOUNT_ERROR_CODES = frozenset({"amount_too_small", "amount_too_large", "invalid_charge_amount"})


def authorize(
    transactions: Transactions, gateway: Gateway, payment_id: UUID, *, payment_method: str, at: datetime
) -> Payment:
    """Hold the payment's amount on a payment method of the customer's; returns the payment.

    It is then authorized, or requires an action of the customer at their bank (`next_action` says which; when
    they have done it, a call with the same method returns the result). A repeated call never holds twice.
    Raises `PaymentDeclined` and `PaymentMethodNotUsable`, after which another method may be tried;
    `AmountNotPayable`, after which none helps; `PaymentAlreadyCancelled` if it is cancelled;
    `PaymentInProgress` and `PaymentOutcomeUnknown`, after which the same call is right.
    """
    prepare = partial(_plan_authorization, payment_id=payment_id, method=payment_method, at=at)
    plan = transactions.run(partial(_plan_unless_work_pending, prepare=prepare, payment_id=payment_id, at=at))
    if plan is None:
        payment = target_sync.sync_to_target(transactions, gateway, payment_id, at=at)
        if payment.state is PaymentState.REQUIRES_ACTION:
            payment = target_sync.refresh_from_provider(transactions, gateway, payment_id, at=at)
        if payment.state in AUTHORIZED_STATES:
            return payment
        plan = transactions.run(prepare)
    if plan.needs_customer:
        reference = customers.create_provider_customer(gateway, plan.payment.customer_id)
        plan = transactions.run(partial(prepare, new_customer=reference))
    if plan.sent is None:
        return plan.payment
    result = target_sync.execute_call(transactions, gateway, plan.sent, at=at)
    return _payment_or_error(result.payment, result.call)


@dataclass(frozen=True, slots=True)
class _AuthorizationPlan:
    """The first phase of an authorization: the call that is stored as sent, or why there is none yet."""

    payment: Payment
    sent: SentCall | None = None
    needs_customer: bool = False


def _plan_unless_work_pending(
    session: Session, *, prepare: Callable[[Session], _AuthorizationPlan], payment_id: UUID, at: datetime
) -> _AuthorizationPlan | None:
    """The intent; None if an open call, a due target or the customer's action comes first."""
    payment = queries.lock_payment(session, payment_id)
    is_due = payment.due_at is not None and at >= payment.due_at
    if (
        is_due
        or payment.state is PaymentState.REQUIRES_ACTION
        or queries.list_open_calls(session, payment_id)
    ):
        return None
    return prepare(session)


def _plan_authorization(
    session: Session, *, payment_id: UUID, method: str, at: datetime, new_customer: str | None = None
) -> _AuthorizationPlan:
    """Store the authorization as sent, if the payment is open and the provider knows its customer."""
    payment = queries.lock_payment(session, payment_id)
    customer = new_customer and customers.store_reference(session, payment.customer_id, new_customer)
    if payment.state in AUTHORIZED_STATES:
        return _AuthorizationPlan(payment)
    if payment.state is PaymentState.CANCELLED or payment.keep_amount is not None:
        raise PaymentAlreadyCancelled
    if open_calls := queries.list_open_calls(session, payment_id):
        if open_calls[0].state is ProviderCallState.UNKNOWN:
            raise PaymentOutcomeUnknown(retry_after=int(LEASE.total_seconds()))
        raise PaymentInProgress(retry_after=int(LEASE.total_seconds()))
    last_call = queries.get_last_call(session, payment_id)
    if (
        payment.state is PaymentState.REQUIRES_ACTION
        and last_call
        and last_call.parameters["payment_method"] == method
    ):
        return _AuthorizationPlan(payment)
    customer = customer or customers.get_or_plan_reference(session, payment.customer_id)
    if customer is None:
        return _AuthorizationPlan(payment, needs_customer=True)
    parameters = {"customer": customer, "payment_method": method, "amount": payment.amount}
    call = actions.plan_provider_call(session, payment, ProviderCallKind.AUTHORIZE, parameters, at=at)
    return _AuthorizationPlan(payment, sent=target_sync.mark_sent(session, payment, call, at=at))


def _payment_or_error(payment: Payment, call: ProviderCall) -> Payment:
    code = (call.response or {}).get("code")
    if call.state is ProviderCallState.SUCCEEDED:
        return payment
    if call.state is ProviderCallState.FAILED and code != NOT_MADE:
        if payment.state is PaymentState.FAILED:
            raise PaymentDeclined(code=payment.failure_code)
        if code in _AMOUNT_ERROR_CODES:
            raise _amount_rejected(payment, str(code))
        raise PaymentMethodNotUsable(field="payment_method", code=code)
    raise PaymentOutcomeUnknown(retry_after=int(LEASE.total_seconds()))


def _amount_rejected(payment: Payment, code: str) -> payable_amounts.AmountNotPayable:
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
