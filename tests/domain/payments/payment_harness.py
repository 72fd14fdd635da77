"""A market's till in a test: real transactions, the official library, a sandbox, and hands that can fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import local
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Engine, text
from sqlmodel import Session

from domain import ledger, payments
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions
from domain.ledger import AccountKind, Posting
from domain.payments import Payment
from domain.payments.provider.gateway import CallRejectedError
from domain.payments.provider.stripe_gateway import StripeGateway
from tests import cast

KEY = "sk_sandbox_payments"


class ProcessKilled(BaseException):
    """The process died here."""


class CountingTransactions(Transactions):
    """Transactions that know how many of them are open in this thread."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._mine = local()

    @property
    def open(self) -> int:
        return getattr(self._mine, "open", 0)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with super()._transaction() as session:
            self._mine.open = self.open + 1
            try:
                yield session
            finally:
                self._mine.open = self.open - 1


@dataclass
class FaultyGateway:
    """The gateway: never called inside a transaction, refused by the provider or dying when told to."""

    gateway: StripeGateway
    transactions: CountingTransactions
    calls: list[str] = field(default_factory=list)
    rejects: str = ""
    dies_before: str = ""
    dies_after: str = ""
    breaks: str = ""
    error: Exception = field(default_factory=lambda: LookupError("broken"))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            assert self.transactions.open == 0, f"{name} was called inside a transaction"
            self.calls.append(name)
            if self.dies_before == name:
                self.dies_before = ""
                raise ProcessKilled
            if self.breaks == name:
                raise self.error
            if self.rejects == name:
                raise CallRejectedError("insufficient_funds")
            result = getattr(self.gateway, name)(*args, **kwargs)
            if self.dies_after == name:
                self.dies_after = ""
                raise ProcessKilled
            return result

        return call


@dataclass
class PaymentHarness:
    """What the tests do with payments, in one word each."""

    transactions: CountingTransactions
    gateway: FaultyGateway
    web: httpx.Client
    at: datetime
    is_checked: bool = True
    errors: list[Exception] = field(default_factory=list)

    def advance(self, **span: float) -> None:
        """Time passes, here and at the provider."""
        self.at += timedelta(**span)
        self.control("POST", "clock", now=int(self.at.timestamp()))

    def control(self, method: str, path: str, **preference: Any) -> Any:
        """One request to the sandbox's control interface."""
        response = self.web.request(method, f"/_sandbox/{path}", json=preference)
        assert response.status_code == 200, response.text
        return response.json()

    def stripe(self, method: str, path: str, **form: Any) -> Any:
        """One plain request to the provider, past our gateway: somebody at the provider's dashboard."""
        headers = {"authorization": f"Bearer {KEY}"}
        response = self.web.request(method, f"/v1/{path}", data=form, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()

    def fault(self, action: str, endpoint: str, **kwargs: Any) -> None:
        self.control("POST", "faults", action=action, endpoint=endpoint, **kwargs)

    def make_payment(self, amount: int = 10_000, currency: str = "EUR", by: str = "Aino") -> Payment:
        """A payment that Aino, or somebody else, is to make for a booking."""
        with self.transactions() as session:
            return payments.create_payment(
                session,
                subject_id=ids.new(),
                market_id=cast.market(session).id,
                customer_id=cast.user(session, by).id,
                amount=amount,
                currency=currency,
                by=SYSTEM,
                at=self.at,
            )

    def authorize(self, payment: Payment, method: str = "pm_card_visa") -> Payment:
        return payments.authorize(
            self.transactions, self.gateway, payment.id, payment_method=method, at=self.at
        )

    def make_authorized(self, amount: int = 10_000, method: str = "pm_card_visa") -> Payment:
        return self.authorize(self.make_payment(amount), method)

    def make_captured(self, amount: int = 10_000, method: str = "pm_card_visa") -> Payment:
        payment = self.make_authorized(amount, method)
        self.set_capture_target(payment, amount)
        return self.sync(payment)

    def set_capture_target(self, payment: Payment, amount: int) -> None:
        with self.transactions() as session:
            payments.set_capture_target(session, payment.subject_id, amount, by=SYSTEM, at=self.at)

    def refund(self, payment: Payment, amount: int, liable: payments.LiableParty) -> payments.Refund:
        with self.transactions() as session:
            return payments.create_refund(
                session,
                payment.subject_id,
                amount,
                liable=liable,
                reason_code="complaint",
                reason="The kettle was broken.",
                by=SYSTEM,
                at=self.at,
            )

    def sync(self, payment: Payment) -> Payment:
        return payments.sync_to_target(self.transactions, self.gateway, payment.id, at=self.at)

    def sync_until_done(self, payment: Payment) -> Payment:
        """What the sweep does over a while: settle whatever waits, time and again."""
        for _ in range(4):
            self.advance(minutes=11)
            self.sync(payment)
        return self.reload(payment)

    def refresh(self, payment: Payment) -> Payment:
        return payments.refresh_from_provider(self.transactions, self.gateway, payment.id, at=self.at)

    def reload(self, payment: Payment) -> Payment:
        with self.transactions() as session:
            return payments.get_payment(session, payment.id)

    def distribute(self, payment: Payment, *, earned: int, to: UUID) -> None:
        with self.transactions() as session:
            distribute(session, payment, earned=earned, to=to, at=self.at)

    def balance(self, kind: AccountKind, owner: UUID | None = None) -> int:
        with self.transactions() as session:
            return ledger.get_balance(session, ledger.get_account(session, kind, "EUR", owner))

    def event_names(self, payment: Payment) -> list[str]:
        """The names of the facts about the payment's subject, in order."""
        with self.transactions() as session:
            return [event.name for event in events.subject_history(session, payment.subject_id)]

    def effects(self, path: str) -> list[str]:
        """The requests of this kind that the provider carried out, each counted once."""
        log = self.control("GET", "requests")["requests"]
        return [
            entry["id"]
            for entry in log
            if entry["method"] == "POST"
            and path in entry["path"]
            and not entry["replayed"]
            and (entry["status"] == 200 or entry["fault"] == "error")
        ]

    def check(self) -> None:
        """All that must always hold: our invariants, the provider's books, and both beside each other."""
        with self.transactions() as session:
            for name, sql in (ledger.INVARIANTS | payments.INVARIANTS).items():
                assert list(session.execute(text(sql))) == [], name
        assert self.control("GET", "books")["problems"] == []
        reconciliation = payments.reconcile(
            self.transactions,
            self.gateway,
            since=self.at - timedelta(days=30),
            until=self.at + timedelta(days=1),
            by=SYSTEM,
            at=self.at,
        )
        assert reconciliation.unexplained == []


def distribute(session: Session, payment: Payment, *, earned: int, to: UUID, at: datetime) -> None:
    """What bookings do when one is completed, in its simplest form."""
    held = ledger.get_account(session, AccountKind.HELD, payment.currency, payment.subject_id)
    payable = ledger.get_account(session, AccountKind.PAYABLE, payment.currency, to)
    fees = ledger.get_account(session, AccountKind.SERVICE_FEES, payment.currency)
    rest = ledger.get_balance(session, held) - earned
    ledger.post(
        session,
        key=f"distribution:{payment.id}",
        kind="distribution",
        subject_id=payment.subject_id,
        postings=[Posting(held, payable, earned), *([Posting(held, fees, rest)] if rest else [])],
        by=SYSTEM,
        at=at,
    )
