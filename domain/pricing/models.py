"""The tables of quotes and of tariffs."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.event import listen
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    amount,
    amount_default_zero,
    document,
    forbid_changes,
    instant,
    primary_key,
    reference,
    span,
)
from domain.foundation.spans import Span

_PARTS = "pay_out_amount + service_fee_amount + commission_amount + tax_amount + surge_amount"
_LIVE = "live_number IS NOT NULL AND taken_at IS NULL AND superseded_at IS NULL"


# One row means: this price was promised to this customer until `expires_at`, and how it was counted.
class QuoteRecord(Table, table=True):
    """A priced answer with an expiry, as the database keeps it. Nothing of it changes but three stamps.

    `taken_at`: something was booked with it. `agreed_at`: both sides agreed to that booking; it is empty
    again once that was called off. `superseded_at`: it gave its place to a newer quote. A customer
    has so many places for live quotes in each category, numbered from one; `live_number` is the place. Quotes
    that price a change of a booking have none: they name the quote they change in `changes_quote_id`.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint(f"pay_in_amount - ({_PARTS}) = 0", name="quotes_balance"),
        CheckConstraint(
            "least(pay_in_amount, pay_out_amount, service_fee_amount, commission_amount, tax_amount, "
            "surge_amount, bonus_amount) >= 0",
            name="quotes_amounts_are_not_negative",
        ),
        CheckConstraint("stake_amount >= 0", name="quotes_tasks_cost_nobody"),
        CheckConstraint("expires_at > created_at", name="quotes_hold_for_a_while"),
        CheckConstraint("units >= 1 AND seats >= 1", name="quotes_are_for_something"),
        CheckConstraint("surge_multiplier > 0", name="quotes_surge_is_a_factor"),
        CheckConstraint("live_number >= 1", name="live_quotes_count_from_one"),
        CheckConstraint(
            "live_number IS NULL OR changes_quote_id IS NULL", name="quotes_of_changes_take_no_place"
        ),
        Index(
            "live_quotes_have_one_place_each",
            "customer_id",
            "category_id",
            "live_number",
            unique=True,
            postgresql_where=text(_LIVE),
        ),
        Index("quotes_of_changes", "changes_quote_id", postgresql_where=text("changes_quote_id IS NOT NULL")),
        Index(
            "quotes_never_taken",
            "expires_at",
            postgresql_where=text("taken_at IS NULL AND changes_quote_id IS NULL"),
        ),
        Index("quotes_by_market_and_time", "market_id", "created_at"),
        Index(
            "quotes_agreed_by_customer",
            "customer_id",
            "market_id",
            postgresql_where=text("agreed_at IS NOT NULL"),
        ),
        Index(
            "quotes_agreed_by_market",
            "market_id",
            "agreed_at",
            postgresql_where=text("agreed_at IS NOT NULL"),
        ),
        {
            "comment": "One row means: this price was promised to this customer until expires_at, "
            "and how it was counted."
        },
    )
    id: UUID = primary_key()
    offer_id: UUID = reference("offers.id")
    category_id: UUID = reference("categories.id")
    market_id: UUID = reference("markets.id")
    policy_version_id: UUID = reference("policy_versions.id")
    tariff_version_id: UUID | None = reference("tariff_versions.id", nullable=True)
    customer_id: UUID = reference("users.id")
    during: Span = span()
    time_zone: str = Field(sa_column=Column(String(60), nullable=False))
    units: int = Field(sa_column=Column(Integer, nullable=False))
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
    surge_multiplier: Decimal = Field(sa_column=Column(Numeric(6, 3), nullable=False, server_default="1"))
    inputs: dict[str, Any] = document()
    lines: list[dict[str, Any]] = document()
    signature: str = Field(sa_column=Column(String(64), nullable=False))
    created_at: datetime = instant()
    expires_at: datetime = instant()
    live_number: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    changes_quote_id: UUID | None = reference("quotes.id", nullable=True)
    taken_at: datetime | None = instant(nullable=True)
    agreed_at: datetime | None = instant(nullable=True)
    superseded_at: datetime | None = instant(nullable=True)


# One row means: from `active_from` these effects hold in the market, until a later version takes over.
class TariffVersion(Table, table=True):
    """One version of a market's tariff; never changed, for quotes point at it."""

    __tablename__ = "tariff_versions"
    __table_args__ = (
        UniqueConstraint("market_id", "number", name="tariff_versions_are_numbered"),
        CheckConstraint("number >= 1", name="tariff_versions_count_from_one"),
        CheckConstraint("active_from >= created_at", name="tariff_versions_look_ahead"),
        Index("tariff_versions_in_force", "market_id", "active_from", "number"),
        {"comment": "One row means: from active_from these effects hold, until a later version takes over."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    number: int = Field(sa_column=Column(Integer, nullable=False))
    effects: list[dict[str, Any]] = document()
    active_from: datetime = instant()
    created_by: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    created_at: datetime = instant()
    note: str = Field(sa_column=Column(String(500), nullable=False))


# A quote that nobody took may be swept one day; one that something was booked with is part of the books.
TAKEN_QUOTES_ARE_KEPT = """
    CREATE OR REPLACE FUNCTION taken_quotes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'a quote that was taken is never removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taken_quotes_are_kept'; END $$;
    CREATE TRIGGER taken_quotes_are_kept BEFORE DELETE ON quotes FOR EACH ROW
    WHEN (OLD.taken_at IS NOT NULL OR OLD.changes_quote_id IS NOT NULL)
    EXECUTE FUNCTION taken_quotes_are_kept();
"""

forbid_changes(TariffVersion)
forbid_changes(QuoteRecord, against=["UPDATE"], except_columns=["taken_at", "superseded_at", "agreed_at"])
listen(QuoteRecord.__table__, "after_create", DDL(TAKEN_QUOTES_ARE_KEPT))  # type: ignore[attr-defined,no-untyped-call]  # SQLModel sets the one, SQLAlchemy left the other untyped
