"""A payment provider in memory, and transactions that all happen inside one test's session."""
# ruff: noqa: ARG002 -- the bank has the arguments of a gateway, and needs fewer

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session

from domain.foundation.money import MonetaryAmount
from domain.payments.kinds import RefundState
from domain.payments.provider.gateway import (
    AuthorizationRequest,
    ProviderBalanceRow,
    ProviderChange,
    ProviderPayment,
    ProviderPaymentState,
    ProviderRefund,
)

Result = TypeVar("Result")


class FakeGateway:
    """Does what it is asked at once and never fails; it forgets nothing. Authorizations last a week."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.payments: dict[str, ProviderPayment] = {}

    def customer(self, user_id: UUID, *, key: str) -> str:
        return f"cus_{user_id.hex}"

    def authorize(self, request: AuthorizationRequest, *, key: str) -> ProviderPayment:
        reference = request.reference or f"pi_{request.payment_id.hex}"
        provider_payment = ProviderPayment(
            reference,
            request.payment_id,
            ProviderPaymentState.AUTHORIZED,
            authorized_amount=request.amount.amount,
            captured_amount=0,
            capture_before=self.at + timedelta(days=7),
        )
        return self._store(provider_payment)

    def capture(self, reference: str, amount: MonetaryAmount, *, key: str) -> ProviderPayment:
        return self._change(reference, state=ProviderPaymentState.CAPTURED, captured_amount=amount.amount)

    def cancel(self, reference: str, *, key: str) -> ProviderPayment:
        return self._change(reference, state=ProviderPaymentState.CANCELLED)

    def refund(self, reference: str, refund_id: UUID, amount: MonetaryAmount, *, key: str) -> ProviderRefund:
        provider_payment = ProviderRefund(
            f"re_{refund_id.hex}", refund_id, amount.amount, RefundState.SUCCEEDED
        )
        self._change(reference, refunds=(*self.payments[reference].refunds, provider_payment))
        return provider_payment

    def payment(self, reference: str) -> ProviderPayment:
        return self.payments[reference]

    def find_payment(self, payment_id: UUID, customer_reference: str) -> ProviderPayment | None:
        return next(
            (
                provider_payment
                for provider_payment in self.payments.values()
                if provider_payment.payment_id == payment_id
            ),
            None,
        )

    def balance_rows(self, since: datetime, until: datetime) -> Iterator[ProviderBalanceRow]:
        return iter(())

    def changes(self, since: datetime, until: datetime) -> Iterator[ProviderChange]:
        return iter(())

    def void_all(self) -> None:
        """What card networks may do behind everybody's back."""
        for reference in self.payments:
            self._change(reference, state=ProviderPaymentState.CANCELLED)

    def _change(self, reference: str, **changes: Any) -> ProviderPayment:
        return self._store(replace(self.payments[reference], **changes))

    def _store(self, provider_payment: ProviderPayment) -> ProviderPayment:
        self.payments[provider_payment.reference] = provider_payment
        return provider_payment


class SingleSessionTransactions:
    """`Transactions` whose work is undone with the session they share."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        yield self.session
        self.session.flush()

    def run(self, work: Callable[[Session], Result]) -> Result:
        with self() as session:
            return work(session)
