"""The tables of reviews: windows, reviews and their versions, replies, private notes and decisions.

What a review says is sealed until its window is revealed. Parties, sides and instants of a row never change,
and after the reveal neither do its stars: the database refuses it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.event import listen
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    amount,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)
from domain.ratings.kinds import (
    AppealOutcome,
    DecisionKind,
    DecisionReason,
    HoldReason,
    ReviewState,
    Side,
    WindowReason,
)
from domain.ratings.triggers import REVEALED_STARS_STAND, WINDOWS_ARE_OF_ENDED_BOOKINGS

END_OF_WINDOW = "greatest(closes_at, held_until)"
"""When the clock reveals: at the close, or when a hold ends that lasts longer."""


# One row means: these two may review each other for this booking, until then.
class ReviewWindow(Table, table=True):
    """The time in which both may write. `value_amount` is what the customer paid in the end.

    While `held_until` lies ahead nothing is revealed and both may still write.
    """

    __tablename__ = "review_windows"
    __table_args__ = (
        UniqueConstraint(
            "booking_id", "customer_id", "provider_user_id", name="review_windows_know_their_parties"
        ),
        CheckConstraint("closes_at > opened_at", name="review_windows_close_after_they_open"),
        CheckConstraint("value_amount >= 0", name="review_windows_value_is_not_negative"),
        CheckConstraint(
            "(held_at IS NULL) = (held_until IS NULL) AND (held_at IS NULL) = (held_why IS NULL)",
            name="review_windows_are_held_for_a_reason",
        ),
        CheckConstraint(
            "held_until <= held_at + interval '720 hours'", name="review_windows_are_held_for_thirty_days"
        ),
        Index(
            "review_windows_due",
            text(END_OF_WINDOW),
            "booking_id",
            postgresql_where=text("revealed_at IS NULL"),
        ),
        {"comment": "One row means: these two may review each other for this booking, until then."},
    )
    booking_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("bookings.id"), primary_key=True))
    market_id: UUID = reference("markets.id")
    category_id: UUID = reference("categories.id")
    offer_id: UUID = reference("offers.id")
    profile_id: UUID = reference("provider_profiles.id", index=True)
    provider_user_id: UUID = reference("users.id", index=True)
    customer_id: UUID = reference("users.id", index=True)
    reason: WindowReason = enum_column(WindowReason, "review_window_reasons_known")
    value_amount: int = amount()
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    opened_at: datetime = instant()
    closes_at: datetime = instant()
    held_at: datetime | None = instant(nullable=True)
    held_until: datetime | None = instant(nullable=True)
    held_why: HoldReason | None = enum_column(HoldReason, "review_window_holds_known", nullable=True)
    revealed_at: datetime | None = instant(nullable=True)


forbid_changes(ReviewWindow, except_columns=("held_at", "held_until", "held_why", "revealed_at"))
listen(ReviewWindow.__table__, "after_create", DDL(WINDOWS_ARE_OF_ENDED_BOOKINGS))  # type: ignore[attr-defined, no-untyped-call]  # SQLModel's and SQLAlchemy's


# One row means: this party of a booking said this about the other.
class Review(Table, table=True):
    """A review. Author and subject are the two parties of its window, on the side they were: by foreign key.

    `version` counts what its author wrote, and is told to nobody else while it is sealed. `held_until` says
    how long a hold lasts that nobody decides on. An erased author leaves the number without the words.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("booking_id", "author_side", name="one_review_per_direction"),
        ForeignKeyConstraint(
            ["booking_id", "customer_id", "provider_user_id"],
            ["review_windows.booking_id", "review_windows.customer_id", "review_windows.provider_user_id"],
            name="reviews_are_between_the_parties",
        ),
        CheckConstraint("stars BETWEEN 1 AND 5", name="reviews_have_one_to_five_stars"),
        CheckConstraint("jsonb_typeof(dimensions) = 'object'", name="reviews_name_their_dimensions"),
        CheckConstraint("author_id <> subject_id", name="nobody_reviews_themselves"),
        CheckConstraint(
            "(state = 'sealed') = (revealed_at IS NULL)", name="reviews_are_sealed_until_revealed"
        ),
        CheckConstraint(
            "(state = 'removed') = (removed_at IS NOT NULL)", name="reviews_are_removed_at_an_instant"
        ),
        CheckConstraint(
            "state <> 'held' OR held_until IS NOT NULL", name="reviews_are_held_until_an_instant"
        ),
        CheckConstraint("erased_at IS NULL OR text IS NULL", name="erased_reviews_say_nothing"),
        Index("reviews_of_a_subject", "subject_id", "author_side", "revealed_at", "id"),
        Index("reviews_by_an_author", "author_id", "id"),
        Index("reviews_held", "held_until", postgresql_where=text("state = 'held'")),
        {"comment": "One row means: this party of a booking said this about the other."},
    )
    id: UUID = primary_key()
    booking_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    author_side: Side = enum_column(Side, "review_sides_known")
    author_id: UUID = reference("users.id")
    subject_id: UUID = reference("users.id")
    customer_id: UUID = Field(
        default=None,
        sa_column=Column(
            Uuid,
            Computed("CASE author_side WHEN 'customer' THEN author_id ELSE subject_id END", persisted=True),
            nullable=False,
        ),
    )
    provider_user_id: UUID = Field(
        default=None,
        sa_column=Column(
            Uuid,
            Computed("CASE author_side WHEN 'customer' THEN subject_id ELSE author_id END", persisted=True),
            nullable=False,
        ),
    )
    state: ReviewState = enum_column(ReviewState, "review_states_known", default=ReviewState.SEALED)
    stars: int = Field(sa_column=Column(SmallInteger, nullable=False))
    dimensions: dict[str, int] = document()
    text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    locale: str = Field(sa_column=Column(String(35), nullable=False))
    submitted_at: datetime = instant()
    edited_at: datetime | None = instant(nullable=True)
    revealed_at: datetime | None = instant(nullable=True)
    held_until: datetime | None = instant(nullable=True)
    removed_at: datetime | None = instant(nullable=True)
    erased_at: datetime | None = instant(nullable=True)
    version: int = Field(sa_column=Column(Integer, nullable=False, server_default="1"), default=1)


