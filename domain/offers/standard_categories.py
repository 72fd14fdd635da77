"""The five kinds of service that every installation starts with. Nothing else in the code knows them."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from domain.offers.content import CategoryContent
from domain.offers.kinds import Claim, Place, Unit

_LANGUAGES: JsonValue = {
    "type": "array",
    "items": {"type": "string", "pattern": "^[a-z]{2,3}$"},
    "maxItems": 20,
    "uniqueItems": True,
    "description": "ISO 639 codes of the languages it can be done in.",
}
_SKILLS: JsonValue = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 60},
    "maxItems": 30,
    "uniqueItems": True,
}


def _schema(properties: Mapping[str, JsonValue], required: Sequence[str] = ()) -> Mapping[str, JsonValue]:
    """An object of these properties and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


STANDARD_CATEGORIES = (
    CategoryContent(
        slug="hourly-service",
        name="Hourly service",
        unit=Unit.HOUR,
        granularity_minutes=30,
        claim=Claim.EXCLUSIVE,
        place=Place.CUSTOMER,
        attributes_schema=_schema(
            {"skills": _SKILLS, "languages": _LANGUAGES, "brings_materials": {"type": "boolean"}}
        ),
    ),
    CategoryContent(
        slug="task",
        name="Task",
        unit=Unit.TASK,
        granularity_minutes=30,
        claim=Claim.EXCLUSIVE,
        place=Place.CUSTOMER,
        attributes_schema=_schema(
            {
                "skills": _SKILLS,
                "result": {"type": "string", "minLength": 1, "maxLength": 500},
                "brings_materials": {"type": "boolean"},
            }
        ),
    ),
    CategoryContent(
        slug="lesson",
        name="Lesson",
        unit=Unit.SESSION,
        granularity_minutes=15,
        claim=Claim.SEATS,
        place=Place.PROVIDER,
        attributes_schema=_schema(
            {
                "subject": {"type": "string", "minLength": 1, "maxLength": 120},
                "level": {"enum": ["beginner", "intermediate", "advanced", "all"]},
                "languages": _LANGUAGES,
                "minimum_age": {"type": "integer", "minimum": 0, "maximum": 120},
            },
            required=["subject"],
        ),
    ),
    CategoryContent(
        slug="ride",
        name="Ride",
        unit=Unit.KILOMETRE,
        granularity_minutes=5,
        claim=Claim.EXCLUSIVE,
        place=Place.ROUTE,
        attributes_schema=_schema(
            {
                "vehicle": {"enum": ["bicycle", "cargo_bicycle", "car", "van", "minibus", "boat"]},
                "passengers": {"type": "integer", "minimum": 0, "maximum": 60},
                "accessible": {"type": "boolean"},
                "child_seat": {"type": "boolean"},
            },
            required=["vehicle", "passengers"],
        ),
    ),
    CategoryContent(
        slug="stay",
        name="Stay",
        unit=Unit.NIGHT,
        granularity_minutes=24 * 60,
        claim=Claim.EXCLUSIVE,
        place=Place.PROVIDER,
        attributes_schema=_schema(
            {
                "room_type": {"enum": ["entire_place", "private_room", "shared_room", "hotel_room"]},
                "property_type": {"type": "string", "minLength": 1, "maxLength": 120},
                "accommodates": {"type": "integer", "minimum": 1, "maximum": 100},
                "bedrooms": {"type": "integer", "minimum": 0, "maximum": 100},
                "beds": {"type": "integer", "minimum": 0, "maximum": 100},
            },
            required=["room_type", "accommodates"],
        ),
    ),
)
