"""Hours on their way from one user to another: what the one says and the other has to confirm."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, text
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)

# Nobody gives more than half a day to one neighbour at once; what is longer is told in two parts.
MAX_MINUTES = 12 * 60


class HourSide(StrEnum):
    """On which side of the help somebody was."""

    GIVER = "giver"
    RECEIVER = "receiver"


class HourTransferState(StrEnum):
    """Where hours are on their way. Only confirmed ones are posted."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class HourActor(StrEnum):
    """Who acts on a transfer of hours: who said it, the other one, or time."""

    CLAIMANT = "claimant"
    OTHER = "other"
    CLOCK = "clock"


# One row means: one of the two says that the giver helped the receiver for so many minutes.
class HourTransfer(Table, table=True):
    """A claim of hours. `claimed_by` is the side that said it; the other side answers until `answer_by`."""

    __tablename__ = "hour_transfers"
    __table_args__ = (
        CheckConstraint("giver_id <> receiver_id", name="nobody_gives_hours_to_themselves"),
        CheckConstraint(f"minutes BETWEEN 1 AND {MAX_MINUTES}", name="hours_pass_in_small_parts"),
        CheckConstraint("(state = 'claimed') = (ended_at IS NULL)", name="hour_transfers_end_once"),
        CheckConstraint(
            "(state = 'confirmed') = (entry_id IS NOT NULL)", name="only_confirmed_hours_are_posted"
        ),
        Index(
            "one_claim_of_hours_waits_for_an_answer",
            "giver_id",
            "receiver_id",
            "claimed_by",
            unique=True,
            postgresql_where=text("state = 'claimed'"),
        ),
        Index("hour_transfers_of_giver", "giver_id", "id"),
        Index("hour_transfers_of_receiver", "receiver_id", "id"),
        Index("hour_transfers_waiting", "answer_by", postgresql_where=text("state = 'claimed'")),
        {"comment": "One row means: one of two people says that one helped the other for so many minutes."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    giver_id: UUID = reference("users.id")
    receiver_id: UUID = reference("users.id")
    claimed_by: HourSide = enum_column(HourSide, "hour_sides_known")
    minutes: int = Field(sa_column=Column(Integer, nullable=False))
    what: str = Field(sa_column=Column(String(200), nullable=False))
    state: HourTransferState = enum_column(
        HourTransferState, "hour_transfer_states_known", default=HourTransferState.CLAIMED
    )
    claimed_at: datetime = instant()
    answer_by: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    entry_id: UUID | None = reference("ledger_entries.id", nullable=True)


forbid_changes(HourTransfer, except_columns=("state", "ended_at", "entry_id"))
