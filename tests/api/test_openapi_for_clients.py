"""What makes the document good to generate clients from: names, formats and shapes that trip none of them.

Each of these was once otherwise, and some generator dropped a route for it, numbered a class, or sent what
nobody had said.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.names import CALLED
from api.tags import TAGS
from domain.foundation.errors import DomainError
from tests.api.openapi_document import DOCUMENT
from tests.house.source import ROOT

Node = dict[str, Any]
SHAPES: dict[str, Node] = DOCUMENT["components"]["schemas"]
OPERATIONS: list[tuple[str, str, Node]] = [
    (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
REF = "#/components/schemas/"
NOT_SAID = {"default", "example", "examples"}
LARGEST_OF_32_BITS = 2**31 - 1
# What the payment provider sends and what ids of others look like is not ours to say; `passed_on` is a share.
NOT_WHAT_THEY_SEEM = {"organisation_id", "payout_account_id", "passed_on"}


def schemas(node: Any, place: str = "", *, is_map: bool = False) -> Iterator[tuple[str, Node]]:
    """Every object of the document below a node that could be a schema, with its place; examples left out.

    In a map from names to schemas, a name means nothing.
    """
    if isinstance(node, list):
        for number, value in enumerate(node):
            yield from schemas(value, f"{place}/{number}")
    if isinstance(node, dict):
        if not is_map:
            yield place, node
        for key, value in node.items():
            if is_map or key not in NOT_SAID:
                yield from schemas(value, f"{place}/{key}", is_map=not is_map and key == "properties")


EVERYWHERE = [*schemas(SHAPES, is_map=True), *schemas(DOCUMENT["paths"], "/paths")]
FIELDS = [
    (f"{name}.{field}", field, schema)
    for name, shape in SHAPES.items()
    for field, schema in shape.get("properties", {}).items()
]


def where(is_wrong: Callable[[Node], object]) -> list[str]:
    """The places of all schemas of which this is true."""
    return [place for place, schema in EVERYWHERE if is_wrong(schema)]


def told(schema: Node) -> Node:
    """What a schema says when it is not null."""
    return next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), schema)


def shape_of(answer: Node) -> Node:
    """The shape of an answer's body, if it has one."""
    ref = answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    return SHAPES.get(ref.removeprefix(REF), {})


def reached(roots: list[Any]) -> set[str]:
    """The names of all shapes that these parts of the document lead to."""
    found: set[str] = set()
    waiting = [*roots]
    while waiting:
        refs = {part["$ref"] for _, part in schemas(waiting.pop()) if isinstance(part.get("$ref"), str)}
        names = {ref.removeprefix(REF) for ref in refs if ref.startswith(REF)} - found
        found |= names
        waiting += [SHAPES[name] for name in names]
    return found


