"""Community pots, and what was given into them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, String, text
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    amount,
    forbid_changes,
    instant,
    primary_key,
    reference,
)


# One row means: credits may be given here for this person, or for this purpose.
class ContributionPot(Table, table=True):
    """A pot; what it holds stands in the ledger under its id.

    With a beneficiary it pays that person's service fees. Without one it serves a purpose, and operators say
    whose fees it pays. A closed pot takes no more gifts; what was given still pays.
    """

    __tablename__ = "contribution_pots"
    __table_args__ = (
        Index(
            "one_open_pot_per_person",
            "market_id",
            "beneficiary_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL AND beneficiary_id IS NOT NULL"),
        ),
        Index("contribution_pots_of_market", "market_id", "id"),
        {"comment": "One row means: credits may be given here for this person, or for this purpose."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    beneficiary_id: UUID | None = reference("users.id", nullable=True)
    title: str = Field(sa_column=Column(String(120), nullable=False))
    opened_by: UUID = reference("users.id")
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)


# One row means: this user gave these credits into this pot.
class PotGift(Table, table=True):
    """A gift. Given is given: it pays for somebody else from now on."""

    __tablename__ = "pot_gifts"
    __table_args__ = (
        CheckConstraint("credits > 0", name="gifts_give_something"),
        Index("pot_gifts_of_pot", "pot_id", "id"),
        {"comment": "One row means: this user gave these credits into this pot."},
    )
    id: UUID = primary_key()
    pot_id: UUID = reference("contribution_pots.id")
    giver_id: UUID = reference("users.id")
    credits: int = amount()
    entry_id: UUID = reference("ledger_entries.id")
    given_at: datetime = instant()


forbid_changes(ContributionPot, except_columns=("closed_at",))
forbid_changes(PotGift)
