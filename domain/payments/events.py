"""What happened to payments. All but webhooks and reconciliations are facts about the payment's subject."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent
from domain.payments.kinds import CardDisputeState, LiableParty, ProviderCallKind


@dataclass(frozen=True)
class PaymentActionRequired(DomainEvent):
    """The customer's bank wants to hear from them before it holds the amount."""

    name: ClassVar[str] = "payment.action_required"
    audit_only: ClassVar[bool] = True
    payment_id: UUID


@dataclass(frozen=True)
class PaymentAuthorized(DomainEvent):
    """The amount is held on the customer's card."""

    name: ClassVar[str] = "payment.authorized"
    payment_id: UUID
    amount: int
    currency: str


@dataclass(frozen=True)
class PaymentFailed(DomainEvent):
    """The card was declined; another may be tried."""

    name: ClassVar[str] = "payment.failed"
    audit_only: ClassVar[bool] = True
    payment_id: UUID
    failure_code: str


@dataclass(frozen=True)
class PaymentCaptured(DomainEvent):
    """The money was taken."""

    name: ClassVar[str] = "payment.captured"
    payment_id: UUID
    amount: int
    currency: str


@dataclass(frozen=True)
class PaymentCancelled(DomainEvent):
    """What was held was let go, by us, by the clock of the card network, or by hand at the provider."""

    name: ClassVar[str] = "payment.cancelled"
    payment_id: UUID


@dataclass(frozen=True)
class PaymentTargetChanged(DomainEvent):
    """It was decided how much shall be kept in the end; the provider is to be brought there."""

    name: ClassVar[str] = "payment.target_changed"
    payment_id: UUID
    keep_amount: int
    currency: str


@dataclass(frozen=True)
class RefundPlanned(DomainEvent):
    """A refund was decided, by us or by hand at the provider, and who bears it."""

    name: ClassVar[str] = "payment.refund_planned"
    payment_id: UUID
    refund_id: UUID
    amount: int
    currency: str
    liable: LiableParty
    reason_code: str


@dataclass(frozen=True)
class PaymentRefunded(DomainEvent):
    """A refund reached the customer's bank."""

    name: ClassVar[str] = "payment.refunded"
    audit_only: ClassVar[bool] = True
    payment_id: UUID
    refund_id: UUID
    amount: int
    currency: str


@dataclass(frozen=True)
class RefundFailed(DomainEvent):
    """A refund came back; the money is again with whoever bore it."""

    name: ClassVar[str] = "payment.refund_failed"
    payment_id: UUID
    refund_id: UUID
    amount: int
    currency: str
    failure_code: str


@dataclass(frozen=True)
class PaymentDisputed(DomainEvent):
    """The card holder's bank disputes the payment: what is held of it is not distributed until that ends."""

    name: ClassVar[str] = "payment.disputed"
    payment_id: UUID
    dispute_id: UUID
    state: CardDisputeState
    amount: int
    currency: str
    reason_code: str


@dataclass(frozen=True)
class CardDisputeUpdated(DomainEvent):
    """A card dispute moved on, or moved money, and is not closed."""

    name: ClassVar[str] = "payment.dispute_updated"
    audit_only: ClassVar[bool] = True
    payment_id: UUID
    dispute_id: UUID
    state: CardDisputeState
    withdrawn_amount: int
    currency: str


@dataclass(frozen=True)
class CardDisputeClosed(DomainEvent):
    """The card network decided; `withdrawn_amount` is what it keeps, and what somebody has to bear."""

    name: ClassVar[str] = "payment.dispute_closed"
    payment_id: UUID
    dispute_id: UUID
    state: CardDisputeState
    withdrawn_amount: int
    currency: str


@dataclass(frozen=True)
class CardDisputeResolved(DomainEvent):
    """An operator decided who bears what a card dispute took."""

    name: ClassVar[str] = "payment.dispute_resolved"
    payment_id: UUID
    dispute_id: UUID
    amount: int
    currency: str
    liable: LiableParty


@dataclass(frozen=True)
class PaymentTargetReached(DomainEvent):
    """The provider was brought to what shall be kept, and no call is open."""

    name: ClassVar[str] = "payment.target_reached"
    payment_id: UUID
    kept_amount: int
    currency: str


@dataclass(frozen=True)
class PaymentParked(DomainEvent):
    """The provider refused too often; nothing more is tried until somebody looks and decides again."""

    name: ClassVar[str] = "payment.parked"
    audit_only: ClassVar[bool] = True
    payment_id: UUID


@dataclass(frozen=True)
class ProviderCallOverdue(DomainEvent):
    """For too long nobody has known how a call to the provider ended: an alarm for operators."""

    name: ClassVar[str] = "payment.outcome_overdue"
    audit_only: ClassVar[bool] = True
    payment_id: UUID
    op_id: UUID
    kind: ProviderCallKind


@dataclass(frozen=True)
class WebhookReceived(DomainEvent):
    """The provider told us something; it is stored and waits to be followed."""

    name: ClassVar[str] = "webhook.received"
    webhook_id: str
    type: str


@dataclass(frozen=True)
class WebhookSetAside(DomainEvent):
    """An event of the provider cannot be followed, for this reason: an alarm for operators."""

    name: ClassVar[str] = "webhook.set_aside"
    audit_only: ClassVar[bool] = True
    webhook_id: str
    reason: str


@dataclass(frozen=True)
class WebhookRetried(DomainEvent):
    """An operator let an event of the provider be followed that had been set aside."""

    name: ClassVar[str] = "webhook.retried"
    audit_only: ClassVar[bool] = True
    webhook_id: str


@dataclass(frozen=True)
class ReconciliationFinished(DomainEvent):
    """Our books were laid beside the provider's; `unexplained` rows are an alarm for operators."""

    name: ClassVar[str] = "payments.reconciled"
    audit_only: ClassVar[bool] = True
    compared: int
    unexplained: int
