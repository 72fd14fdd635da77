"""Texts that people write: what cannot be kept is refused by the name of its field, in words for people."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from domain.foundation.text.json_text import NO_NUL
from tests.api.calls import CALLS
from tests.api.openapi_document import DOCUMENT
from tests.api.theatre import Theatre

SHAPES: dict[str, Any] = DOCUMENT["components"]["schemas"]
# Looked up, compared or hashed, and never kept as they came.
COMPARED = {
    *("cancellation_policy", "locale", "time_zone", "issuer", "state", "code", "secret", "preview"),
    *("document", "signature", "refresh_token", "email", "password"),
}
SAYS_ITS_FORM = {"pattern", "format", "enum", "const"}


def free_texts(schema: dict[str, Any], name: str = "", above: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of the strings of a body that may hold anything."""
    if (reference := schema.get("$ref", "").rpartition("/")[2]) and reference not in above:
        yield from free_texts(SHAPES[reference], name, (*above, reference))
    for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        yield from free_texts(part, name, above)
    if schema.get("type") == "string" and not SAYS_ITS_FORM & set(schema):
        yield name
    for field, inner in schema.get("properties", {}).items():
        yield from free_texts(inner, field, above)
    if isinstance(schema.get("items"), dict):
        yield from free_texts(schema["items"], name, above)


def test_no_text_that_is_kept_may_hold_what_cannot_be_kept():
    bodies = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]["schema"]
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert len(bodies) > 50
    loose = {
        f"{operation}: {name}"
        for operation, body in bodies.items()
        for name in free_texts(body)
        if name not in COMPARED
    }
    assert loose == set(), f"Give it the pattern NO_NUL, {NO_NUL}."


@pytest.mark.parametrize(
    ("name", "field", "value", "words"),
    [
        ("submit_review", "text", "Good\x00", "control character"),
        ("publish_tariff", "note", "\x00", "control character"),
        ("resolve_dispute", "outcome", "won", "'completed' or 'cancelled'"),
    ],
)
def test_a_wrong_text_is_told_by_its_field_and_in_words(
    theatre: Theatre, name: str, field: str, value: str, words: str
):
    call = CALLS[name]
    body = theatre.stage.filled(call.body) | {field: value}
    with theatre.unchanged():
        told = theatre.send(call, body=json.dumps(body).encode()).json()
    assert (told["type"], told["field"]) == ("/problems/malformed", field)
    assert words in told["detail"]
    assert "<" not in told["detail"]
