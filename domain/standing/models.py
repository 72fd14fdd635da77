"""The tables of standing: nightly snapshots with all they are counted from, levels, and decisions on them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    Uuid,
    text,
)
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
from domain.standing.level_rules import LevelAppealOutcome, LevelOutcome
from domain.standing.privileges import StandingLevel

_LOST = f"outcome = '{LevelOutcome.LOST}'"
_RESTORED = f"outcome = '{LevelOutcome.RESTORED}'"


def _part_of_key(target: str) -> Any:  # noqa: ANN401 -- as the column helpers of foundation
    return Field(sa_column=Column(Uuid, ForeignKey(target), primary_key=True))


def _number() -> Any:  # noqa: ANN401 -- likewise
    return Field(sa_column=Column(Double, nullable=False))


# One row means: that night this was somebody's standing in a market, and this is what it was counted from.
class StandingSnapshot(Table, table=True):
    """Standing, beside the usual (`relative`, the mean of those it reached is one), and activity at `at`.

    The newest night holds. A night on which nothing of somebody's moved writes nothing: ages change all
    confirmations alike, and activity fades by a rule that whoever reads it can follow.
    """

    __tablename__ = "standing_snapshots"
    __table_args__ = (
        CheckConstraint(
            "least(standing, relative, activity) >= 0 AND standing <= 1", name="standing_is_a_share"
        ),
        {
            "comment": "One row means: that night this was somebody's standing in a market, and this is "
            "what it was counted from."
        },
    )
    market_id: UUID = _part_of_key("markets.id")
    user_id: UUID = _part_of_key("users.id")
    on_date: date = Field(sa_column=Column(Date, primary_key=True))
    standing: float = _number()
    relative: float = _number()
    activity: float = _number()
    is_seed: bool = Field(sa_column=Column(Boolean, nullable=False))
    inputs: dict[str, Any] = document()
    at: datetime = instant()


forbid_changes(StandingSnapshot)


# One row means: somebody is of this level in a market.
class LevelState(Table, table=True):
    """The level somebody is of, since when, how often in a row they missed it, and when it was last asked.

    Who has no row is of L0 and has not been looked at.
    """

    __tablename__ = "level_states"
    __table_args__ = (
        CheckConstraint("misses >= 0", name="level_misses_are_counted"),
        CheckConstraint("level <> 'L0' OR misses = 0", name="the_first_level_cannot_be_missed"),
        {"comment": "One row means: somebody is of this level in a market."},
    )
    market_id: UUID = _part_of_key("markets.id")
    user_id: UUID = _part_of_key("users.id")
    level: StandingLevel = enum_column(StandingLevel, "levels_known", default=StandingLevel.L0)
    since: datetime = instant()
    misses: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    asked_on: date = Field(sa_column=Column(Date, nullable=False))


# One row means: this was decided about somebody's level, from these inputs, and this became of an appeal.
class LevelDecision(Table, table=True):
    """A decision with its reasons. Without `decided_by` the rules decided; a person restores on an appeal.

    `inputs` hold the season and the rules it was held against, `would_change` what was missing.
    """

    __tablename__ = "level_decisions"
    __table_args__ = (
        CheckConstraint(
            f"NOT {_LOST} OR jsonb_array_length(would_change) > 0", name="levels_are_lost_for_a_reason"
        ),
        CheckConstraint(
            f"NOT {_LOST} OR cast(right(level, 1) AS int) = cast(right(previous, 1) AS int) - 1",
            name="levels_are_lost_one_at_a_time",
        ),
        CheckConstraint(
            f"({_RESTORED}) = (decided_by IS NOT NULL) AND ({_RESTORED}) = (restores_id IS NOT NULL)",
            name="people_restore_and_rules_decide",
        ),
        CheckConstraint(f"appealed_at IS NULL OR {_LOST}", name="losses_of_levels_are_appealed"),
        CheckConstraint(
            "(appealed_at IS NULL) = (appeal_statement IS NULL)",
            name="level_appeals_are_made_with_a_statement",
        ),
        CheckConstraint(
            "(appeal_decided_at IS NULL) = (appeal_decided_by IS NULL) "
            "AND (appeal_decided_at IS NULL) = (appeal_outcome IS NULL) "
            "AND (appeal_decided_at IS NULL) = (appeal_answer IS NULL)",
            name="level_appeals_are_decided_whole",
        ),
        CheckConstraint(
            "appeal_decided_at IS NULL OR appealed_at IS NOT NULL", name="only_level_appeals_are_decided"
        ),
        CheckConstraint("appeal_decided_by <> user_id", name="nobody_answers_their_own_appeal"),
        Index(
            "a_level_is_decided_once_a_week",
            "market_id",
            "user_id",
            "on_date",
            unique=True,
            postgresql_where=text("restores_id IS NULL"),
        ),
        Index("level_decisions_of_a_person", "user_id", "market_id", "id"),
        Index(
            "level_appeals_open",
            "market_id",
            "id",
            postgresql_where=text("appealed_at IS NOT NULL AND appeal_decided_at IS NULL"),
        ),
        {
            "comment": "One row means: this was decided about somebody's level, from these inputs, and this "
            "became of an appeal."
        },
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    user_id: UUID = reference("users.id")
    on_date: date = Field(sa_column=Column(Date, nullable=False))
    previous: StandingLevel = enum_column(StandingLevel, "previous_levels_known")
    level: StandingLevel = enum_column(StandingLevel, "decided_levels_known")
    outcome: LevelOutcome = enum_column(LevelOutcome, "level_outcomes_known")
    inputs: dict[str, Any] = document()
    would_change: list[dict[str, Any]] = document()
    policy_version_id: UUID = reference("policy_versions.id")
    decided_by: UUID | None = reference("users.id", nullable=True)
    decided_at: datetime = instant()
    restores_id: UUID | None = reference("level_decisions.id", nullable=True, unique=True)
    appealed_at: datetime | None = instant(nullable=True)
    appeal_statement: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    appeal_decided_at: datetime | None = instant(nullable=True)
    appeal_decided_by: UUID | None = reference("users.id", nullable=True)
    appeal_outcome: LevelAppealOutcome | None = enum_column(
        LevelAppealOutcome, "level_appeal_outcomes_known", nullable=True
    )
    appeal_answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


forbid_changes(
    LevelDecision,
    except_columns=(
        "appealed_at", "appeal_statement", "appeal_decided_at", "appeal_decided_by", "appeal_outcome",
        "appeal_answer",
    ),
)  # fmt: skip
