"""The tables of calls and commitments, and of what the system saw for itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    text,
)
from sqlmodel import Field

from domain.contributions.kinds import CallState, CommitmentState, ContributionKind
from domain.foundation.persistence.tables import (
    Table,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)


# One row means: somebody asks for contributions of a kind.
class Call(Table, table=True):
    """A call. `promised` counts promises that stand or were kept, and never passes `wanted` where that is.

    `is_of_the_market` tells that staff asked for the market: then nobody in particular benefits.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("wanted > 0", name="calls_want_somebody"),
        CheckConstraint("promised >= 0", name="calls_count_what_was_promised"),
        CheckConstraint("promised <= wanted", name="calls_take_no_more_than_they_want"),
        CheckConstraint("closes_at > opened_at", name="calls_close_after_they_open"),
        CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name="calls_are_closed_at_an_instant"
        ),
        Index("calls_open", "market_id", "id", postgresql_where=text("state = 'open'")),
        Index("calls_to_close", "closes_at", postgresql_where=text("state = 'open'")),
        Index("calls_of_a_person", "asked_by", "state"),
        {"comment": "One row means: somebody asks for contributions of a kind."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    kind: ContributionKind = enum_column(ContributionKind, "call_kinds_known")
    asked_by: UUID = reference("users.id")
    is_of_the_market: bool = Field(sa_column=Column(Boolean, nullable=False))
    title: str = Field(sa_column=Column(String(200), nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    wanted: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    promised: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    state: CallState = enum_column(CallState, "call_states_known", default=CallState.OPEN)
    opened_at: datetime = instant()
    closes_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)


forbid_changes(Call, except_columns=("promised", "state", "closed_at"))


# One row means: this person said they would answer a call, bound by nothing.
class Commitment(Table, table=True):
    """A promise that binds nobody. No other table counts or reads how these end."""

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint("(state = 'promised') = (ended_at IS NULL)", name="commitments_end_at_an_instant"),
        Index(
            "a_call_is_answered_once_at_a_time",
            "call_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'promised'"),
        ),
        Index("commitments_of_a_person", "user_id", "id"),
        {"comment": "One row means: this person said they would answer a call, bound by nothing."},
    )
    id: UUID = primary_key()
    call_id: UUID = reference("calls.id", index=True)
    user_id: UUID = reference("users.id")
    note: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    state: CommitmentState = enum_column(
        CommitmentState, "commitment_states_known", default=CommitmentState.PROMISED
    )
    promised_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


forbid_changes(Commitment, except_columns=("state", "ended_at"))


# One row means: the system saw for itself that this person did this.
class SeenDeed(Table, table=True):
    """What a fact from elsewhere told, by which a claim is verified without asking anybody."""

    __tablename__ = "contribution_seen_deeds"
    __table_args__ = ({"comment": "One row means: the system saw for itself that this person did this."},)
    kind: ContributionKind = Field(sa_column=Column(String(40), primary_key=True))
    # No foreign key: what was done is told by its kind, and stands beside this floor.
    subject_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    user_id: UUID = reference("users.id")
    seen_at: datetime = instant()
