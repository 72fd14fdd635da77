"""Types and base classes that all schemas share."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.card_numbers import check_text
from domain.foundation.paging import DEFAULT_LIMIT, LARGEST_LIMIT
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import LINE, NAME, TEXT

Item = TypeVar("Item")


def named_enum(name: str) -> Any:  # noqa: ANN401 -- as Pydantic's own Field
    """Mark a text so that the OpenAPI document lists its values as the enum of this name (`api.openapi`)."""
    return Field(json_schema_extra={"x-enum": name})


def to_utc(moment: datetime) -> datetime:
    """The instant in UTC. Raises ValueError if it is outside the calendar after the conversion."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("there is no such instant in UTC") from error


Instant = Annotated[
    AwareDatetime,
    AfterValidator(to_utc),
    Field(
        description="A point in time, ISO 8601 with an offset; returned in UTC.",
        examples=["2026-11-23T09:00:00Z"],
    ),
]
Currency = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217.", examples=["EUR"])
]
Amount = Annotated[int, Field(strict=True, description="Minor units of the currency.", examples=[4500])]
ZoneName = Annotated[
    str, Field(description="A name of the IANA time zone database.", examples=["Europe/Helsinki"])
]
AnyId = Annotated[str, Field(json_schema_extra={"pattern": "^[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}$"})]
# The annotations of a text end with its profile (`text_types`), which decides what it may contain. The
# pattern tells clients the same, as far as all dialects of regular expressions can.
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000, pattern=NO_NUL), TEXT
]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\n\r\x00]*$"),
    LINE,
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\n\r\x00]*$"),
    NAME,
]
Limit = Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description=f"How many; {DEFAULT_LIMIT} if left out.")]
AfterCursor = Annotated[str | None, Field(max_length=500, description="`next_cursor` of the page before.")]


class RequestBody(BaseModel):
    """Base of request bodies: unknown fields and card numbers are errors, and examples run as tests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _check_for_card_numbers(self) -> Self:
        for name, value in self.__dict__.items():
            if isinstance(value, str | tuple | list | dict):
                check_text(name, value)
        return self

    @staticmethod
    def example(*examples: dict[str, Any]) -> ConfigDict:
        """The model configuration of a body with these examples."""
        schema_extra: dict[str, Any] = {"examples": list(examples)}
        return ConfigDict(extra="forbid", frozen=True, json_schema_extra=schema_extra)


def _require_all_fields(schema: dict[str, Any]) -> None:
    """Mark all fields of a response as required, also those with a default: a missing value is null."""
    schema["required"] = list(schema.get("properties", {}))


class View(BaseModel):
    """Base of response bodies."""

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_extra=_require_all_fields)


class Money(View):
    """An amount of money."""

    amount: Amount
    currency: Currency


class TimeRange(View):
    """The time from `start` (inclusive) to `end` (exclusive)."""

    start: Instant
    end: Instant


class PageView(View, Generic[Item]):
    """A page of items. `next_cursor` fetches the next page and is null on the last one."""

    items: list[Item]
    next_cursor: str | None = Field(description="Send it as `after`; null on the last page.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """The schema name of a page: `AccountPage` for a page of `AccountView`."""
        return f"{params[0].__name__.removesuffix('View')}Page"
