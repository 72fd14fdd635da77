"""Base class, naming convention and column helpers of all tables.

A name given to a CHECK, UNIQUE or EXCLUDE constraint is used unchanged in the database, so that a domain
error can name its constraint. SQLModel table classes do not validate on construction: wire schemas, rules and
constraints do.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DDL, BigInteger, CheckConstraint, Column, DateTime, Enum, ForeignKey, MetaData
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN
from sqlalchemy.engine import Dialect
from sqlalchemy.event import listen
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from domain.foundation import ids
from domain.foundation.spans import Span

NAMING_CONVENTION = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "uq": "%(table_name)s_one_per_%(column_0_N_name)s",
    "ix": "%(table_name)s_by_%(column_0_N_name)s",
    "ck": "%(constraint_name)s",
}


class Table(SQLModel):
    """Base of all table classes. Never a request or response body."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING_CONVENTION)


class SpanColumn(TypeDecorator[Span]):
    """A column type: a half-open `tstzrange` that is read and written as a `Span`."""

    impl = TSTZRANGE
    cache_ok = True

    def process_bind_param(self, value: Span | None, dialect: Dialect) -> Range[datetime] | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """The half-open range for the database."""
        return None if value is None else Range(value.start, value.end, bounds="[)")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Span | None:  # noqa: ANN401, ARG002 -- its signature
        """The span of a range from the database."""
        return None if value is None else Span(value.lower, value.upper)


# The helpers return Any because SQLModel's Field does: the value is used as the default of the attribute.


def primary_key() -> Any:  # noqa: ANN401
    """The primary key: a UUID version 7 made by `ids.new`."""
    return Field(default_factory=ids.new, sa_column=Column(UUID_COLUMN(as_uuid=True), primary_key=True))


def reference(target: str, *, nullable: bool = False, index: bool = False, unique: bool = False) -> Any:  # noqa: ANN401
    """A foreign key to `target`, such as `users.id`."""
    column: Column[UUID] = Column(
        UUID_COLUMN(as_uuid=True), ForeignKey(target), nullable=nullable, index=index, unique=unique
    )
    return _field(column, nullable=nullable)


def instant(*, nullable: bool = False, index: bool = False) -> Any:  # noqa: ANN401
    """A point in time (`timestamptz`)."""
    return _field(Column(DateTime(timezone=True), nullable=nullable, index=index), nullable=nullable)


def enum_column(
    kind: type[StrEnum], constraint: str, *, nullable: bool = False, default: StrEnum | None = None
) -> Any:  # noqa: ANN401
    """A text column for an enum; `constraint` is the name of the check that allows its values only."""
    values = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=constraint,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
    column: Column[Any] = Column(values, nullable=nullable)
    return (
        Field(default=default, sa_column=column) if default is not None else _field(column, nullable=nullable)
    )


def amount(*, nullable: bool = False, default: int | None = None) -> Any:  # noqa: ANN401
    """Money in minor units."""
    column: Column[int] = Column(BigInteger, nullable=nullable)
    return (
        Field(default=default, sa_column=column) if default is not None else _field(column, nullable=nullable)
    )


def nfc_constraint(table: str, column: str) -> CheckConstraint:
    """The constraint that the text is stored in Unicode's composed form (NFC)."""
    return CheckConstraint(f"{column} IS NFC NORMALIZED", name=f"{table}_{column}_is_composed")


def amount_default_zero() -> Any:  # noqa: ANN401
    """Money in minor units, added later: zero in older rows and in rows that older code writes."""
    return Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


def document(*, nullable: bool = False) -> Any:  # noqa: ANN401
    """A JSON document that is read and written as a whole."""
    return _field(Column(JSONB(none_as_null=True), nullable=nullable), nullable=nullable)


def span(*, nullable: bool = False) -> Any:  # noqa: ANN401
    """A half-open span of time in UTC."""
    return _field(Column(SpanColumn(), nullable=nullable), nullable=nullable)


def forbid_changes(
    model: type[Table], *, against: Sequence[str] = ("UPDATE", "DELETE"), except_columns: Sequence[str] = ()
) -> None:
    """Add a trigger that forbids to change or delete this table's rows; migrations create the same trigger.

    `except_columns` may still change (a quote's `taken_at`). A violation is a bug, so it has no domain error.
    """
    table: Any = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table classes
    statement = forbid_changes_sql(table.name, against=against, except_columns=except_columns)
    listen(table, "after_create", DDL(statement))  # type: ignore[no-untyped-call]  # SQLAlchemy's, untyped


def forbid_changes_sql(table: str, *, against: Sequence[str], except_columns: Sequence[str]) -> str:
    """The SQL statements that create the trigger `<table>_are_kept`."""
    exempt = f"ARRAY[{', '.join(repr(name) for name in except_columns)}]::text[]"
    unchanged = f"TG_OP = 'UPDATE' AND to_jsonb(NEW) - {exempt} = to_jsonb(OLD) - {exempt}"
    pass_on = f"    IF {unchanged} THEN RETURN NEW; END IF;\n" if except_columns else ""
    name = f"{table}_are_kept"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n{pass_on}"
        f"    RAISE EXCEPTION '{table} are never changed or removed'\n"
        f"        USING ERRCODE = 'restrict_violation', CONSTRAINT = '{name}';\nEND $$;\n\n"
        f"CREATE TRIGGER {name} BEFORE {' OR '.join(against)} ON {table}\n"
        f"    FOR EACH ROW EXECUTE FUNCTION {name}();"
    )


def _field(column: Column[Any], *, nullable: bool) -> Any:  # noqa: ANN401
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)
