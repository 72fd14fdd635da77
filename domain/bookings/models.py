"""The tables of bookings: the agreement, proposals to change it, and the dispute it may come to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlmodel import Field

from domain.bookings.cancellations.final_amounts import Amounts, RedeemedCredits
from domain.bookings.kinds import (
    ENDED,
    BookingParty,
    BookingReasonCode,
    BookingState,
    ProposalKind,
    ProposalState,
    RefundGround,
)
from domain.bookings.policy_snapshot import PolicySnapshot
from domain.foundation.persistence.tables import (
    Table,
    amount,
    amount_default_zero,
    document,
    enum_column,
    instant,
    primary_key,
    reference,
    span,
)
from domain.foundation.spans import Span

_FINAL = ", ".join(f"'{state}'" for state in sorted(ENDED))
_PARTS = "pay_out_amount + service_fee_amount + commission_amount + tax_amount + surge_amount"
# What ended before there was surge kept none; a NULL in the sum would let every settlement pass.
_KEPT = (
    "kept_pay_out_amount + kept_service_fee_amount + kept_commission_amount + kept_tax_amount "
    "+ coalesce(kept_surge_amount, 0)"
)
# Likewise what ended before there were tasks: nothing was at stake.
_KEPT_STAKE_PAY_OUT = "coalesce(kept_stake_pay_out_amount, 0)"
_KEPT_STAKE_TAX = "coalesce(kept_stake_tax_amount, 0)"


# One row means: these two agreed (or are about to) that this is done then, for this money, under these terms.
class Booking(Table, table=True):
    """An agreement on a time. `due_at` is when the clock acts next; only a booking that has ended has none.

    The amounts are what is agreed now and follow accepted modifications. The `kept_` amounts and the refund
    are what the terms say, decided once, when it ends; `refund_due_amount` is what of the refund was still to
    move then, `kept_short_amount` what is missing of what is kept (both NULL in older rows: nothing had
    moved). `surge_amount` goes to the surge pool; `bonus_amount` is what the provider gets out of it once the
    service is carried out, and no part of the pay-in. `stake_amount` is what the
    customer's tasks save: it is paid beside the pay-in, and comes back but for the shares of tasks left
    undone, which the `kept_` amounts include (`kept_stake_…` says how much of them). The credits, in
    thousandths, paid for a part of the service fee and of the surge. `remind_at` is when the customer hears
    of tasks not yet done. Title and place are the offer's when it was booked; `options` are ids with
    quantities. Who the two parties are never changes.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(f"pay_in_amount = {_PARTS}", name="bookings_balance"),
        CheckConstraint(
            "least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount, "
            "surge_amount, bonus_amount, stake_amount) >= 0",
            name="bookings_amounts_are_not_negative",
        ),
        CheckConstraint(
            f"refund_amount IS NULL OR refund_amount + {_KEPT} = pay_in_amount + stake_amount",
            name="bookings_settlements_balance",
        ),
        CheckConstraint(
            "refund_amount IS NULL OR least(refund_amount, kept_pay_out_amount, kept_service_fee_amount, "
            "kept_commission_amount, kept_tax_amount, kept_surge_amount, kept_stake_pay_out_amount, "
            "kept_stake_tax_amount) >= 0",
            name="bookings_settlements_are_not_negative",
        ),
        CheckConstraint(
            f"refund_amount IS NULL OR ({_KEPT_STAKE_PAY_OUT} + {_KEPT_STAKE_TAX} <= stake_amount AND "
            f"{_KEPT_STAKE_PAY_OUT} <= kept_pay_out_amount AND {_KEPT_STAKE_TAX} <= kept_tax_amount)",
            name="bookings_keep_no_more_than_is_at_stake",
        ),
        CheckConstraint(
            f"state = 'completed' OR {_KEPT_STAKE_PAY_OUT} + {_KEPT_STAKE_TAX} = 0",
            name="stakes_go_back_whole_unless_carried_out",
        ),
        CheckConstraint("least(fee_credits, surge_credits) >= 0", name="bookings_redeem_credits_or_none"),
        CheckConstraint(
            "returned_credits IS NULL OR returned_credits BETWEEN 0 AND fee_credits + surge_credits",
            name="bookings_return_credits_that_were_redeemed",
        ),
        CheckConstraint(
            "refund_due_amount IS NULL OR (refund_due_amount BETWEEN 0 AND refund_amount"
            f" AND kept_short_amount BETWEEN 0 AND {_KEPT})",
            name="bookings_refund_no_more_than_their_terms_say",
        ),
        CheckConstraint(
            f"(refund_amount IS NOT NULL) = (state IN ({_FINAL}))", name="bookings_settle_when_they_end"
        ),
        CheckConstraint(
            f"(due_at IS NULL) = (state IN ({_FINAL}))", name="bookings_wait_for_the_clock_until_they_end"
        ),
        CheckConstraint(f"(ended_at IS NOT NULL) = (state IN ({_FINAL}))", name="bookings_end_at_an_instant"),
        CheckConstraint(
            "books_closed_at IS NULL OR ended_at IS NOT NULL", name="books_close_after_bookings_end"
        ),
        CheckConstraint(
            "(cancelled_by IS NOT NULL) = (state = 'cancelled')", name="bookings_are_cancelled_by_somebody"
        ),
        CheckConstraint("customer_id <> provider_user_id", name="nobody_books_themselves"),
        CheckConstraint("strictest_start_at <= lower(during)", name="the_strictest_start_is_the_earliest"),
        CheckConstraint("seats >= 1", name="bookings_take_a_seat"),
        CheckConstraint(
            "pay_in_amount + stake_amount = 0 OR payment_id IS NOT NULL", name="bookings_are_paid_for"
        ),
        CheckConstraint(
            "no_show_side IS NULL OR no_show_side IN ('customer', 'provider')",
            name="only_a_party_can_be_absent",
        ),
        Index("a_quote_makes_one_booking", "quote_id", unique=True),
        Index("bookings_of_a_customer", "customer_id", "id"),
        Index("bookings_of_a_provider", "provider_user_id", "id"),
        Index("bookings_by_offer", "offer_id"),
        Index("bookings_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("bookings_to_remind", "remind_at", postgresql_where=text("remind_at IS NOT NULL")),
        {
            "comment": "One row means: these two agreed (or are about to) that this is done then, "
            "for this money, under these frozen terms."
        },
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    offer_id: UUID = reference("offers.id")
    profile_id: UUID = reference("provider_profiles.id")
    provider_user_id: UUID = reference("users.id")
    customer_id: UUID = reference("users.id")
    quote_id: UUID = reference("quotes.id")
    payment_id: UUID | None = reference("payments.id", nullable=True)
    state: BookingState = enum_column(BookingState, "booking_states_known")
    title: str = Field(sa_column=Column(String(200), nullable=False))
    latitude: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
    longitude: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
    during: Span = span()
    time_zone: str = Field(sa_column=Column(String(60), nullable=False))
    seats: int = Field(sa_column=Column(Integer, nullable=False))
    options: list[dict[str, Any]] = document()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    pay_in_amount: int = amount()
    pay_out_amount: int = amount()
    service_fee_amount: int = amount()
    commission_amount: int = amount()
    tax_amount: int = amount()
    surge_amount: int = amount_default_zero()
    bonus_amount: int = amount_default_zero()
    stake_amount: int = amount_default_zero()
    fee_credits: int = amount_default_zero()
    surge_credits: int = amount_default_zero()
    policy_version_id: UUID = reference("policy_versions.id")
    policy_snapshot: dict[str, Any] = document()
    strictest_start_at: datetime = instant()
    books_instantly: bool = Field(sa_column=Column(Boolean, nullable=False))
    due_at: datetime | None = instant(nullable=True)
    remind_at: datetime | None = instant(nullable=True)
    requested_at: datetime = instant()
    authorized_at: datetime | None = instant(nullable=True)
    confirmed_at: datetime | None = instant(nullable=True)
    started_at: datetime | None = instant(nullable=True)
    delivered_at: datetime | None = instant(nullable=True)
    no_show_at: datetime | None = instant(nullable=True)
    no_show_side: BookingParty | None = enum_column(
        BookingParty, "booking_no_show_sides_known", nullable=True
    )
    ended_at: datetime | None = instant(nullable=True)
    cancelled_by: BookingParty | None = enum_column(BookingParty, "booking_cancellers_known", nullable=True)
    reason_code: BookingReasonCode | None = enum_column(
        BookingReasonCode, "booking_reasons_known", nullable=True
    )
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    ground: RefundGround | None = enum_column(RefundGround, "booking_grounds_known", nullable=True)
    refund_amount: int | None = amount(nullable=True)
    kept_pay_out_amount: int | None = amount(nullable=True)
    kept_service_fee_amount: int | None = amount(nullable=True)
    kept_commission_amount: int | None = amount(nullable=True)
    kept_tax_amount: int | None = amount(nullable=True)
    kept_surge_amount: int | None = amount(nullable=True)
    kept_stake_pay_out_amount: int | None = amount(nullable=True)
    kept_stake_tax_amount: int | None = amount(nullable=True)
    returned_credits: int | None = amount(nullable=True)
    refund_due_amount: int | None = amount(nullable=True)
    kept_short_amount: int | None = amount(nullable=True)
    distribution_stopped_at: datetime | None = instant(nullable=True)
    books_closed_at: datetime | None = instant(nullable=True)
    version: int = Field(sa_column=Column(Integer, nullable=False, server_default="1"), default=1)

    @property
    def agreed(self) -> Amounts:
        """Where the pay-in goes if everything happens as agreed."""
        return Amounts(
            pay_out=self.pay_out_amount,
            service_fee=self.service_fee_amount,
            commission=self.commission_amount,
            tax=self.tax_amount,
            surge=self.surge_amount,
        )

    @property
    def paid_amount(self) -> int:
        """What the payment takes: the pay-in, and beside it what is at stake until it is confirmed."""
        return self.pay_in_amount + self.stake_amount

    @property
    def redeemed(self) -> RedeemedCredits:
        """What credits paid for, in thousandths."""
        return RedeemedCredits(self.fee_credits, self.surge_credits)

    @property
    def terms(self) -> PolicySnapshot:
        """The frozen policy."""
        return PolicySnapshot.load(self.policy_snapshot)


# One row means: this side asked the other to change the booking to these terms.
class Proposal(Table, table=True):
    """A proposal and its answer. Its quote is the new price, the difference what the customer would add."""

    __tablename__ = "booking_proposals"
    __table_args__ = (
        Index(
            "a_booking_has_one_open_proposal",
            "booking_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("proposals_of_a_booking", "booking_id", "id"),
        Index("proposals_due", "expires_at", postgresql_where=text("state = 'open'")),
        CheckConstraint("by_side IN ('customer', 'provider')", name="only_a_party_proposes"),
        CheckConstraint("(answered_at IS NULL) = (state = 'open')", name="proposals_are_open_until_answered"),
        CheckConstraint("seats >= 1", name="proposals_take_a_seat"),
        {"comment": "One row means: this side asked the other to change the booking to these terms."},
    )
    id: UUID = primary_key()
    booking_id: UUID = reference("bookings.id")
    kind: ProposalKind = enum_column(ProposalKind, "proposal_kinds_known")
    by_side: BookingParty = enum_column(BookingParty, "proposal_sides_known")
    during: Span = span()
    seats: int = Field(sa_column=Column(Integer, nullable=False))
    options: list[dict[str, Any]] = document()
    quote_id: UUID = reference("quotes.id", index=True)
    difference_amount: int = amount()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    note: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    state: ProposalState = enum_column(ProposalState, "proposal_states_known", default=ProposalState.OPEN)
    proposed_at: datetime = instant()
    expires_at: datetime = instant()
    answered_at: datetime | None = instant(nullable=True)


# One row means: this booking came to a dispute, opened by that side, and so far this was said and decided.
class BookingDispute(Table, table=True):
    """Both sides' statements and the decision. A booking has one at most: nothing follows its resolution."""

    __tablename__ = "booking_disputes"
    __table_args__ = (
        CheckConstraint("opened_by IN ('customer', 'provider')", name="only_a_party_disputes"),
        CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)", name="disputes_are_answered_with_a_statement"
        ),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name="disputes_are_decided_by_somebody"
        ),
        CheckConstraint(
            "refund_bp IS NULL OR refund_bp BETWEEN 0 AND 10000", name="disputes_give_back_a_share"
        ),
        {
            "comment": "One row means: this booking came to a dispute, opened by that side, and so far this "
            "was said and decided."
        },
    )
    booking_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("bookings.id"), primary_key=True))
    opened_by: BookingParty = enum_column(BookingParty, "dispute_sides_known")
    opened_at: datetime = instant()
    reason_code: BookingReasonCode = enum_column(BookingReasonCode, "dispute_reasons_known")
    statement: str = Field(sa_column=Column(Text, nullable=False))
    answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    answered_at: datetime | None = instant(nullable=True)
    decided_by: BookingParty | None = enum_column(BookingParty, "dispute_deciders_known", nullable=True)
    decided_at: datetime | None = instant(nullable=True)
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    refund_bp: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
