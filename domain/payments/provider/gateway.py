"""The way to the payment provider, in values only: what may be asked, what is seen, how a call can end.

A call ends in one of four ways: a response; `CallRejectedError`, a definite no; `CallNotMadeError`, when
certainly nothing happened and the call may be repeated later; or `CallOutcomeUnknownError`. Every call that
changes something carries an idempotency key made from a row of ours, so that repeating it has no effect.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from domain.foundation.money import MonetaryAmount
from domain.payments.kinds import CardDisputeState, RefundState


class ProviderPaymentState(StrEnum):
    """Where the provider says a payment stands."""

    NEEDS_METHOD = "needs_method"
    NEEDS_ACTION = "needs_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """A refund as the provider shows it. `refund_id` is ours, or None when somebody refunded by hand."""

    reference: str
    refund_id: UUID | None
    amount: int
    state: RefundState
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderDisputeMovement:
    """A balance transaction of a card dispute: below zero a withdrawal, above it a reinstatement."""

    reference: str
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class ProviderCardDispute:
    """A card dispute as the provider shows it. `movements` alone say what money moved, never the state."""

    reference: str
    state: CardDisputeState
    amount: int
    reason_code: str
    opened_at: datetime
    evidence_due_at: datetime | None = None
    movements: tuple[ProviderDisputeMovement, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderChange:
    """A refund or a card dispute that the provider lists, and the payment that it is of."""

    reference: str
    payment_reference: str


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as the provider shows it now; amounts in minor units.

    `card_fingerprint` is the provider's name for the card, the same whoever pays with it. `refunds` are those
    that moved money, and `disputes` all card disputes, as far as they were looked at: one that is missing
    here may exist.
    """

    reference: str
    payment_id: UUID | None
    state: ProviderPaymentState
    authorized_amount: int
    captured_amount: int
    fee_amount: int | None = None
    charge_reference: str | None = None
    card_fingerprint: str | None = None
    capture_before: datetime | None = None
    next_action: Mapping[str, Any] | None = None
    failure_code: str | None = None
    refunds: tuple[ProviderRefund, ...] = ()
    disputes: tuple[ProviderCardDispute, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What is asked of the customer's card. With a `reference`, another attempt on the payment it names."""

    payment_id: UUID
    subject_id: UUID
    customer_reference: str
    payment_method: str
    amount: MonetaryAmount
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderBalanceRow:
    """A movement of the provider's balance for us, by `amount` less `fee`; `source` names its cause."""

    reference: str
    kind: str
    source: str | None
    amount: int
    fee: int
    currency: str
    created_at: datetime


class CallRejectedError(Exception):
    """The provider said no, and nothing happened but what `seen` shows."""

    def __init__(self, code: str, provider_payment: ProviderPayment | None = None) -> None:
        super().__init__(code)
        self.code, self.provider_payment = code, provider_payment


class CallNotMadeError(Exception):
    """Nothing happened: the provider turned us away at the door."""


class CallOutcomeUnknownError(Exception):
    """Nobody knows whether it happened.

    `is_final` tells that the provider will answer this key the same permanently, so that looking is all that
    is left.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class UnreadableResponseError(CallOutcomeUnknownError):
    """The provider answered, and the answer is not what it documents."""


class Gateway(Protocol):
    """The payment provider. No transaction of the database is ever open during one of these calls."""

    def customer(self, user_id: UUID, *, key: str) -> str:
        """The provider's name for a customer of ours, made known to it now."""
        ...

    def authorize(self, request: AuthorizationRequest, *, key: str) -> ProviderPayment:
        """Hold the amount on the customer's card."""
        ...

    def capture(self, reference: str, amount: MonetaryAmount, *, key: str) -> ProviderPayment:
        """Take `amount` of what is held and let go of the rest."""
        ...

    def cancel(self, reference: str, *, key: str) -> ProviderPayment:
        """Let go of all that is held."""
        ...

    def refund(self, reference: str, refund_id: UUID, amount: MonetaryAmount, *, key: str) -> ProviderRefund:
        """Give back `amount` of what was taken."""
        ...

    def payment(self, reference: str) -> ProviderPayment:
        """What the provider says of a payment now, with all its refunds."""
        ...

    def find_payment(self, payment_id: UUID, customer_reference: str) -> ProviderPayment | None:
        """The payment that carries our id, if the provider has one."""
        ...

    def balance_rows(self, since: datetime, until: datetime) -> Iterator[ProviderBalanceRow]:
        """All movements of our balance from `since` up to, and not including, `until`."""
        ...

    def changes(self, since: datetime, until: datetime) -> Iterator[ProviderChange]:
        """All refunds and card disputes made from `since` up to, and not including, `until`."""
        ...
