"""The OpenAPI document tells the truth: it is the committed one, valid, complete, and its examples run."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from schemathesis import openapi as schemathesis_openapi

from api import openapi, problems
from domain.identity import permissions
from domain.identity.permissions import PermissionRule
from ops.documents import openapi_document
from tests.api.calls import CALLS
from tests.api.openapi_document import DOCUMENT
from tests.api.theatre import DOORS, Theatre
from tests.house.source import ROOT

PROBLEM = "application/problem+json"
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
OURS = sorted(set(OPERATIONS) & set(DOORS))
# What an id in an example stands for on the stage.
STAND_INS = {
    "mkt": "market", "prv": "ellens_profile", "cat": "category", "ofr": "offer", "opt": "option",
    "res": "sauna", "quo": "quote", "usr": "ben",
}  # fmt: skip
AN_ID = re.compile(r"^([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}$")


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Checks against a schema of the document, formats too."""
    whole = schema | {"components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def body_schema(name: str) -> dict[str, Any] | None:
    content = OPERATIONS[name][2].get("requestBody", {}).get("content", {})
    schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return schema


def examples(name: str) -> list[Any]:
    """The examples of a route's body."""
    schema = body_schema(name) or {}
    resolved = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    found: list[Any] = resolved.get("examples", [])
    return found


RUNNING = [(name, number) for name in OURS for number in range(len(examples(name)))]


def test_the_committed_document_is_the_one_the_code_draws():
    assert (ROOT / "docs/openapi.json").read_text() == openapi_document(), "Run `talkoo documents`."


def test_the_document_is_valid_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis_openapi.from_dict(DOCUMENT).validate()
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_a_name_of_its_own_in_snake_case():
    named = [operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()]
    assert len(named) == len(set(named))
    assert [name for name in named if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    assert set(DOORS) <= set(named)


@pytest.mark.parametrize("name", OURS)
def test_a_route_says_what_it_does_who_may_and_all_it_can_refuse(name: str):
    operation, door = OPERATIONS[name][2], DOORS[name]
    assert len(operation["summary"]) >= 10
    assert f"Who may: `{door.may}`" in operation["description"]
    assert operation["tags"]
    answers = operation["responses"]
    assert any(status.startswith("2") for status in answers)
    for kind in openapi.refusals_of(door):
        declared = answers[str(problems.status_of(kind))]["content"][PROBLEM]["examples"]
        assert kind.slug in declared
    is_open = permissions.PERMISSIONS[door.may].rule is PermissionRule.ANYONE
    assert (operation["security"] == [{"bearer": []}]) != is_open
    headers = {one["name"]: one["required"] for one in operation["parameters"] if one["in"] == "header"}
    assert headers.get("Idempotency-Key") == (None if door.is_safe else door.idempotency == "required")
    assert headers.get("If-Match") == (door.if_match == "required" if "if_match" in door.wants else None)


@pytest.mark.parametrize("name", [name for name in OURS if not DOORS[name].is_safe])
def test_a_body_that_is_taken_has_an_example(name: str):
    if (schema := body_schema(name)) and "$ref" in schema:
        assert examples(name), "Give the body `model_config = Wire.example({…})`."


def test_every_example_in_the_document_is_one_of_its_schema():
    wrong = [
        f"{place}: {error.message}"
        for place, schema, example in _illustrated(DOCUMENT)
        for error in validator(schema).iter_errors(example)
    ]
    assert wrong == []


@pytest.mark.parametrize(("name", "number"), RUNNING)
def test_an_example_runs(theatre: Theatre, name: str, number: int):
    """Sent to its route as it stands, with ids of the stage: it succeeds, or is refused as declared."""
    call = CALLS[name]
    answer = theatre.send(call, body=_bytes(_staged(theatre, examples(name)[number])))
    declared = OPERATIONS[name][2]["responses"]
    assert str(answer.status_code) in declared, answer.text
    assert answer.status_code != 422 or answer.json()["type"] != "/problems/malformed", answer.text
    _check_answer(name, answer)


@pytest.mark.parametrize("name", OURS)
def test_a_success_looks_as_declared(theatre: Theatre, name: str):
    answer = theatre.send(CALLS[name])
    assert 200 <= answer.status_code < 300, answer.text
    assert str(answer.status_code) in OPERATIONS[name][2]["responses"]
    _check_answer(name, answer)


def _check_answer(name: str, answer: Any) -> None:
    content = OPERATIONS[name][2]["responses"][str(answer.status_code)].get("content")
    if content is None:
        assert answer.content == b""
        return
    media = answer.headers["content-type"]
    assert media in content
    errors = [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator(content[media]["schema"]).iter_errors(answer.json())
    ]
    assert errors == []
    if media == PROBLEM:
        slug = answer.json()["type"].removeprefix("/problems/")
        assert slug in content[media]["examples"], f"{name} refuses with {slug} and does not declare it"


def _staged(theatre: Theatre, example: Any) -> Any:
    if isinstance(example, dict):
        return {key: _staged(theatre, value) for key, value in example.items()}
    if isinstance(example, list):
        return [_staged(theatre, value) for value in example]
    if isinstance(example, str) and (found := AN_ID.match(example)):
        return theatre.stage.names[STAND_INS[found[1]]]
    return example


def _illustrated(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example in the document, with its place and its schema."""
    if isinstance(node, list):
        for number, value in enumerate(node):
            yield from _illustrated(value, f"{place}/{number}")
    if isinstance(node, dict):
        yield from ((place, schema, example) for schema, example in _shown(node))
        for key, value in node.items():
            if key not in {"examples", "example", "default"}:
                yield from _illustrated(value, f"{place}/{key}")


def _shown(node: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """The examples that this schema, or this parameter or medium with a schema, shows."""
    shown = node.get("examples")
    if isinstance(shown, list):
        yield from ((node, example) for example in shown)
    elif isinstance(shown, dict) and "schema" in node:
        for slug in shown:
            yield node["schema"], DOCUMENT["components"]["examples"][slug]["value"]
    if "schema" in node and "example" in node:
        yield node["schema"], node["example"]


def _bytes(body: Any) -> bytes:
    return json.dumps(body).encode()
