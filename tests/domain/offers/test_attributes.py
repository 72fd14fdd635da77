from typing import Any

import pytest
from referencing.exceptions import Unresolvable

from domain.offers.attributes import check_schema, wrong_attributes
from domain.offers.errors import SchemaUnfit
from domain.offers.standard_categories import STANDARD_CATEGORIES

BOAT = {
    "type": "object",
    "properties": {
        "metres": {"type": "number", "exclusiveMinimum": 0},
        "sails": {"type": "boolean"},
        "crew": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "registered_on": {"type": "string", "format": "date"},
    },
    "required": ["metres"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("attributes", "fields"),
    [
        ({"metres": 7.5, "sails": True}, []),
        ({}, ["attributes.metres"]),
        ({"metres": 0}, ["attributes.metres"]),
        ({"metres": 7, "keel": "long"}, ["attributes.keel"]),
        ({"metres": "seven", "sails": 1}, ["attributes.metres", "attributes.sails"]),
        ({"metres": 7, "crew": [{"name": "Aino"}, {}]}, ["attributes.crew.1.name"]),
        ({"metres": 7, "registered_on": "2026-02-30"}, ["attributes.registered_on"]),
    ],
)
def test_each_attribute_that_does_not_fit_is_named(attributes: dict[str, Any], fields: list[str]) -> None:
    assert [wrong.field for wrong in wrong_attributes(BOAT, attributes)] == fields


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {},
        {"type": "object", "properties": {"metres": {"type": "length"}}},
        {"type": "object", "properties": {"name": {"type": "string", "pattern": "("}}},
        {"type": "object", "properties": {"owner": {"$ref": "http://127.0.0.1:9/people.json"}}},
        {"type": "object", "allOf": [{"$dynamicRef": "#here"}]},
    ],
    ids=str,
)
def test_a_schema_that_is_none_or_does_not_stand_alone_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(SchemaUnfit):
        check_schema(schema)


def test_nothing_is_fetched_for_a_schema_that_refers_elsewhere() -> None:
    with pytest.raises(Unresolvable):
        wrong_attributes({"type": "object", "$ref": "http://127.0.0.1:9/people.json"}, {})


def test_what_an_attribute_says_is_not_repeated_at_length() -> None:
    (wrong,) = wrong_attributes(BOAT, {"metres": "x" * 10_000})
    assert len(wrong.reason) <= 200


@pytest.mark.parametrize("category", STANDARD_CATEGORIES, ids=lambda category: category.slug)
def test_the_standard_categories_have_schemas_that_stand(category: Any) -> None:
    check_schema(category.attributes_schema)
