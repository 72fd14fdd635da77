"""The tables of categories, offers and options, with all the database can hold of what they mean."""

from datetime import datetime, time
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    amount,
    document,
    enum_column,
    instant,
    nfc_constraint,
    primary_key,
    reference,
)
from domain.offers.kinds import Claim, OfferState, OptionPer, Place, TaskKind, Unit

# What everybody may find; the partial indexes below hold nothing else, so drafts cost a search nothing.
IN_SIGHT = "state = 'published' AND hidden_at IS NULL"
# What the stored words were taken from. Searches find a row whose text differs from it by its former words.
ANALYSED_TEXT = "md5(title || chr(10) || description)"
TO_ANALYSE = f"words_of IS DISTINCT FROM {ANALYSED_TEXT}"


# One row means: services of this kind can be offered. It is data alone; no code knows its slug.
class Category(Table, table=True):
    """A kind of service: its unit and grid, how time is claimed, where it happens, what its offers tell."""

    __tablename__ = "categories"
    __table_args__ = (
        nfc_constraint("categories", "name"),
        UniqueConstraint("slug", name="categories_have_one_slug_each"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="categories_slugs_fit_into_addresses"),
        CheckConstraint(
            "granularity_minutes BETWEEN 1 AND 1440 AND 1440 % granularity_minutes = 0",
            name="categories_grids_divide_the_day",
        ),
        CheckConstraint(
            "jsonb_typeof(attributes_schema) = 'object'", name="categories_schemas_are_documents"
        ),
        {"comment": "One row means: services of this kind can be offered."},
    )
    id: UUID = primary_key()
    slug: str = Field(sa_column=Column(String(60), nullable=False))
    name: str = Field(sa_column=Column(String(120), nullable=False))
    unit: Unit = enum_column(Unit, "categories_unit_known")
    granularity_minutes: int
    claim: Claim = enum_column(Claim, "categories_claim_known")
    place: Place = enum_column(Place, "categories_place_known")
    attributes_schema: dict[str, Any] = document()
    created_at: datetime = instant()


# One row means: this provider gives this service on these terms.
class Offer(Table, table=True):
    """An offer. `from_amount` and the cells and the shown point follow from other columns by rules in Python.

    They are stored because a search filters and sorts by them; `actions.py` writes them with what they
    follow.
    """

    __tablename__ = "offers"
    __table_args__ = (
        nfc_constraint("offers", "title"),
        nfc_constraint("offers", "description"),
        CheckConstraint("price_amount >= 0 AND from_amount >= 0", name="offers_are_not_paid_for_taking"),
        CheckConstraint(
            "lowest_price_amount BETWEEN 0 AND price_amount", name="offers_discounts_have_a_floor"
        ),
        CheckConstraint(
            "duration_minutes > 0 AND minimum_minutes > 0 AND maximum_minutes >= minimum_minutes",
            name="offers_last_a_while",
        ),
        CheckConstraint(
            "buffer_before_minutes >= 0 AND buffer_after_minutes >= 0 AND notice_minutes >= 0",
            name="offers_keep_no_negative_time",
        ),
        CheckConstraint("horizon_days BETWEEN 1 AND 730", name="offers_look_two_years_ahead_at_most"),
        CheckConstraint("seats BETWEEN 1 AND 1000", name="offers_have_seats"),
        CheckConstraint("(check_in_at IS NULL) = (check_out_at IS NULL)", name="offers_let_in_and_out"),
        CheckConstraint(
            "num_nonnulls(latitude, longitude, cell, cell_r7, blurred_latitude, blurred_longitude) IN (0, 6)",
            name="offers_are_somewhere_or_nowhere",
        ),
        CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name="offers_are_on_the_globe",
        ),
        CheckConstraint(
            "(hidden_at IS NULL) = (hidden_reason IS NULL)", name="offers_are_hidden_for_a_reason"
        ),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="offers_know_their_day"),
        CheckConstraint("version >= 1", name="offers_versions_count_from_one"),
        # The terms of title and description by `foundation.text.text_analysis`, and the MD5 of the two texts
        # that they were taken from. A row where that differs (written by older code, or set to null for a
        # changed analyser) is found by `offers_to_analyse` and analysed by a scheduled job.
        Column("words", TSVECTOR, nullable=True),
        Column("words_of", String(32), nullable=True),
        Index("offers_by_profile", "profile_id", "id"),
        Index("offers_by_provider", "provider_user_id", "id"),
        Index("offers_by_place", "blurred_latitude", "blurred_longitude", postgresql_where=sql(IN_SIGHT)),
        Index(
            "offers_by_category_and_place",
            "category_id",
            "blurred_latitude",
            "blurred_longitude",
            postgresql_where=sql(IN_SIGHT),
        ),
        Index("offers_by_price", "market_id", "from_amount", postgresql_where=sql(IN_SIGHT)),
        Index("offers_by_age", "market_id", "published_at", "id", postgresql_where=sql(IN_SIGHT)),
        Index(
            "offers_by_category_and_age",
            "market_id",
            "category_id",
            "published_at",
            "id",
            postgresql_where=sql(IN_SIGHT),
        ),
        Index(
            "offers_by_words",
            "words",
            postgresql_using="gin",
            # Offers are written seldom and searched often: every search would read the list of late entries.
            postgresql_with={"fastupdate": "off"},
            postgresql_where=sql(IN_SIGHT),
        ),
        Index("offers_to_analyse", "id", postgresql_where=sql(TO_ANALYSE)),
        {"comment": "One row means: this provider gives this service on these terms."},
    )
    # Searches read them and `words.py` writes them; nobody needs them in an object.
    __mapper_args__: ClassVar[dict[str, Any]] = {"exclude_properties": ["words", "words_of"]}

    id: UUID = primary_key()
    profile_id: UUID = reference("provider_profiles.id")
    provider_user_id: UUID = reference("users.id")
    market_id: UUID = reference("markets.id")
    category_id: UUID = reference("categories.id")
    title: str = Field(sa_column=Column(String(120), nullable=False))
    description: str = Field(sa_column=Column(Text, nullable=False))
    attributes: dict[str, Any] = document()
    state: OfferState = enum_column(OfferState, "offers_state_known")
    hidden_at: datetime | None = instant(nullable=True)
    hidden_reason: str | None = Field(default=None, sa_column=Column(String(500), nullable=True))
    price_amount: int = amount()
    from_amount: int = amount()
    lowest_price_amount: int | None = amount(nullable=True)
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    duration_minutes: int | None = None
    minimum_minutes: int | None = None
    maximum_minutes: int | None = None
    buffer_before_minutes: int
    buffer_after_minutes: int
    notice_minutes: int
    horizon_days: int
    seats: int
    books_instantly: bool
    cancellation_policy: str = Field(sa_column=Column(String(40), nullable=False))
    check_in_at: time | None = None
    check_out_at: time | None = None
    time_zone: str = Field(sa_column=Column(String(60), nullable=False))
    latitude: float | None = None
    longitude: float | None = None
    cell: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    cell_r7: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    blurred_latitude: float | None = None
    blurred_longitude: float | None = None
    version: int
    created_at: datetime = instant()
    changed_at: datetime = instant()
    published_at: datetime | None = instant(nullable=True)


