"""Events of bookings. The subject of each is ("booking", id); they hold ids, codes, amounts and instants.

Texts that people wrote stay in the tables, where they can be erased; events are never deleted. Most events
only serve the audit trail (`audit_only`); an event that a handler subscribes to has `audit_only` off.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.bookings.kinds import BookingParty, BookingReasonCode, BookingState, ProposalKind, RefundGround
from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class BookingEvent(DomainEvent):
    """A fact about one booking."""

    audit_only: ClassVar[bool] = True

    booking_id: UUID


@dataclass(frozen=True)
class BookingRequested(BookingEvent):
    """A customer took a quote; the time is held and the payment awaited."""

    name: ClassVar[str] = "booking.requested"

    offer_id: UUID
    quote_id: UUID
    start: datetime
    end: datetime
    pay_in_amount: int
    stake_amount: int
    currency: str
    pay_by: datetime | None


@dataclass(frozen=True)
class BookingAuthorized(BookingEvent):
    """The payment is authorized; the provider is asked."""

    name: ClassVar[str] = "booking.authorized"

    answer_by: datetime


@dataclass(frozen=True)
class BookingConfirmed(BookingEvent):
    """It is agreed: the provider accepted, or the offer books instantly."""

    name: ClassVar[str] = "booking.confirmed"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class PriceLowered(BookingEvent):
    """Somebody later pays less for the same start, so this customer does too: less money, credits, or both.

    Credits, in thousandths, come back where they shielded from what demand added.
    """

    name: ClassVar[str] = "booking.price_lowered"

    less_amount: int
    less_credits: int
    pay_in_amount: int
    pay_out_amount: int
    currency: str


@dataclass(frozen=True)
class BookingDeclined(BookingEvent):
    """The provider said no."""

    name: ClassVar[str] = "booking.declined"

    reason_code: BookingReasonCode | None


@dataclass(frozen=True)
class BookingExpired(BookingEvent):
    """A clock ran out before it was agreed: the payment's, or the provider's."""

    name: ClassVar[str] = "booking.expired"

    was: BookingState


@dataclass(frozen=True)
class BookingCancelled(BookingEvent):
    """It was called off; this much goes back to the customer, the whole stake in it, on this ground."""

    name: ClassVar[str] = "booking.cancelled"
    audit_only: ClassVar[bool] = False

    cancelled_by: BookingParty
    reason_code: BookingReasonCode | None
    ground: RefundGround | None
    refund_amount: int
    currency: str


@dataclass(frozen=True)
class PartySuspended(BookingEvent):
    """One side's account was suspended. Unless that ends first, the booking is cancelled at `cancels_at`."""

    name: ClassVar[str] = "booking.party_suspended"

    party: BookingParty
    cancels_at: datetime


@dataclass(frozen=True)
class PartyReinstated(BookingEvent):
    """The suspended side is back, and the booking begins at its start as agreed."""

    name: ClassVar[str] = "booking.party_reinstated"

    party: BookingParty


@dataclass(frozen=True)
class BookingStarted(BookingEvent):
    """The service began."""

    name: ClassVar[str] = "booking.started"


@dataclass(frozen=True)
class BookingDelivered(BookingEvent):
    """The service is done; the customer may object until then."""

    name: ClassVar[str] = "booking.delivered"

    object_by: datetime


@dataclass(frozen=True)
class BookingCompleted(BookingEvent):
    """It ended as agreed, or as operators decided it counts."""

    name: ClassVar[str] = "booking.completed"
    audit_only: ClassVar[bool] = False

    refund_amount: int
    currency: str


@dataclass(frozen=True)
class NoShowReported(BookingEvent):
    """One side says that the other did not come; it may be contested until then."""

    name: ClassVar[str] = "booking.no_show_reported"

    absent: BookingParty
    contest_by: datetime


@dataclass(frozen=True)
class BookingDisputed(BookingEvent):
    """One side disagrees with a delivery or a no-show; the other may answer until then."""

    name: ClassVar[str] = "booking.disputed"

    opened_by: BookingParty
    reason_code: BookingReasonCode
    answer_by: datetime


@dataclass(frozen=True)
class DisputeAnswered(BookingEvent):
    """The other side said its part; operators decide until then."""

    name: ClassVar[str] = "booking.dispute_answered"

    decide_by: datetime


@dataclass(frozen=True)
class DisputeResolved(BookingEvent):
    """It was decided, by an operator or by a clock that ran out."""

    name: ClassVar[str] = "booking.dispute_resolved"

    outcome: BookingState
    refund_bp: int


@dataclass(frozen=True)
class ChangeProposed(BookingEvent):
    """One side proposed other terms; this is what the customer would pay more (or less)."""

    name: ClassVar[str] = "booking.change_proposed"

    proposal_id: UUID
    kind: ProposalKind
    by_side: BookingParty
    start: datetime
    end: datetime
    difference_amount: int
    currency: str
    answer_by: datetime


@dataclass(frozen=True)
class ChangeAccepted(BookingEvent):
    """The other side agreed; from now on these are the terms."""

    name: ClassVar[str] = "booking.change_accepted"

    proposal_id: UUID
    kind: ProposalKind
    start: datetime
    end: datetime
    difference_amount: int
    currency: str


@dataclass(frozen=True)
class ChangeDeclined(BookingEvent):
    """The other side said no; everything stays as it was."""

    name: ClassVar[str] = "booking.change_declined"

    proposal_id: UUID


@dataclass(frozen=True)
class ChangeWithdrawn(BookingEvent):
    """The side that proposed a change took it back."""

    name: ClassVar[str] = "booking.change_withdrawn"

    proposal_id: UUID


@dataclass(frozen=True)
class ChangeExpired(BookingEvent):
    """Nobody answered a proposal in time, or the booking moved on."""

    name: ClassVar[str] = "booking.change_expired"

    proposal_id: UUID


@dataclass(frozen=True)
class BooksClosed(BookingEvent):
    """What was kept is distributed: nothing is held for this booking any more.

    The amounts include `stake_amount`, what is kept for tasks left undone.
    """

    name: ClassVar[str] = "booking.books_closed"

    pay_out_amount: int
    service_fee_amount: int
    commission_amount: int
    tax_amount: int
    surge_amount: int
    bonus_amount: int
    stake_amount: int
    currency: str
