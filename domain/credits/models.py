"""The tables behind credits: what each grant of them was bound to, and what was told before any expires."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlmodel import Field

from domain.foundation.persistence.tables import Table, amount, forbid_changes, instant, reference


# One row means: these credits were granted by this entry, and expire after so many days if at all.
class CreditGrant(Table, table=True):
    """What held when credits were granted; a later policy never shortens their life."""

    __tablename__ = "credit_grants"
    __table_args__ = (
        CheckConstraint("credits > 0", name="credit_grants_grant_something"),
        CheckConstraint("expiry_days > 0", name="credit_grants_last_a_while"),
        Index("credit_grants_of_user", "user_id", "granted_at"),
        {"comment": "One row means: these credits were granted by this entry, on these terms."},
    )
    entry_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("ledger_entries.id"), primary_key=True)
    )
    user_id: UUID = reference("users.id")
    subject_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=False))
    credits: int = amount()
    held: bool = Field(sa_column=Column(Boolean, nullable=False))
    policy_version_id: UUID | None = reference("policy_versions.id", nullable=True)
    expiry_days: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    granted_at: datetime = instant()


# One row means: this user was told that so many of these credits expire then, so many days before.
class CreditNotice(Table, table=True):
    """A notice about a lot: what came by one entry. A lot has a round for each time it expires."""

    __tablename__ = "credit_notices"
    __table_args__ = (
        CheckConstraint("credits > 0", name="notices_are_of_something"),
        CheckConstraint("days IN (30, 7)", name="notices_come_thirty_and_seven_days_before"),
        CheckConstraint("told_at < expires_at", name="notices_come_before_the_end"),
        {"comment": "One row means: this user was told that these credits expire, so many days before."},
    )
    lot_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("ledger_entries.id"), primary_key=True)
    )
    round: int = Field(sa_column=Column(Integer, primary_key=True))
    days: int = Field(sa_column=Column(Integer, primary_key=True))
    user_id: UUID = reference("users.id", index=True)
    credits: int = amount()
    expires_at: datetime = instant()
    told_at: datetime = instant()


forbid_changes(CreditGrant)
forbid_changes(CreditNotice)