forbid_changes(
    Review,
    except_columns=(
        "state", "stars", "dimensions", "text", "locale", "edited_at", "revealed_at", "held_until",
        "removed_at", "erased_at", "version",
        "customer_id", "provider_user_id",  # generated, from what is kept
    ),
)  # fmt: skip
listen(Review.__table__, "after_create", DDL(REVEALED_STARS_STAND))  # type: ignore[attr-defined, no-untyped-call]  # SQLModel's and SQLAlchemy's


# One row means: so the review stood after its author wrote it for the how-manieth time.
class ReviewVersion(Table, table=True):
    """History of a review. Never changed, but for the words of an author who is erased."""

    __tablename__ = "review_versions"
    __table_args__ = (
        {"comment": "One row means: so the review stood after its author wrote it for the how-manieth time."},
    )
    review_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("reviews.id"), primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True))
    stars: int = Field(sa_column=Column(SmallInteger, nullable=False))
    dimensions: dict[str, int] = document()
    text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    locale: str = Field(sa_column=Column(String(35), nullable=False))
    written_at: datetime = instant()


forbid_changes(ReviewVersion, except_columns=("text",))


# One row means: who was reviewed said this about the review.
class ReviewReply(Table, table=True):
    """The one reply to a review."""

    __tablename__ = "review_replies"
    __table_args__ = (
        CheckConstraint(
            "(text IS NULL) = (erased_at IS NOT NULL)", name="replies_say_something_until_erased"
        ),
        {"comment": "One row means: who was reviewed said this about the review."},
    )
    review_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("reviews.id"), primary_key=True))
    author_id: UUID = reference("users.id", index=True)
    text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    replied_at: datetime = instant()
    erased_at: datetime | None = instant(nullable=True)


# One row means: this was said beside a review, to the other side alone or to the platform alone.
class ReviewPrivateNote(Table, table=True):
    """What is never public. The note to the other side is sealed like the review it stands beside."""

    __tablename__ = "review_private_notes"
    __table_args__ = ({"comment": "One row means: this was said beside a review, to one reader alone."},)
    review_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("reviews.id"), primary_key=True))
    would_book_again: bool | None = Field(default=None, sa_column=Column(Boolean, nullable=True))
    to_other: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    to_platform: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


# One row means: this was decided about a review, why, and what became of an appeal.
class ReviewDecision(Table, table=True):
    """A statement of reasons; no column of it is about stars. Without `decided_by` a detector held it."""

    __tablename__ = "review_decisions"
    __table_args__ = (
        CheckConstraint(
            "(appealed_at IS NULL) = (appeal_statement IS NULL)", name="appeals_are_made_with_a_statement"
        ),
        CheckConstraint(
            "appealed_at <= decided_at + interval '4392 hours'", name="decisions_are_appealed_in_183_days"
        ),
        CheckConstraint(
            "(appeal_decided_at IS NULL) = (appeal_decided_by IS NULL) "
            "AND (appeal_decided_at IS NULL) = (appeal_outcome IS NULL) "
            "AND (appeal_decided_at IS NULL) = (appeal_answer IS NULL)",
            name="appeals_are_decided_whole",
        ),
        CheckConstraint(
            "appeal_decided_at IS NULL OR appealed_at IS NOT NULL", name="only_appeals_are_decided"
        ),
        CheckConstraint("appeal_decided_by <> decided_by", name="appeals_go_to_a_different_person"),
        Index("decisions_of_a_review", "review_id", "id"),
        {"comment": "One row means: this was decided about a review, why, and what became of an appeal."},
    )
    id: UUID = primary_key()
    review_id: UUID = reference("reviews.id")
    kind: DecisionKind = enum_column(DecisionKind, "review_decision_kinds_known")
    reason_code: DecisionReason = enum_column(DecisionReason, "review_decision_reasons_known")
    statement: str = Field(sa_column=Column(Text, nullable=False))
    decided_by: UUID | None = reference("users.id", nullable=True)
    decided_at: datetime = instant()
    appealed_at: datetime | None = instant(nullable=True)
    appeal_statement: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    appeal_decided_at: datetime | None = instant(nullable=True)
    appeal_decided_by: UUID | None = reference("users.id", nullable=True)
    appeal_outcome: AppealOutcome | None = enum_column(AppealOutcome, "appeal_outcomes_known", nullable=True)
    appeal_answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
