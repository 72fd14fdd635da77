"""What people write into a category, an offer, an option: the parts of a row that are theirs to choose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import NamedTuple

from pydantic import JsonValue

from domain.foundation.text import normalization
from domain.offers.kinds import Claim, OptionPer, Place, TaskKind, Unit

STANDARD_HORIZON_DAYS = 90  # a season ahead: as far as most people know their own plans
STANDARD_CANCELLATION_POLICY = "moderate"


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryContent:
    """A kind of service. `granularity_minutes` is the grid of starts from local midnight; it divides the day.

    `attributes_schema` is a JSON Schema (2020-12) of what offers of this kind tell besides.
    """

    slug: str
    name: str
    unit: Unit
    granularity_minutes: int
    claim: Claim
    place: Place
    attributes_schema: Mapping[str, JsonValue]

    def __post_init__(self) -> None:
        """Put the texts into the form in which they are stored. Raises `TextUnfit`."""
        object.__setattr__(self, "name", normalization.normalize_name(self.name, field="name"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """An offer as its provider wants it. A draft may leave open what only publishing needs.

    `price_amount` is for one unit of the category, in minor units of the market's currency;
    `lowest_price_amount` is for how little the provider works when few ask, and with it they agree to such
    discounts, for a later customer of the same start as for those who booked before. `time_zone` left
    out is the market's. `latitude` and `longitude` are the true point in degrees (WGS 84).
    """

    title: str
    description: str = ""
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    price_amount: int
    lowest_price_amount: int | None = None
    duration_minutes: int | None = None
    minimum_minutes: int | None = None
    maximum_minutes: int | None = None
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_minutes: int = 0
    horizon_days: int = STANDARD_HORIZON_DAYS
    seats: int = 1
    books_instantly: bool = False
    cancellation_policy: str = STANDARD_CANCELLATION_POLICY
    check_in_at: time | None = None
    check_out_at: time | None = None
    time_zone: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    def __post_init__(self) -> None:
        """Put the texts into the form in which they are stored. Raises `TextUnfit`."""
        object.__setattr__(self, "title", normalization.normalize_line(self.title, field="title"))
        object.__setattr__(
            self, "description", normalization.normalize_text(self.description, field="description")
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class OptionContent:
    """An add-on as its provider wants it: so much money and time more, at most `most` times in a booking."""

    title: str
    price_amount: int
    per: OptionPer = OptionPer.BOOKING
    minutes: int = 0
    most: int = 1
    position: int = 0

    def __post_init__(self) -> None:
        """Put the texts into the form in which they are stored. Raises `TextUnfit`."""
        object.__setattr__(self, "title", normalization.normalize_line(self.title, field="title"))


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskContent:
    """Work that the customer may take over, and what it alone saves the provider in one booking."""

    kind: TaskKind
    title: str
    description: str = ""
    saving_amount: int
    position: int = 0

    def __post_init__(self) -> None:
        """Put the texts into the form in which they are stored. Raises `TextUnfit`."""
        object.__setattr__(self, "title", normalization.normalize_line(self.title, field="title"))
        object.__setattr__(
            self, "description", normalization.normalize_text(self.description, field="description")
        )


class Wrong(NamedTuple):
    """A field of an offer, and what is the matter with it."""

    field: str
    reason: str
