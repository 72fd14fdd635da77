"""The tables of resources, of their opening hours, and of the promises on their time.

One exclusion constraint keeps the promise of the whole product, that a thing is promised to one at a time. It
compares resources as one-point ranges, `int8range(n, n, '[]') WITH &&`, because the plain equality of a uuid
needs an extension (btree_gist) that a small PostgreSQL does not carry; hence resources have numbers.
"""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from domain.availability.kinds import ExceptionKind, HoldKind, ResourceKind
from domain.foundation.persistence.tables import (
    Table,
    enum_column,
    instant,
    nfc_constraint,
    primary_key,
    reference,
    span,
)
from domain.foundation.spans import Span

_WHOLE_MINUTES = (
    "extract(second FROM opens) = 0 AND extract(second FROM closes) = 0 "
    "AND opens < '24:00' AND closes < '24:00'"
)
# Of an empty or endless range the bounds are NULL, and a CHECK lets NULL pass; hence coalesce.
_TWO_ENDS = "coalesce(isfinite(lower(during)) AND isfinite(upper(during)), false)"


# One row means: this can be promised once at a time.
class Resource(Table, table=True):
    """A provider's time or a thing of theirs, and the zone in which its opening hours are read.

    `version` counts the changes of its opening hours, so that two who edit them notice each other.
    """

    __tablename__ = "resources"
    __table_args__ = (
        nfc_constraint("resources", "name"),
        UniqueConstraint("number", name="resources_are_numbered"),
        Index(
            "resources_one_time_per_provider",
            "profile_id",
            unique=True,
            postgresql_where=sql("kind = 'time'"),
        ),
        Index("resources_by_provider", "profile_id", "number"),
        {"comment": "One row means: this can be promised once at a time."},
    )
    id: UUID = primary_key()
    number: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    profile_id: UUID = reference("provider_profiles.id")
    kind: ResourceKind = enum_column(ResourceKind, "resources_kind_known")
    name: str = Field(sa_column=Column(String(120), nullable=False))
    time_zone: str = Field(sa_column=Column(String(60), nullable=False))
    version: int = 1
    created_at: datetime = instant()


# One row means: whoever books this offer (with this option, if one is named) needs this resource.
class OfferResource(Table, table=True):
    """What an offer needs instead of its provider's time, or an option of it on top."""

    __tablename__ = "offer_resources"
    __table_args__ = (
        UniqueConstraint(
            "offer_id",
            "option_id",
            "resource_id",
            name="offer_resources_once",
            postgresql_nulls_not_distinct=True,
        ),
        {"comment": "One row means: whoever books this offer (with this option) needs this resource."},
    )
    id: UUID = primary_key()
    offer_id: UUID = reference("offers.id")
    option_id: UUID | None = reference("offer_options.id", nullable=True)
    resource_id: UUID = reference("resources.id", index=True)


# One row means: open at this time of this weekday, every week between the dates. Monday is 0.
class ScheduleRule(Table, table=True):
    """A weekly window in local wall time; one that closes no later than it opens crosses midnight."""

    __tablename__ = "schedule_rules"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="schedule_rules_are_on_a_weekday"),
        CheckConstraint("first_on <= last_on", name="schedule_rules_end_after_they_begin"),
        CheckConstraint(_WHOLE_MINUTES, name="schedule_rules_tell_whole_minutes"),
        {"comment": "One row means: open at this time of this weekday, every week between the dates."},
    )
    id: UUID = primary_key()
    resource_id: UUID = reference("resources.id", index=True)
    weekday: int
    opens: time
    closes: time
    first_on: date | None = None
    last_on: date | None = None


# One row means: on these dates, both included, this window is open or closed besides the weekly rules.
class ScheduleException(Table, table=True):
    """A dated change of the opening hours; from 00:00 to 00:00 it is the whole of each day."""

    __tablename__ = "schedule_exceptions"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="schedule_exceptions_end_after_they_begin"),
        CheckConstraint("last_on - first_on <= 730", name="schedule_exceptions_last_two_years_at_most"),
        CheckConstraint(_WHOLE_MINUTES, name="schedule_exceptions_tell_whole_minutes"),
        Index("schedule_exceptions_in_order", "resource_id", "last_on", "id"),
        {"comment": "One row means: on these dates this window is open or closed besides the weekly rules."},
    )
    id: UUID = primary_key()
    resource_id: UUID = reference("resources.id")
    kind: ExceptionKind = enum_column(ExceptionKind, "schedule_exceptions_kind_known")
    first_on: date
    last_on: date
    opens: time
    closes: time
    note: str = Field(sa_column=Column(String(200), nullable=False))
    created_at: datetime = instant()


