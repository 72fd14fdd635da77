"""The tables of reputation: running sums, the numbers that were shown, credibility, tiers and signals."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Uuid,
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
from domain.ratings.kinds import Side, Tier


def _number() -> Any:  # noqa: ANN401 -- as the column helpers of foundation
    return Field(default=0.0, sa_column=Column(Double, nullable=False, server_default="0"))


def _side_key(constraint: str) -> Any:  # noqa: ANN401 -- likewise
    """A side that is part of the primary key."""
    column = enum_column(Side, constraint).sa_column
    column.primary_key = True
    return Field(sa_column=column)


# One row means: so far a person's reviews in a role and category add up to this.
class ReputationState(Table, table=True):
    """Running sums of weights w and of w·x, x = (stars − 1)/4, decayed forward from `landmark_at`.

    `rated_1` … `rated_5` are the weights by stars, `weight_squared` the sum of w², `reviews` a plain count.
    All of it is the sum of the weighings that count. `ranking` is the score of the newest snapshot, by which
    a search sorts, and `exploration` what one searcher in ten is shown a newcomer higher by.
    """

    __tablename__ = "reputation_states"
    __table_args__ = (
        CheckConstraint("reviews >= 0", name="reputation_states_count_reviews"),
        {"comment": "One row means: so far a person's reviews in a role and category add up to this."},
    )
    subject_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("users.id"), primary_key=True))
    role: Side = _side_key("reputation_roles_known")
    category_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("categories.id"), primary_key=True))
    landmark_at: datetime = instant()
    weight: float = _number()
    weighted: float = _number()
    weight_squared: float = _number()
    rated_1: float = _number()
    rated_2: float = _number()
    rated_3: float = _number()
    rated_4: float = _number()
    rated_5: float = _number()
    reviews: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    version: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    ranking: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
    exploration: float = _number()
    updated_at: datetime = instant()


# One row means: this revealed review weighs this much, and here is why.
class ReviewWeighing(Table, table=True):
    """What a review adds to its subject's state, in parts; none of them depends on its stars.

    `credibility`, `value_weight`, `bias` and `independent` are as they were known when it was weighed.
    `pair_discount` and `cap_share` follow from the subject's other reviews; `weight` is the product of all
    while the review `counts`, that is while it is published, and zero otherwise.
    """

    __tablename__ = "review_weighings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["subject_id", "role", "category_id"],
            ["reputation_states.subject_id", "reputation_states.role", "reputation_states.category_id"],
            name="weighings_add_to_a_state",
        ),
        CheckConstraint("weight >= 0 AND (counts OR weight = 0)", name="only_what_counts_weighs"),
        Index("weighings_of_a_subject", "subject_id", "role", "category_id", "written_at"),
        Index("weighings_by_an_author", "author_id", "subject_id", "written_at"),
        {"comment": "One row means: this revealed review weighs this much, and here is why."},
    )
    review_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("reviews.id"), primary_key=True))
    author_id: UUID = reference("users.id")
    subject_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    role: Side = enum_column(Side, "weighing_roles_known")
    category_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    written_at: datetime = instant()
    credibility: float = Field(sa_column=Column(Double, nullable=False))
    value_weight: float = Field(sa_column=Column(Double, nullable=False))
    bias: float = _number()
    independent: bool = Field(sa_column=Column(Boolean, nullable=False))
    pair_discount: float = _number()
    cap_share: float = _number()
    weight: float = _number()
    counts: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default="false"))
    weighed_at: datetime = instant()


# One row means: this is usual in a category and role, as far as the last night knew.
class ReputationNorm(Table, table=True):
    """What one's own reviews are compared with: shares by stars, amounts, and the effort of others.

    `histogram` are five shares of sum one, `usual_amounts` medians in minor units by currency. `effort` and
    `effort_deviation` are mean and standard deviation of the effective share of good reviews.
    """

    __tablename__ = "reputation_norms"
    __table_args__ = (
        CheckConstraint("jsonb_array_length(histogram) = 5", name="norms_have_five_shares"),
        {"comment": "One row means: this is usual in a category and role, as far as the last night knew."},
    )
    category_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("categories.id"), primary_key=True))
    role: Side = _side_key("norm_roles_known")
    histogram: list[float] = document()
    usual_amounts: dict[str, float] = document()
    effort: float = _number()
    effort_deviation: float = _number()
    reviews: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    learned_at: datetime = instant()


# One row means: then these were a person's numbers in a role and category.
class ReputationSnapshot(Table, table=True):
    """What was shown and what ranked, with all it can be counted again from. Never changed."""

    __tablename__ = "reputation_snapshots"
    __table_args__ = (
        Index(
            "reputation_snapshots_of_a_subject", "subject_id", "role", "category_id", "version", unique=True
        ),
        {"comment": "One row means: then these were a person's numbers in a role and category."},
    )
    id: UUID = primary_key()
    subject_id: UUID = reference("users.id")
    role: Side = enum_column(Side, "reputation_snapshot_roles_known")
    category_id: UUID = reference("categories.id")
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    shown: dict[str, Any] = document()
    ranking: dict[str, Any] = document()
    inputs: dict[str, Any] = document()
    at: datetime = instant()


forbid_changes(ReputationSnapshot)


# One row means: from this night on, what this person says weighs this much.
class RaterCredibility(Table, table=True):
    """Credibility of a rater as the nightly trust flow found it, from the past only.

    `bias` is how much higher than others this person rates, in 0 … 1 of x. Nights that changed little are
    not written down.
    """

    __tablename__ = "rater_credibilities"
    __table_args__ = (
        CheckConstraint("value BETWEEN 0 AND 1", name="credibilities_are_shares"),
        {"comment": "One row means: from this night on, what this person says weighs this much."},
    )
    rater_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("users.id"), primary_key=True))
    as_of: date = Field(sa_column=Column(Date, primary_key=True))
    value: float = Field(sa_column=Column(Double, nullable=False))
    trust: float = _number()
    bias: float = _number()


# One row means: this quarter this provider is of this tier, for these reasons.
class TierDecision(Table, table=True):
    """Inputs, bounds, the decision, and what would change it. Watch asks a person to decide."""

    __tablename__ = "tier_decisions"
    __table_args__ = (
        Index("tier_decisions_of_a_profile", "profile_id", "on_date", unique=True),
        {"comment": "One row means: this quarter this provider is of this tier, for these reasons."},
    )
    id: UUID = primary_key()
    profile_id: UUID = reference("provider_profiles.id")
    market_id: UUID = reference("markets.id")
    on_date: date = Field(sa_column=Column(Date, nullable=False))
    tier: Tier = enum_column(Tier, "tiers_known")
    previous: Tier | None = enum_column(Tier, "previous_tiers_known", nullable=True)
    lower: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
    upper: float | None = Field(default=None, sa_column=Column(Double, nullable=True))
    inputs: dict[str, Any] = document()
    would_change: list[dict[str, Any]] = document()
    decided_at: datetime = instant()


forbid_changes(TierDecision)


# One row means: this detector noticed this. Nothing follows from it by itself.
class ReviewSignal(Table, table=True):
    """A sign for a person to look at, with its evidence."""

    __tablename__ = "review_signals"
    __table_args__ = (
        CheckConstraint(
            "coalesce(review_id, author_id, subject_id) IS NOT NULL", name="signals_are_about_something"
        ),
        Index("review_signals_of_a_review", "review_id"),
        Index("review_signals_by_detector", "detector", "at"),
        {"comment": "One row means: this detector noticed this. Nothing follows from it by itself."},
    )
    id: UUID = primary_key()
    detector: str = Field(sa_column=Column(String(60), nullable=False))
    review_id: UUID | None = reference("reviews.id", nullable=True)
    author_id: UUID | None = reference("users.id", nullable=True)
    subject_id: UUID | None = reference("users.id", nullable=True)
    evidence: dict[str, Any] = document()
    score: float = Field(sa_column=Column(Double, nullable=False))
    at: datetime = instant()


forbid_changes(ReviewSignal)
