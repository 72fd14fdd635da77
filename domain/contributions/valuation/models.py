"""The tables of what contributions are worth: periods, valuations, and credits taken back.

What was counted is never changed: a valuation holds every number it was counted from, and what is corrected
later stands beside it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlmodel import Field

from domain.contributions.kinds import ContributionKind
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.foundation.persistence.tables import (
    Table,
    amount,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)


# One row means: this period is closed, and this was given out of its pool.
class ContributionPeriod(Table, table=True):
    """A closed period. `fees_amount` is what the market earned net in as long a time before it.

    `pool`, `given` and all credits are thousandths; `raw_nano` is what everything that the pool pays was
    worth before it, in billionths of a credit. A period follows the one numbered before it without a gap.
    """

    __tablename__ = "contribution_periods"
    __table_args__ = (
        UniqueConstraint("market_id", "number", name="periods_are_closed_once"),
        CheckConstraint("number >= 1", name="periods_count_from_one"),
        CheckConstraint("end_at > start_at", name="periods_end_after_they_start"),
        CheckConstraint("closed_at >= end_at", name="periods_are_closed_when_they_are_over"),
        CheckConstraint("given BETWEEN 0 AND pool", name="no_more_is_given_than_the_pool"),
        CheckConstraint("share_bp BETWEEN 0 AND 1000", name="a_pool_is_a_tenth_of_fees_at_most"),
        CheckConstraint(
            "pool::numeric * value_amount * 10000 <= greatest(fees_amount, 0)::numeric * share_bp * 1000",
            name="a_pool_is_backed_by_fees",
        ),
        {"comment": "One row means: this period is closed, and this was given out of its pool."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    number: int = Field(sa_column=Column(Integer, nullable=False))
    start_at: datetime = instant()
    end_at: datetime = instant()
    policy_version_id: UUID = reference("policy_versions.id")
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    fees_amount: int = amount()
    share_bp: int = Field(sa_column=Column(Integer, nullable=False))
    value_amount: int = amount()
    pool: int = amount()
    raw_nano: int = amount()
    given: int = amount()
    claims: int = Field(sa_column=Column(Integer, nullable=False))
    closed_at: datetime = instant()


forbid_changes(ContributionPeriod)


# One row means: this contribution was worth so many credits, from these numbers.
class ContributionValuation(Table, table=True):
    """A valuation. `worth` holds every number of it (`worth.py`); the others are read beside other rows.

    `cluster_id` is the contributor's cluster then, `booking_id` the booking whose fee bounds it and `fee`
    how, `capped_nano` its share of what counts against the kind's cap.
    """

    __tablename__ = "contribution_valuations"
    __table_args__ = (
        CheckConstraint("credits >= 0", name="valuations_are_not_negative"),
        CheckConstraint("units_milli > 0", name="valuations_are_of_something"),
        CheckConstraint("(booking_id IS NULL) = (fee IS NULL)", name="bookings_bound_by_their_fee"),
        Index("valuations_about_a_booking", "booking_id"),
        Index("valuations_of_a_period", "period_id"),
        {"comment": "One row means: this contribution was worth so many credits, from these numbers."},
    )
    contribution_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("contributions.id"), primary_key=True))
    period_id: UUID = reference("contribution_periods.id")
    policy_version_id: UUID = reference("policy_versions.id")
    cluster_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    kind: ContributionKind = Field(sa_column=Column(String(40), nullable=False))
    booking_id: UUID | None = reference("bookings.id", nullable=True)
    worth: dict[str, Any] = document()
    fee: dict[str, Any] | None = document(nullable=True)
    units_milli: int = amount()
    capped_nano: int = amount()
    credits: int = amount()
    valued_at: datetime = instant()


forbid_changes(ContributionValuation)


# One row means: this review is about this booking, whose fee bounds what it earns.
class ReviewedBooking(Table, table=True):
    """What a fact about a review told; reviews stand beside this floor."""

    __tablename__ = "reviewed_bookings"
    __table_args__ = (
        {"comment": "One row means: this review is about this booking, whose fee bounds what it earns."},
    )
    review_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    booking_id: UUID = reference("bookings.id")


# One row means: so many credits of this contribution were taken back, for this reason.
class CreditClawBack(Table, table=True):
    """A correction of what was given. Without `decided_by` a refund or a better claim decided.

    `entry_id` posted it, unless nothing had been posted yet; `restored_entry_id` posted it back, once:
    because an appeal was granted, or because the refund that took it came back. `fee` is what the booking
    could bear after a refund, and which part of the rest this contribution gave.
    """

    __tablename__ = "credit_claw_backs"
    __table_args__ = (
        CheckConstraint("credits >= 0", name="claw_backs_are_not_negative"),
        CheckConstraint(
            "(decided_by IS NULL) = (reason IN ('refunded', 'corrected'))",
            name="people_claw_back_all_but_refunds_and_corrections",
        ),
        CheckConstraint(
            "(reason = 'refunded') = (booking_id IS NOT NULL) AND (reason = 'refunded') = (fee IS NOT NULL)",
            name="refunds_say_what_the_booking_bears",
        ),
        CheckConstraint("decided_by IS NULL OR statement IS NOT NULL", name="claw_backs_are_explained"),
        CheckConstraint(
            "(appealed_at IS NULL) = (appeal_statement IS NULL)",
            name="claw_backs_are_appealed_with_a_statement",
        ),
        CheckConstraint(
            "appealed_at <= decided_at + interval '4392 hours'", name="claw_backs_are_appealed_in_183_days"
        ),
        CheckConstraint(
            "(appeal_decided_at IS NULL) = (appeal_decided_by IS NULL) "
            "AND (appeal_decided_at IS NULL) = (appeal_outcome IS NULL) "
            "AND (appeal_decided_at IS NULL) = (appeal_answer IS NULL)",
            name="claw_back_appeals_are_decided_whole",
        ),
        CheckConstraint(
            "appeal_decided_at IS NULL OR appealed_at IS NOT NULL",
            name="only_appealed_claw_backs_are_decided",
        ),
        CheckConstraint("appeal_decided_by <> decided_by", name="claw_back_appeals_go_to_a_different_person"),
        CheckConstraint(
            "restored_at IS NULL OR reason = 'refunded' OR appeal_outcome = 'restored'",
            name="appeals_and_failed_refunds_restore_credits",
        ),
        CheckConstraint(
            "restored_at IS NOT NULL OR (restored_entry_id IS NULL "
            "AND appeal_outcome IS DISTINCT FROM 'restored')",
            name="credits_are_restored_at_an_instant",
        ),
        Index("claw_backs_of_a_contribution", "contribution_id", "id"),
        Index("claw_backs_of_a_booking", "booking_id"),
        {"comment": "One row means: so many credits of this contribution were taken back, for this reason."},
    )
    id: UUID = primary_key()
    contribution_id: UUID = reference("contributions.id")
    credits: int = amount()
    reason: ClawBackReason = enum_column(ClawBackReason, "claw_back_reasons_known")
    statement: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    booking_id: UUID | None = reference("bookings.id", nullable=True)
    fee: dict[str, Any] | None = document(nullable=True)
    decided_by: UUID | None = reference("users.id", nullable=True)
    decided_at: datetime = instant()
    entry_id: UUID | None = reference("ledger_entries.id", nullable=True, unique=True)
    appealed_at: datetime | None = instant(nullable=True)
    appeal_statement: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    appeal_decided_at: datetime | None = instant(nullable=True)
    appeal_decided_by: UUID | None = reference("users.id", nullable=True)
    appeal_outcome: ClawBackOutcome | None = enum_column(
        ClawBackOutcome, "claw_back_outcomes_known", nullable=True
    )
    appeal_answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    restored_at: datetime | None = instant(nullable=True)
    restored_entry_id: UUID | None = reference("ledger_entries.id", nullable=True, unique=True)


forbid_changes(
    CreditClawBack,
    except_columns=(
        "appealed_at", "appeal_statement", "appeal_decided_at", "appeal_decided_by", "appeal_outcome",
        "appeal_answer", "restored_at", "restored_entry_id",
    ),
)  # fmt: skip
