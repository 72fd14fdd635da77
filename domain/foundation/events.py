"""Domain events: what happened, named in the past tense, kept permanently and delivered to handlers.

The table `events` is both the audit trail and the outbox. An action records an event in its own transaction.
The relay takes events that were not dispatched, writes one delivery row for each handler, and wakes the
handlers through the broker. PostgreSQL is the source of truth: deliveries survive the loss of the broker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, cast
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlmodel import Field, Session

from domain.foundation import ids
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.persistence.tables import (
    Table,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
)

CHANNEL = "talkoo_events"


class DomainEvent:
    """Base of events: frozen dataclasses of ids, amounts, codes and instants; no rows, no secrets.

    `audit_only` marks events that are kept for the audit trail and have no handler.
    """

    name: ClassVar[str] = ""
    audit_only: ClassVar[bool] = False

    @classmethod
    def all_classes(cls) -> list[type["DomainEvent"]]:
        """All event classes, sorted by name."""
        classes = [
            kind for child in cls.__subclasses__() for kind in [child, *child.all_classes()] if kind.name
        ]
        return sorted(set(classes), key=lambda kind: kind.name)


# One row means: this happened. Rows are never changed, but for the stamp of their dispatch.
class EventRecord(Table, table=True):
    """A recorded event: its actor, its subject, and its number (`version`) among the subject's events."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("subject_id", "version", name="events_are_numbered_per_subject"),
        Index("events_not_dispatched", "id", postgresql_where=text("dispatched_at IS NULL")),
        {"comment": "One row means: this happened. Audit trail and outbox in one."},
    )
    id: UUID = primary_key()
    name: str = Field(sa_column=Column(String(80), nullable=False))
    occurred_at: datetime = instant()
    actor_kind: ActorKind = enum_column(ActorKind, "events_actor_kind_known")
    actor_id: UUID | None = Field(default=None, sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=True))
    on_behalf_of: UUID | None = Field(
        default=None, sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=True)
    )
    subject_type: str = Field(sa_column=Column(String(40), nullable=False))
    subject_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), nullable=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    data: dict[str, Any] = document()
    dispatched_at: datetime | None = instant(nullable=True)


forbid_changes(EventRecord, except_columns=("dispatched_at",))


# One row means: this subject has so many events. The lock on the row keeps a subject's events in order.
class EventSubject(Table, table=True):
    """The counter that numbers the events of a subject."""

    __tablename__ = "event_subjects"
    __table_args__ = ({"comment": "One row means: so many facts are recorded about this subject."},)
    subject_id: UUID = Field(sa_column=Column(UUID_COLUMN(as_uuid=True), primary_key=True))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))


# One row means: this event is to be delivered to this handler, was delivered, or is parked.
class EventDelivery(Table, table=True):
    """The delivery of one event to one handler. An attempt is counted before the handler runs."""

    __tablename__ = "event_deliveries"
    __table_args__ = (
        Index(
            "event_deliveries_open", "due_at", postgresql_where=text("done_at IS NULL AND parked_at IS NULL")
        ),
        {"comment": "One row means: this reader is to be told of this event, was (done_at), or is parked."},
    )
    event_id: UUID = Field(
        sa_column=Column(UUID_COLUMN(as_uuid=True), ForeignKey("events.id"), primary_key=True)
    )
    reader: str = Field(sa_column=Column(String(120), primary_key=True))
    sent: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    due_at: datetime = instant()
    done_at: datetime | None = instant(nullable=True)
    parked_at: datetime | None = instant(nullable=True)
    last_error: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as handlers and timelines read it."""

    id: UUID
    name: str
    occurred_at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    on_behalf_of: UUID | None
    subject_type: str
    subject_id: UUID
    version: int
    data: Mapping[str, Any]


_RECORD = text("""
    WITH numbered AS (
        INSERT INTO event_subjects (subject_id, version) VALUES (:subject_id, 1)
        ON CONFLICT (subject_id) DO UPDATE SET version = event_subjects.version + 1
        RETURNING version
    )
    INSERT INTO events (id, name, occurred_at, actor_kind, actor_id, on_behalf_of,
                        subject_type, subject_id, version, data)
    SELECT :id, :name, :at, :actor_kind, :actor_id, :on_behalf_of, :subject_type, :subject_id, version,
           cast(:data AS jsonb)
    FROM numbered
    RETURNING pg_notify(:channel, '')
