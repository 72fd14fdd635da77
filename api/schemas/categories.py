"""Categories on the wire."""

from typing import Annotated, Any, Self

from pydantic import Field

from api.schemas.common import Name, RequestBody, View
from api.schemas.durations import MINUTE, Duration
from api.schemas.markets import Slug
from domain.foundation.ids import CategoryId
from domain.foundation.text.json_text import JsonDocument
from domain.offers import Category, CategoryContent, Claim, Place, Unit


class CategoryDefinition(RequestBody):
    """A kind of service, as data: nothing else is needed for offers, searches and bookings of it."""

    model_config = RequestBody.example(
        {
            "slug": "berth",
            "name": "A berth for a boat",
            "unit": "night",
            "granularity": "P1D",
            "claim": "exclusive",
            "place": "provider",
            "attributes_schema": {
                "type": "object",
                "properties": {"metres": {"type": "number", "exclusiveMinimum": 0}},
                "required": ["metres"],
                "additionalProperties": False,
            },
        }
    )

    slug: Slug
    name: Name
    unit: Unit
    granularity: Annotated[Duration, Field(description="The grid of starts; it divides the day.")]
    claim: Claim
    place: Place
    attributes_schema: Annotated[
        JsonDocument,
        Field(description="JSON Schema 2020-12 of an object; refers to nothing outside."),
    ]

    def content(self) -> CategoryContent:
        """As the domain has it."""
        return CategoryContent(
            slug=self.slug,
            name=self.name,
            unit=self.unit,
            granularity_minutes=self.granularity // MINUTE,
            claim=self.claim,
            place=self.place,
            attributes_schema=self.attributes_schema,
        )


class CategoryView(View):
    """A kind of service: what prices are for, where starts lie, how time is claimed, where it happens."""

    id: CategoryId
    slug: str
    name: str
    unit: Unit
    granularity: Duration
    claim: Claim
    place: Place
    attributes_schema: dict[str, Any]

    @classmethod
    def of(cls, category: Category) -> Self:
        """The view of a category."""
        told = category.model_dump(exclude={"created_at", "granularity_minutes"})
        return cls(**told, granularity=category.granularity_minutes * MINUTE)