# One row means: this can be added to a booking of the offer; retired, it stays for those who have it.
class OfferOption(Table, table=True):
    """An add-on with its price, the minutes it adds, and how many of it one booking may have."""

    __tablename__ = "offer_options"
    __table_args__ = (
        nfc_constraint("offer_options", "title"),
        CheckConstraint("price_amount >= 0", name="offer_options_are_not_paid_for_taking"),
        CheckConstraint("minutes BETWEEN 0 AND 1440", name="offer_options_add_a_day_at_most"),
        CheckConstraint("most BETWEEN 1 AND 100", name="offer_options_can_be_taken"),
        Index("offer_options_in_order", "offer_id", "position", "id"),
        {"comment": "One row means: this can be added to a booking of the offer, until it is retired."},
    )
    id: UUID = primary_key()
    offer_id: UUID = reference("offers.id")
    title: str = Field(sa_column=Column(String(120), nullable=False))
    price_amount: int = amount()
    per: OptionPer = enum_column(OptionPer, "offer_options_per_known")
    minutes: int
    most: int
    position: int
    created_at: datetime = instant()
    retired_at: datetime | None = instant(nullable=True)


# One row means: the customer may take this over in a booking of the offer, until it is retired.
class OfferTask(Table, table=True):
    """Work that the customer can do instead of the provider. What it saves stands in `offer_task_savings`."""

    __tablename__ = "offer_tasks"
    __table_args__ = (
        nfc_constraint("offer_tasks", "title"),
        nfc_constraint("offer_tasks", "description"),
        Index("offer_tasks_in_order", "offer_id", "position", "id"),
        {
            "comment": "One row means: the customer may take this over in a booking of the offer, "
            "until it is retired."
        },
    )
    id: UUID = primary_key()
    offer_id: UUID = reference("offers.id")
    kind: TaskKind = enum_column(TaskKind, "offer_tasks_kind_known")
    title: str = Field(sa_column=Column(String(120), nullable=False))
    description: str = Field(sa_column=Column(Text, nullable=False))
    position: int
    created_at: datetime = instant()
    retired_at: datetime | None = instant(nullable=True)


# One row means: who takes over exactly these tasks of the offer saves its provider this much.
class OfferTaskSaving(Table, table=True):
    """What a set of tasks saves the provider, in minor units of the offer's currency.

    A single task is a set of one. `task_ids` stand in ascending order, so a set has one row; the first of
    them is `task_id`, by which savings are found with their tasks. A row is in force as long as none of its
    tasks is retired.
    """

    __tablename__ = "offer_task_savings"
    __table_args__ = (
        UniqueConstraint("task_id", "task_ids", name="offer_task_savings_are_named_once"),
        CheckConstraint(
            "cardinality(task_ids) BETWEEN 1 AND 12 AND task_ids[1] = task_id",
            name="offer_task_savings_are_of_tasks",
        ),
        CheckConstraint("saving_amount >= 0", name="offer_task_savings_cost_nobody"),
        {"comment": "One row means: who takes over exactly these tasks saves the provider this much."},
    )
    id: UUID = primary_key()
    task_id: UUID = reference("offer_tasks.id")
    task_ids: list[UUID] = Field(sa_column=Column(ARRAY(UUID_COLUMN(as_uuid=True)), nullable=False))
    saving_amount: int = amount()
    said_at: datetime = instant()
