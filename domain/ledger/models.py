"""The tables of the ledger. A posting can only balance: one amount, two accounts, one unit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlmodel import Field

from domain.foundation.actors import ActorKind
from domain.foundation.persistence.tables import (
    Table,
    amount,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)
from domain.ledger.kinds import CREDIT_KINDS, CREDITS, HOURS, OWNED_KINDS, AccountKind

_OWNED_KINDS = ", ".join(f"'{kind}'" for kind in OWNED_KINDS)
_CREDIT_KINDS = ", ".join(f"'{kind}'" for kind in CREDIT_KINDS)


# One row means: there is a place for this kind of value, in this unit, of this owner (or of nobody).
class LedgerAccount(Table, table=True):
    """An account; `domain.ledger.kinds` says what its kind means."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint(
            "kind", "unit", "owner_id", name="accounts_are_unique", postgresql_nulls_not_distinct=True
        ),
        UniqueConstraint("id", "unit", name="accounts_carry_one_unit"),
        CheckConstraint(
            f"(kind IN ({_OWNED_KINDS})) = (owner_id IS NOT NULL)", name="accounts_have_their_owner"
        ),
        CheckConstraint(
            f"(kind IN ({_CREDIT_KINDS})) = (unit = '{CREDITS}')", name="credits_are_kept_in_credits"
        ),
        CheckConstraint(f"(kind = 'hours') = (unit = '{HOURS}')", name="hours_are_kept_in_hours"),
        CheckConstraint("unit ~ '^[A-Z]{3}$'", name="accounts_unit_is_three_letters"),
        {"comment": "One row means: there is a place for this kind of value, in this unit, of this owner."},
    )
    id: UUID = primary_key()
    kind: AccountKind = enum_column(AccountKind, "accounts_kind_known")
    unit: str = Field(sa_column=Column(String(3), nullable=False))
    owner_id: UUID | None = Field(default=None, sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=True))
    floor: int | None = amount(nullable=True)


# One row means: this happened to value, for this reason, exactly once.
class LedgerEntry(Table, table=True):
    """Why its postings were made. `key` comes from a row of the domain, so a retry finds it."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("key", name="entries_are_posted_once"),
        UniqueConstraint("corrects_id", name="entries_are_corrected_once"),
        Index("ledger_entries_of_subject", "subject_id", "id"),
        Index("ledger_entries_by_time", "recorded_at"),
        {"comment": "One row means: this happened to value, for this reason, exactly once."},
    )
    id: UUID = primary_key()
    key: str = Field(sa_column=Column(String(120), nullable=False))
    kind: str = Field(sa_column=Column(String(60), nullable=False))
    subject_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=False))
    corrects_id: UUID | None = reference("ledger_entries.id", nullable=True)
    recorded_at: datetime = instant()
    actor_kind: ActorKind = enum_column(ActorKind, "entries_actor_kind_known")
    actor_id: UUID | None = Field(default=None, sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=True))


# One row means: this amount went from the debited account to the credited one.
class LedgerPosting(Table, table=True):
    """A posting; the two composite foreign keys make both accounts carry its unit."""

    __tablename__ = "ledger_postings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["debit_account_id", "unit"],
            ["ledger_accounts.id", "ledger_accounts.unit"],
            name="postings_debit_an_account_of_their_unit",
        ),
        ForeignKeyConstraint(
            ["credit_account_id", "unit"],
            ["ledger_accounts.id", "ledger_accounts.unit"],
            name="postings_credit_an_account_of_their_unit",
        ),
        CheckConstraint("amount > 0", name="postings_move_something"),
        CheckConstraint("debit_account_id <> credit_account_id", name="postings_move_somewhere"),
        Index("ledger_postings_debits", "debit_account_id", "id"),
        Index("ledger_postings_credits", "credit_account_id", "id"),
        {"comment": "One row means: this amount went from the debited account to the credited one."},
    )
    id: UUID = primary_key()
    entry_id: UUID = reference("ledger_entries.id", index=True)
    debit_account_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=False))
    credit_account_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=False))
    unit: str = Field(sa_column=Column(String(3), nullable=False))
    amount: int = amount()


# One row means: an account that is spent from holds this much now; its lock puts spenders in order.
class LedgerBalance(Table, table=True):
    """The balance of an account with a floor, changed in the statement that posts."""

    __tablename__ = "ledger_balances"
    __table_args__ = (
        CheckConstraint("balance >= floor", name="balances_stay_above_their_floor"),
        CheckConstraint("balance <= ceiling", name="balances_stay_below_their_ceiling"),
        {"comment": "One row means: an account that is spent from holds this much now."},
    )
    account_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("ledger_accounts.id"), primary_key=True)
    )
    balance: int = amount()
    floor: int = Field(sa_column=Column(BigInteger, nullable=False))
    ceiling: int | None = amount(nullable=True)


# One row means: this user's service fees in this market may be paid out of this account.
class LedgerMandate(Table, table=True):
    """Who may let an account that is not theirs pay for them. Whoever keeps the account decides that."""

    __tablename__ = "ledger_mandates"
    __table_args__ = (
        CheckConstraint("ended_at >= granted_at", name="mandates_end_after_they_began"),
        Index("ledger_mandates_of_user", "user_id", "market_id"),
        {"comment": "One row means: this user's fees in this market may be paid out of this account."},
    )
    account_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("ledger_accounts.id"), primary_key=True)
    )
    user_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), primary_key=True))
    market_id: UUID = reference("markets.id")
    granted_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


forbid_changes(LedgerEntry)
forbid_changes(LedgerPosting)
forbid_changes(LedgerAccount)