# One row means: customers share the time of this offer from this start, and so many seats are taken.
class GroupSession(Table, table=True):
    """A session that stands while somebody has a seat; its own hold keeps the time.

    `taken` is a counter and not a sum over the claims, because a CHECK can guard a counter: no two customers
    can both be given the last seat. `capacity` is what the offer had when the last seat was sold; how many
    seats may still be sold is asked of the offer (`rules.seats_left`), never of this row.
    """

    __tablename__ = "group_sessions"
    __table_args__ = (
        CheckConstraint("taken BETWEEN 0 AND capacity", name="sessions_are_not_oversold"),
        CheckConstraint(_TWO_ENDS, name="sessions_have_two_ends"),
        Index(
            "sessions_one_per_start",
            "offer_id",
            sql("lower(during)"),
            unique=True,
            postgresql_where=sql("released_at IS NULL"),
        ),
        {"comment": "One row means: customers share the time of this offer; so many seats are taken."},
    )
    id: UUID = primary_key()
    offer_id: UUID = reference("offers.id")
    during: Span = span()
    capacity: int
    taken: int
    created_at: datetime = instant()
    released_at: datetime | None = instant(nullable=True)


# One row means: a booking has so many seats of a session, for good or until it expires.
class SeatClaim(Table, table=True):
    """The seats of one booking. What was released stays, to tell how it came to the count."""

    __tablename__ = "seat_claims"
    __table_args__ = (
        CheckConstraint("seats > 0", name="seat_claims_take_a_seat"),
        Index(
            "seat_claims_one_per_booking",
            "booking_id",
            unique=True,
            postgresql_where=sql("released_at IS NULL"),
        ),
        Index("seat_claims_by_session", "group_session_id", postgresql_where=sql("released_at IS NULL")),
        Index(
            "seat_claims_that_expire",
            "expires_at",
            postgresql_where=sql("released_at IS NULL AND expires_at IS NOT NULL"),
        ),
        {"comment": "One row means: a booking has so many seats of a session, for good or until it expires."},
    )
    id: UUID = primary_key()
    group_session_id: UUID = reference("group_sessions.id")
    booking_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    seats: int
    expires_at: datetime | None = instant(nullable=True)
    released_at: datetime | None = instant(nullable=True)


# One row means: this resource is promised for this time, buffers included, until it is released.
class Hold(Table, table=True):
    """A claim on a resource's time: provisional while it has an expiry, firm without one.

    An expired hold still excludes others in the database; who meets one releases it first.
    """

    __tablename__ = "holds"
    __table_args__ = (
        ExcludeConstraint(
            (sql("int8range(resource_number, resource_number, '[]')"), "&&"),
            ("during", "&&"),
            using="gist",
            where=sql("released_at IS NULL"),
            name="holds_do_not_overlap",
        ),
        CheckConstraint(_TWO_ENDS, name="holds_have_two_ends"),
        CheckConstraint(
            "(kind = 'booking') = (booking_id IS NOT NULL) "
            "AND (kind = 'session') = (group_session_id IS NOT NULL)",
            name="holds_know_for_whom",
        ),
        Index("holds_by_booking", "booking_id", postgresql_where=sql("released_at IS NULL")),
        Index("holds_by_session", "group_session_id", postgresql_where=sql("released_at IS NULL")),
        Index(
            "holds_that_expire",
            "expires_at",
            postgresql_where=sql("released_at IS NULL AND expires_at IS NOT NULL"),
        ),
        {"comment": "One row means: this resource is promised for this time, with buffers, until released."},
    )
    id: UUID = primary_key()
    resource_number: int = Field(sa_column=Column(BigInteger, ForeignKey("resources.number"), nullable=False))
    during: Span = span()
    kind: HoldKind = enum_column(HoldKind, "holds_kind_known")
    booking_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    group_session_id: UUID | None = reference("group_sessions.id", nullable=True)
    note: str = Field(default="", sa_column=Column(String(200), nullable=False, server_default=""))
    created_at: datetime = instant()
    expires_at: datetime | None = instant(nullable=True)
    released_at: datetime | None = instant(nullable=True)