""")

_COLUMNS = (
    "id, name, occurred_at, actor_kind, actor_id, on_behalf_of, subject_type, subject_id, version, data"
)
_HISTORY = text(f"""
    SELECT {_COLUMNS} FROM events
    WHERE subject_id = :subject_id AND version > :after ORDER BY version LIMIT :limit
""")  # noqa: S608 -- our own column list
_BY_ID = text(f"SELECT {_COLUMNS} FROM events WHERE id = :id")  # noqa: S608 -- our own column list
_MARK_HANDLED = text("""
    INSERT INTO event_deliveries (event_id, reader, attempts, due_at, done_at)
    VALUES (:event_id, :reader, 1, :at, :at)
    ON CONFLICT (event_id, reader) DO UPDATE SET done_at = :at WHERE event_deliveries.done_at IS NULL
    RETURNING event_id
""")
_PARKED = text("""
    SELECT event_id, reader, attempts, parked_at, last_error FROM event_deliveries
    WHERE parked_at IS NOT NULL AND done_at IS NULL ORDER BY parked_at LIMIT :limit
""")
_RETRY = text("""
    UPDATE event_deliveries SET parked_at = NULL, attempts = 0, sent = 0, due_at = parked_at
    WHERE event_id = :event_id AND reader = :reader AND parked_at IS NOT NULL AND done_at IS NULL
    RETURNING event_id
""")


def record_event(
    session: Session, event: DomainEvent, *, subject: tuple[str, UUID], by: Actor, at: datetime
) -> UUID:
    """Record the event of `subject` (its type and id) in this transaction, and return the event's id."""
    event_id = ids.new()
    session.flush()
    session.execute(
        _RECORD,
        {
            "id": event_id,
            "name": event.name,
            "at": at,
            "actor_kind": by.kind.value,
            "actor_id": by.user_id,
            "on_behalf_of": by.on_behalf_of,
            "subject_type": subject[0],
            "subject_id": subject[1],
            "data": _serialize(event),
            "channel": CHANNEL,
        },
    )
    return event_id


def subject_history(
    session: Session, subject_id: UUID, *, after_version: int = 0, limit: int = 100
) -> list[EventRow]:
    """The events of a subject with a version above `after_version`, in order of version."""
    rows = session.execute(_HISTORY, {"subject_id": subject_id, "after": after_version, "limit": limit})
    return [_event_row(row) for row in rows]


def get_event(session: Session, event_id: UUID) -> EventRow | None:
    """The event with this id; None if there is none."""
    row = session.execute(_BY_ID, {"id": event_id}).first()
    return None if row is None else _event_row(row)


def mark_handled(session: Session, event_id: UUID, handler: str, *, at: datetime) -> bool:
    """Mark the event as handled by `handler`; return False if it was marked before.

    A second worker with the same event waits until the transaction of the first one ends.
    """
    return (
        session.execute(_MARK_HANDLED, {"event_id": event_id, "reader": handler, "at": at}).first()
        is not None
    )


def list_parked_deliveries(session: Session, *, limit: int) -> list[EventDelivery]:
    """Deliveries that failed too often and are no longer tried, the oldest first."""
    rows = session.execute(_PARKED, {"limit": limit}).mappings()
    return [EventDelivery(**row) for row in rows]


def retry_delivery(session: Session, event_id: UUID, handler: str) -> bool:
    """Schedule a parked delivery again; return False if it was not parked."""
    return session.execute(_RETRY, {"event_id": event_id, "reader": handler}).first() is not None


def _serialize(event: DomainEvent) -> str:
    values = {field.name: getattr(event, field.name) for field in fields(cast("Any", event))}
    return orjson.dumps({name: _json_value(value) for name, value in values.items()}).decode()


def _json_value(value: Any) -> Any:  # noqa: ANN401 -- any value of an event
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
        case tuple() | list():
            return [_json_value(part) for part in value]
        case _:
            return value


def _event_row(row: Any) -> EventRow:  # noqa: ANN401 -- a row of _COLUMNS
    return EventRow(**{**row._mapping, "actor_kind": ActorKind(row.actor_kind)})  # noqa: SLF001 -- SQLAlchemy's public name
