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
from domain.payments.gateway import (
    Authorization,
    BalanceRow,
    ChangeSeen,
    PaymentSeen,
    ProviderState,
    RefundSeen,
)
from domain.payments.kinds import RefundState

Result = TypeVar("Result")


class Bank:
    """Does what it is asked at once and never fails; it forgets nothing. Authorizations last a week."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.kept: dict[str, PaymentSeen] = {}

    def customer(self, user_id: UUID, *, key: str) -> str:
        return f"cus_{user_id.hex}"

    def authorize(self, asked: Authorization, *, key: str) -> PaymentSeen:
        reference = asked.reference or f"pi_{asked.payment_id.hex}"
        seen = PaymentSeen(
            reference,
            asked.payment_id,
            ProviderState.AUTHORIZED,
            authorized_amount=asked.amount.amount,
            captured_amount=0,
            capture_before=self.at + timedelta(days=7),
        )
        return self._keep(seen)

    def capture(self, reference: str, amount: MonetaryAmount, *, key: str) -> PaymentSeen:
        return self._change(reference, state=ProviderState.CAPTURED, captured_amount=amount.amount)

    def cancel(self, reference: str, *, key: str) -> PaymentSeen:
        return self._change(reference, state=ProviderState.CANCELLED)

    def refund(self, reference: str, refund_id: UUID, amount: MonetaryAmount, *, key: str) -> RefundSeen:
        seen = RefundSeen(f"re_{refund_id.hex}", refund_id, amount.amount, RefundState.SUCCEEDED)
        self._change(reference, refunds=(*self.kept[reference].refunds, seen))
        return seen

    def payment(self, reference: str) -> PaymentSeen:
        return self.kept[reference]

    def find_payment(self, payment_id: UUID, customer_reference: str) -> PaymentSeen | None:
        return next((seen for seen in self.kept.values() if seen.payment_id == payment_id), None)

    def balance_rows(self, since: datetime, until: datetime) -> Iterator[BalanceRow]:
        return iter(())

    def changes(self, since: datetime, until: datetime) -> Iterator[ChangeSeen]:
        return iter(())

    def void_all(self) -> None:
        """What card networks may do behind everybody's back."""
        for reference in self.kept:
            self._change(reference, state=ProviderState.CANCELLED)

    def _change(self, reference: str, **news: Any) -> PaymentSeen:
        return self._keep(replace(self.kept[reference], **news))

    def _keep(self, seen: PaymentSeen) -> PaymentSeen:
        self.kept[seen.reference] = seen
        return seen


class OneSession:
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
