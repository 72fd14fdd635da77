"""Patronage: a period's surplus, and everybody's share of it with the numbers it was counted from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    amount,
    forbid_changes,
    instant,
    primary_key,
    reference,
)

_MARKET = "hashtextextended(market_id::text, 0)"


# One row means: this surplus of this period was split among those who brought it in.
class PatronageRound(Table, table=True):
    """A period whose surplus was given back. The weights and the value of a credit are the policy's then."""

    __tablename__ = "patronage_rounds"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="patronage_periods_have_a_length"),
        CheckConstraint("surplus_amount > 0", name="patronage_splits_something"),
        CheckConstraint("surplus_amount <= earned_amount", name="patronage_splits_what_was_earned"),
        CheckConstraint("value_amount > 0", name="patronage_credits_are_worth_something"),
        CheckConstraint(
            "least(fee_weight, commission_weight) >= 0 AND fee_weight + commission_weight > 0",
            name="patronage_weighs_something",
        ),
        # The market's id as a one-point range, because equality has no gist operator without an extension.
        ExcludeConstraint(
            (text(f"int8range({_MARKET}, {_MARKET}, '[]')"), "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            name="a_surplus_is_split_once",
        ),
        Index("patronage_rounds_of_market", "market_id", "starts_at"),
        {"comment": "One row means: this surplus of this period was split among those who brought it in."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    surplus_amount: int = amount()
    earned_amount: int = amount()
    fee_weight: int = Field(sa_column=Column(Integer, nullable=False))
    commission_weight: int = Field(sa_column=Column(Integer, nullable=False))
    value_amount: int = amount()
    policy_version_id: UUID = reference("policy_versions.id")
    posted_by: UUID = reference("users.id")
    posted_at: datetime = instant()


# One row means: this user brought in so much, and gets this share of the surplus in credits.
class PatronageShare(Table, table=True):
    """A share, as it was counted; `entry_id` names the entry that credited it, once it was."""

    __tablename__ = "patronage_shares"
    __table_args__ = (
        CheckConstraint(
            "least(fee_amount, commission_amount, share_amount, credits) >= 0",
            name="patronage_shares_are_not_negative",
        ),
        CheckConstraint("entry_id IS NULL OR credits > 0", name="only_shares_of_something_are_posted"),
        Index(
            "patronage_shares_waiting",
            "round_id",
            "user_id",
            postgresql_where=text("entry_id IS NULL AND credits > 0"),
        ),
        {"comment": "One row means: this user brought in so much, and gets this share of the surplus."},
    )
    round_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("patronage_rounds.id"), primary_key=True)
    )
    user_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("users.id"), primary_key=True)
    )
    fee_amount: int = amount()
    commission_amount: int = amount()
    share_amount: int = amount()
    credits: int = amount()
    entry_id: UUID | None = reference("ledger_entries.id", nullable=True)


forbid_changes(PatronageRound)
forbid_changes(PatronageShare, except_columns=("entry_id",))