def test_every_shape_has_a_plain_name():
    assert [name for name in SHAPES if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []
    assert max(Counter(name.lower() for name in SHAPES).values()) == 1


def test_a_list_of_words_says_whose_they_are():
    one_word = [
        name for name, shape in SHAPES.items() if "enum" in shape and not re.search("[a-z][A-Z]", name)
    ]
    assert one_word == [], "A client has one `State`: give it its noun in api/names.py."


def test_every_name_that_is_given_is_used():
    assert sorted(set(CALLED.values()) - set(SHAPES)) == []


def test_no_title_names_anything():
    assert where(lambda schema: isinstance(schema.get("title"), str)) == []


def test_everything_that_is_referred_to_is_there_and_the_other_way_round():
    refs = {schema["$ref"] for _, schema in EVERYWHERE if isinstance(schema.get("$ref"), str)}
    shown = {
        example["$ref"]
        for _, node in schemas(DOCUMENT["paths"])
        if isinstance(node.get("examples"), dict)
        for example in node["examples"].values()
    }
    examples = {f"#/components/examples/{slug}" for slug in DOCUMENT["components"]["examples"]}
    assert refs == {REF + name for name in SHAPES}
    assert shown == examples


def test_a_list_of_words_has_a_name():
    """Lists without one are numbered by generators."""
    assert [place for place, schema in EVERYWHERE if "enum" in schema and "/properties/" in place] == []


def test_a_choice_of_shapes_says_which_one_it_is():
    def is_unclear(schema: Node) -> bool:
        choices = [each for key in ("anyOf", "oneOf") for each in schema.get(key, []) if "$ref" in each]
        return len(choices) > 1 and "discriminator" not in schema

    assert where(is_unclear) == []


def test_an_object_says_what_is_in_it():
    def is_silent(schema: Node) -> bool:
        return schema.get("type") == "object" and not {"properties", "additionalProperties"} & set(schema)

    assert [place for place in where(is_silent) if "/payments/webhook" not in place] == []
    assert where(lambda schema: "patternProperties" in schema) == []


def test_a_field_says_what_it_is():
    kinds = {"type", "$ref", "anyOf", "oneOf", "const"}
    assert [place for place, _, schema in FIELDS if not kinds & set(schema)] == []


def test_an_answer_has_all_its_fields():
    """Null says that there is nothing; a field that may be absent too says it twice."""
    sent = reached([operation.get("requestBody") for _, _, operation in OPERATIONS])
    answered = reached([operation["responses"] for _, _, operation in OPERATIONS]) - sent - {"Problem"}
    views = {name: SHAPES[name] for name in answered if "additionalProperties" not in SHAPES[name]}
    assert len(views) > 100  # most of the document
    for name, shape in views.items():
        assert set(shape.get("required", [])) == set(shape.get("properties", {})), name


def test_a_default_is_one_that_can_be_sent():
    wrong = [
        place
        for place, schema in EVERYWHERE
        if "default" in schema
        and not Draft202012Validator(schema | {"components": DOCUMENT["components"]}).is_valid(
            schema["default"]
        )
    ]
    assert wrong == []


def test_no_field_has_a_default():
    """Some clients demand a field that has one, others send it, also where it wipes what was to stay."""
    assert [place for place, _, schema in FIELDS if "default" in schema] == []
    assert SHAPES["QuoteRequest"]["properties"]["seats"]["description"] == "`1` if left out."


def test_numbers_are_as_wide_as_they_may_get():
    def is_narrow(schema: Node) -> bool:
        if schema.get("type") == "number":
            return schema.get("format") != "double"
        if schema.get("type") != "integer":
            return False
        bounds = [schema[key] for key in ("minimum", "maximum") if key in schema]
        is_small = schema.get("maximum", LARGEST_OF_32_BITS + 1) <= LARGEST_OF_32_BITS
        return any(type(bound) is not int for bound in bounds) or (
            not is_small and schema.get("format") != "int64"
        )

    assert where(is_narrow) == []


@pytest.mark.parametrize(
    ("suffix", "is_right"),
    [
        ("amount", lambda schema: schema.get("type") == "integer"),
        ("_at", lambda schema: schema.get("format") in {"date-time", "wall-time"}),
        ("_on", lambda schema: schema.get("format") == "date"),
        ("_id", lambda schema: "pattern" in schema or schema.get("format") == "uuid" or "anyOf" in schema),
        ("time_zone", lambda schema: schema.get("examples") == ["Europe/Helsinki"]),
        ("currency", lambda schema: schema.get("pattern") == "^[A-Z]{3}$"),
    ],
)
def test_a_field_of_this_name_has_this_form(suffix: str, is_right: Callable[[Node], bool]):
    those = [
        (place, schema)
        for place, field, schema in FIELDS
        if field.endswith(suffix) and field not in NOT_WHAT_THEY_SEEM
    ]
    assert len(those) > 5
    assert [
        place for place, schema in those if "$ref" not in told(schema) and not is_right(told(schema))
    ] == []


def test_a_parameter_is_never_null_and_a_path_is_patterned():
    parameters = [
        (f"{path} {one['name']}", one)
        for _, path, operation in OPERATIONS
        for one in operation.get("parameters", [])
    ]
    nulls = [place for place, one in parameters if {"type": "null"} in one["schema"].get("anyOf", [])]
    loose = [
        place for place, one in parameters
        if one["in"] == "path" and not {"pattern", "enum", "$ref"} & set(one["schema"])
    ]  # fmt: skip
    assert nulls == []
    assert loose == ["/problems/{slug} slug"]  # any slug has a page, or 404


def test_what_is_asked_for_page_by_page_comes_in_pages():
    for method, path, operation in OPERATIONS:
        names = {one["name"] for one in operation.get("parameters", [])}
        if "after" in names:
            assert "limit" in names, f"{method} {path}"
            assert set(shape_of(operation["responses"]["200"])["properties"]) >= {"items", "next_cursor"}, (
                path
            )


def test_chapters_servers_licence_and_security_are_said():
    used = {tag for _, _, operation in OPERATIONS for tag in operation["tags"]}
    assert [tag["name"] for tag in DOCUMENT["tags"]] == [*TAGS]
    assert used == set(TAGS)
    assert all(tag["description"].endswith(".") for tag in DOCUMENT["tags"])
    assert DOCUMENT["servers"]
    assert DOCUMENT["info"]["license"]["identifier"] == "Apache-2.0"
    assert [path for _, path, operation in OPERATIONS if "security" not in operation] == []


def test_answers_declare_the_headers_that_a_client_needs():
    for _, path, operation in OPERATIONS:
        for status, answer in operation["responses"].items():
            headers = set(answer.get("headers", {}))
            has_version = "version" in shape_of(answer).get("properties", {})
            assert ("ETag" in headers) == has_version, path
            assert ("Retry-After" in headers) == (status in {"429", "503"}), path
            assert answer["description"] not in {"", "Successful Response"}, path


def test_all_that_a_refusal_says_beside_is_a_field_of_problem():
    kinds = {kind.__name__ for kind in DomainError.all_classes()}
    beside = {
        str(keyword.arg)
        for room in ("domain", "api")
        for file in (ROOT / room).rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and _name(call.func) in kinds
        for keyword in call.keywords
        if keyword.arg not in {None, "detail"}
    }
    assert len(beside) > 20
    assert sorted(beside - set(SHAPES["Problem"]["properties"])) == [], (
        "Say its type in api/schemas/problems.py."
    )


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
