"""The table of integrity signals: what was detected, and how a moderator assessed it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Double, Index, Text, text
from sqlmodel import Field

from domain.contributions.integrity.kinds import ContributionSignalKind, ContributionSignalOutcome
from domain.foundation.persistence.tables import (
    Table,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)


# One row means: this was noticed, and a person should look at it.
class ContributionSignal(Table, table=True):
    """Something noticed about somebody, with why. Nothing is taken or closed by it; people decide.

    `other_id` is whom it is about besides, where it is about two. `evidence` holds the numbers that decided.
    """

    __tablename__ = "contribution_signals"
    __table_args__ = (
        CheckConstraint(
            "(looked_at IS NULL) = (looked_by IS NULL) AND (looked_at IS NULL) = (outcome IS NULL)",
            name="signals_are_looked_at_by_somebody",
        ),
        CheckConstraint("other_id <> user_id", name="signals_about_two_are_about_two"),
        Index("signals_to_look_at", "market_id", "id", postgresql_where=text("looked_at IS NULL")),
        Index("signals_about_somebody", "user_id", "watch", "noticed_at"),
        {"comment": "One row means: this was noticed, and a person should look at it."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    watch: ContributionSignalKind = enum_column(ContributionSignalKind, "contribution_watches_known")
    user_id: UUID = reference("users.id")
    other_id: UUID | None = reference("users.id", nullable=True)
    strength: float = Field(sa_column=Column(Double, nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    evidence: dict[str, Any] = document()
    noticed_at: datetime = instant()
    looked_at: datetime | None = instant(nullable=True)
    looked_by: UUID | None = reference("users.id", nullable=True)
    outcome: ContributionSignalOutcome | None = enum_column(
        ContributionSignalOutcome, "contribution_watch_outcomes_known", nullable=True
    )
    note: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


forbid_changes(ContributionSignal, except_columns=("looked_at", "looked_by", "outcome", "note"))
