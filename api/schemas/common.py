"""Shapes that all nouns share."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from domain.foundation.paging import DEFAULT_LIMIT, LARGEST_LIMIT

Item = TypeVar("Item")


def in_utc(moment: datetime) -> datetime:
    """The instant in UTC; the first and last hours of the calendar, seen from another zone, have none."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("there is no such instant in UTC") from error


Instant = Annotated[
    AwareDatetime,
    AfterValidator(in_utc),
    Field(
        description="A point in time, ISO 8601 with its offset; answered in UTC.",
        examples=["2026-11-23T09:00:00Z"],
    ),
]
Currency = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217.", examples=["EUR"])
]
Amount = Annotated[int, Field(strict=True, description="Minor units of the currency.", examples=[4500])]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\n\r\x00]*$")
]
Limit = Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description=f"How many; {DEFAULT_LIMIT} if left out.")]
AfterCursor = Annotated[str | None, Field(max_length=500, description="`next_cursor` of the page before.")]


class Wire(BaseModel):
    """A request body: unknown fields are refused, and its example runs as a test."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @staticmethod
    def example(*examples: dict[str, Any]) -> ConfigDict:
        """The configuration of a body with examples."""
        shown: dict[str, Any] = {"examples": list(examples)}
        return ConfigDict(extra="forbid", frozen=True, json_schema_extra=shown)


class View(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Money(View):
    """An amount of money."""

    amount: Amount
    currency: Currency


class SpanView(View):
    """From `start` up to, and not including, `end`."""

    start: Instant
    end: Instant


class PageView(View, Generic[Item]):
    """Some items; `next_cursor` fetches the ones after them and is null on the last page."""

    items: list[Item]
    next_cursor: str | None


class Problem(View):
    """A refusal, as RFC 9457 has it. `type` is stable and leads to a page that explains it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/slot-taken"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The request's id, to name when asking for help.")
    field: str | None = Field(default=None, description="What was wrong, as a path into the request.")
