"""Tables of markets and of their policies."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, UniqueConstraint, Uuid
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    document,
    forbid_changes,
    instant,
    nfc_constraint,
    primary_key,
    reference,
)


# One row means: there is a market with this currency and time zone.
class Market(Table, table=True):
    """A market. Its currency and time zone never change, because all agreements in it use them."""

    __tablename__ = "markets"
    __table_args__ = (
        nfc_constraint("markets", "name"),
        UniqueConstraint("slug", name="markets_have_one_slug_each"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="markets_slugs_fit_into_addresses"),
        {"comment": "One row means: here people offer and book, in this currency and on this clock."},
    )
    id: UUID = primary_key()
    slug: str = Field(sa_column=Column(String(60), nullable=False))
    name: str = Field(sa_column=Column(String(120), nullable=False))
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    time_zone: str = Field(sa_column=Column(String(60), nullable=False))
    locale: str = Field(sa_column=Column(String(20), nullable=False))
    country: str = Field(sa_column=Column(String(2), nullable=False))
    created_at: datetime = instant()


# One row means: these rules are in force from `active_from` until a later version is.
class PolicyVersionRecord(Table, table=True):
    """One version of a market's policy. Rows never change, because decisions refer to them."""

    __tablename__ = "policy_versions"
    __table_args__ = (
        UniqueConstraint("market_id", "number", name="policy_versions_are_numbered"),
        CheckConstraint("number >= 1", name="policy_versions_count_from_one"),
        CheckConstraint("number = 1 OR active_from >= created_at", name="policy_versions_look_ahead"),
        Index("policy_versions_in_force", "market_id", "active_from", "number"),
        {"comment": "One row means: from active_from these rules hold, until a later version takes over."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    number: int = Field(sa_column=Column(Integer, nullable=False))
    rules: dict[str, Any] = document()
    active_from: datetime = instant()
    created_by: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    created_at: datetime = instant()
    note: str = Field(sa_column=Column(String(500), nullable=False))


forbid_changes(PolicyVersionRecord)
