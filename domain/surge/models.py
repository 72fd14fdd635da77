"""The tables of surge: what people asked and who was near, the snapshots, and what ticks learn from.

A cell is an H3 cell of resolution 7 as a signed 64-bit integer, as in `offers`; where somebody stood is never
stored. Arrays are little-endian bytes; `snapshots` reads and writes them.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.event import listen
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)
from domain.surge.kinds import AuditKind, EmergencyRule, Encoding, Signal


# One row means: this customer looked for this category around here, and what became of it.
class DemandSignal(Table, table=True):
    """A sign of demand that is not a quote, for quotes are rows of their own. Kept for sixty days."""

    __tablename__ = "demand_signals"
    __table_args__ = (
        Index("demand_signals_by_market_and_time", "market_id", "at"),
        Index("demand_signals_by_customer", "customer_id", "category_id", "at"),
        Index("demand_signals_by_time", "at"),
        {"comment": "One row means: this customer looked for this category around here."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    category_id: UUID = reference("categories.id")
    cell: int = Field(sa_column=Column(BigInteger, nullable=False))
    customer_id: UUID = reference("users.id")
    signal: Signal = enum_column(Signal, "demand_signals_signal_known")
    at: datetime = instant()


# One row means: this provider said last to be in this cell, and perhaps that they left.
class ProviderPresence(Table, table=True):
    """Where a provider is, as coarse as prices are. What they said before is not kept."""

    __tablename__ = "provider_presences"
    __table_args__ = (
        CheckConstraint("left_at >= seen_at", name="provider_presences_end_after_they_begin"),
        Index("provider_presences_by_market", "market_id", "seen_at"),
        {"comment": "One row means: this provider said last to be in this cell, or that they left."},
    )
    profile_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("provider_profiles.id"), primary_key=True, nullable=False)
    )
    market_id: UUID = reference("markets.id")
    cell: int = Field(sa_column=Column(BigInteger, nullable=False))
    seen_at: datetime = instant()
    left_at: datetime | None = instant(nullable=True)


# One row means: at this tick these were the market's multipliers, counted from what is kept with them.
class SurgeSnapshot(Table, table=True):
    """A tick's inputs and prices. It is its own fact; nothing of it ever changes.

    `previous_id` names the snapshot whose state it began with; that one is swept earlier, so it is no key.
    `digest` is over header and arrays.
    """

    __tablename__ = "surge_snapshots"
    __table_args__ = (
        UniqueConstraint("market_id", "tick_at", name="surge_snapshots_one_per_tick"),
        Index("surge_snapshots_by_time", "tick_at"),
        {"comment": "One row means: at this tick these were the market's multipliers."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    tick_at: datetime = instant()
    policy_version_id: UUID = reference("policy_versions.id")
    previous_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    header: dict[str, Any] = document()
    digest: str = Field(sa_column=Column(String(64), nullable=False))
    created_at: datetime = instant()


# One row means: this array belongs to this snapshot.
class SurgeSnapshotArray(Table, table=True):
    """An array by its name. `shape` and `dtype` are of the whole array, however it is encoded."""

    __tablename__ = "surge_snapshot_arrays"
    __table_args__ = ({"comment": "One row means: this array belongs to this snapshot."},)
    snapshot_id: UUID = Field(
        sa_column=Column(
            Uuid, ForeignKey("surge_snapshots.id", ondelete="CASCADE"), primary_key=True, nullable=False
        )
    )
    name: str = Field(sa_column=Column(String(80), primary_key=True, nullable=False))
    dtype: str = Field(sa_column=Column(String(8), nullable=False))
    shape: list[int] = document()
    encoding: Encoding = enum_column(Encoding, "surge_snapshot_arrays_encoding_known")
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


# One row means: this snapshot's prices are the market's now.
class SurgePointer(Table, table=True):
    """Which snapshot is in force; it moves in the transaction that writes the snapshot."""

    __tablename__ = "surge_pointers"
    __table_args__ = (
        Index("surge_pointers_by_snapshot", "snapshot_id"),
        {"comment": "One row means: this snapshot's prices are the market's now."},
    )
    market_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("markets.id"), primary_key=True, nullable=False)
    )
    snapshot_id: UUID = reference("surge_snapshots.id")
    moved_at: datetime = instant()


# One row means: in this hour of the week so much is usual in each cell and category of the market.
class SurgeBaseline(Table, table=True):
    """What an hour of the local week usually brings; slot 0 is the hour after Sunday's midnight.

    Arrays are (cells, categories) of 32-bit floats: `demand` in weighted customers an hour (S_p), `idle` in
    providers. `usual` is the median of the demand over the week, and `events` how many came in 28 days, as
    they were known when the row was written; the row that was written last knows best.
    """

    __tablename__ = "surge_baselines"
    __table_args__ = (
        CheckConstraint("slot BETWEEN 0 AND 167", name="surge_baselines_have_an_hour_of_the_week"),
        CheckConstraint("updates >= 1", name="surge_baselines_learned_something"),
        {"comment": "One row means: in this hour of the week so much is usual in each cell and category."},
    )
    market_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("markets.id"), primary_key=True, nullable=False)
    )
    slot: int = Field(sa_column=Column(SmallInteger, primary_key=True, nullable=False, autoincrement=False))
    categories: list[str] = document()
    cells: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    demand: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    idle: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    usual: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    events: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    updates: int = Field(sa_column=Column(Integer, nullable=False))
    learned_until: datetime = instant()


# One row means: so the days of this category fill up in this market, by the nights before.
class SurgePickup(Table, table=True):
    """The curves of the pickup model, learned again each night."""

    __tablename__ = "surge_pickups"
    __table_args__ = ({"comment": "One row means: so the days of this category fill up in this market."},)
    market_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("markets.id"), primary_key=True, nullable=False)
    )
    category_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("categories.id"), primary_key=True, nullable=False)
    )
    curves: dict[str, Any] = document()
    learned_at: datetime = instant()


# One row means: prices were capped for an emergency, by whom, why, and until when.
class SurgeEmergency(Table, table=True):
    """An emergency in a market, or in one category of it. All but its lifting stays as it was declared.

    `cap_bp` and `floor_bp` bound the multiplier. What a rule needed to know at the declaration, such as each
    category's fourth-highest day, stands in `parameters`, so that it can be counted again.
    """

    __tablename__ = "surge_emergencies"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="surge_emergencies_end_after_they_begin"),
        CheckConstraint(
            "lifted_by IS NULL OR lifted_at IS NOT NULL", name="surge_emergencies_know_when_they_were_lifted"
        ),
        CheckConstraint("cap_bp BETWEEN 10000 AND 50000", name="surge_emergencies_cap_above_the_tariff"),
        CheckConstraint("floor_bp BETWEEN 1 AND 10000", name="surge_emergencies_floor_below_the_tariff"),
        CheckConstraint("rule <> 'fixed' OR cap_bp IS NOT NULL", name="surge_emergencies_fixed_have_a_cap"),
        Index("surge_emergencies_by_market", "market_id", "until_at"),
        {"comment": "One row means: prices were capped for an emergency, by whom, why, and until when."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    category_slug: str | None = Field(default=None, sa_column=Column(String(60), nullable=True))
    rule: EmergencyRule = enum_column(EmergencyRule, "surge_emergencies_rule_known")
    cap_bp: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    floor_bp: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    parameters: dict[str, Any] = document()
    reason: str = Field(sa_column=Column(String(500), nullable=False))
    declared_by: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    declared_at: datetime = instant()
    from_at: datetime = instant()
    until_at: datetime = instant()
    lifted_at: datetime | None = instant(nullable=True)
    lifted_by: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))


# One row means: this was found about this day of the market.
class SurgeAudit(Table, table=True):
    """One night's look at the prices of the day before."""

    __tablename__ = "surge_audits"
    __table_args__ = (
        UniqueConstraint("market_id", "on_date", "kind", name="surge_audits_once_a_day"),
        {"comment": "One row means: this was found about this day of the market."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    on_date: date
    kind: AuditKind = enum_column(AuditKind, "surge_audits_kind_known")
    result: dict[str, Any] = document()
    created_at: datetime = instant()


# Old snapshots are swept, but none is ever changed.
forbid_changes(SurgeSnapshot, against=["UPDATE"])
forbid_changes(SurgeSnapshotArray, against=["UPDATE"])
forbid_changes(SurgeEmergency, except_columns=["lifted_at", "lifted_by"])
# The numbers do not compress well, and a reader wants them at once: they lie beside the row as they are.
listen(
    SurgeSnapshotArray.__table__,  # type: ignore[attr-defined]  # SQLModel sets it on table classes
    "after_create",
    DDL("ALTER TABLE surge_snapshot_arrays ALTER COLUMN data SET STORAGE EXTERNAL"),  # type: ignore[no-untyped-call]  # SQLAlchemy's, untyped
)
