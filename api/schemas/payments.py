"""Payments on the wire. A payment method is the provider's name for one: a card number has no place here."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.common import Amount, Currency, Instant, RequestBody, Text, View
from domain.foundation.ids import BookingId, CardDisputeId, MarketId, PaymentId, RefundId, UserId
from domain.payments import (
    CardDispute,
    CardDisputeState,
    LiableParty,
    Payment,
    PaymentState,
    Reconciliation,
    Refund,
    RefundState,
)

RefundReasonCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z_]*$", max_length=40),
    Field(description="A word for statistics, small letters and underscores.", examples=["complaint"]),
]


class PaymentNextActionView(View):
    """What the customer has to do at their bank; the client's payment form knows how, given the secret."""

    type: str
    client_secret: str


class CardDisputeView(View):
    """A dispute that the card holder's bank opened through the card network, or its inquiry before one."""

    id: CardDisputeId
    state: CardDisputeState
    amount: Amount
    withdrawn_amount: Amount = Field(description="What the card network holds or keeps of it now.")
    fee_amount: Amount = Field(description="What the payment provider charged the platform for it.")
    reason_code: str = Field(description="The card network's reason, in the payment provider's word.")
    evidence_due_at: Instant | None
    opened_at: Instant
    closed_at: Instant | None
    liable: LiableParty | None = Field(description="Who bears the loss, once an operator has decided.")
    resolved_at: Instant | None

    @classmethod
    def of(cls, dispute: CardDispute) -> Self:
        """What operators and the customer see of a card dispute."""
        return cls.model_validate(dispute.model_dump(include=set(cls.model_fields)))


class CardDisputeResolutionRequest(RequestBody):
    """Who bears what a closed card dispute took, and why."""

    model_config = RequestBody.example(
        {"liable": "platform", "reason": "The service was delivered as agreed."}
    )

    liable: LiableParty
    reason: Text


class PaymentView(View):
    """A payment. `keep_amount` is what will be kept in the end, null while that is open."""

    id: PaymentId
    booking_id: BookingId
    market_id: MarketId
    customer_id: UserId
    state: PaymentState
    currency: Currency
    amount: Amount
    authorized_amount: Amount
    captured_amount: Amount
    refunded_amount: Amount
    keep_amount: Amount | None
    capture_before: Instant | None = Field(description="Until when the amount is held on the card.")
    next_action: PaymentNextActionView | None = Field(description="Shown to the customer only.")
    failure_code: str | None = Field(description="Why the card was declined, in the provider's word.")
    distribution_stopped_at: Instant | None = Field(
        description="Since when a card dispute stops what is held for the booking; null while none does."
    )
    card_disputes: list[CardDisputeView]
    created_at: Instant
    version: int

    @classmethod
    def of(cls, payment: Payment, disputes: list[CardDispute], *, seen_by: UUID) -> Self:
        """What people see of a payment; the secret of the next action is the customer's alone."""
        values = payment.model_dump(include=set(cls.model_fields))
        if seen_by != payment.customer_id:
            values["next_action"] = None
        card_disputes = [CardDisputeView.of(dispute) for dispute in disputes]
        return cls(booking_id=payment.subject_id, card_disputes=card_disputes, **values)


class RefundRequest(RequestBody):
    """A refund beyond what the booking's own rules give back, and who bears it."""

    model_config = RequestBody.example(
        {
            "amount": 1500,
            "liable": "provider",
            "reason_code": "complaint",
            "reason": "The kettle was broken; both sides agree.",
        }
    )

    amount: Annotated[Amount, Field(gt=0)]
    liable: LiableParty
    reason_code: RefundReasonCode
    reason: Text


class RefundView(View):
    """A refund and how far it has come."""

    id: RefundId
    payment_id: PaymentId
    amount: Amount
    liable: LiableParty
    reason_code: str
    reason: str
    state: RefundState
    failure_code: str | None
    created_at: Instant
    finished_at: Instant | None

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """What operators and the customer see of a refund."""
        return cls.model_validate(refund)


class RefundsView(View):
    """All refunds of a payment, the oldest first."""

    items: list[RefundView]


class WebhookReceiptView(View):
    """The event is stored; `is_new` is false when it had been before."""

    is_new: bool


class ReconciliationRequest(RequestBody):
    """The stretch of time over which our books are to be laid beside the provider's."""

    model_config = RequestBody.example({"since": "2026-11-22T00:00:00Z", "until": "2026-11-23T00:00:00Z"})

    since: Instant
    until: Instant


class UnexplainedDifferenceView(View):
    """A cause whose movements differ on the two sides, with the rows of both."""

    source: str = Field(description="The provider's name for the charge or refund, or our entry's key.")
    currency: Currency
    our_amount: Amount
    their_amount: Amount
    our_rows: list[str]
    their_rows: list[str]


class ReconciliationView(View):
    """What a comparison of the books found."""

    since: Instant
    until: Instant
    compared: int = Field(description="How many causes were compared.")
    unexplained: list[UnexplainedDifferenceView]
    finished_at: Instant

    @classmethod
    def of(cls, reconciliation: Reconciliation) -> Self:
        """The comparison with every row that stayed unexplained."""
        values: dict[str, Any] = reconciliation.model_dump(include=set(cls.model_fields))
        return cls.model_validate(values)
