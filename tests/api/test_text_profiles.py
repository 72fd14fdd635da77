"""Every text of every request has a profile that normalises it, or is listed here with the reason why not."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from api.app import routers
from api.schemas import common
from api.schemas.categories import CategoryDefinition
from api.schemas.identity import SignUpRequest, UpdateMeRequest
from api.schemas.providers import ApplicationRequest
from domain.foundation.text.text_types import MARK
from tests.api.openapi_document import DOCUMENT

SHAPES: dict[str, Any] = DOCUMENT["components"]["schemas"]
_TYPED_BY_FORMAT = {"date-time", "date", "time", "duration", "uuid", "wall-time"}
_BY_IDENTITY = (
    "identity normalises it by rules of its own (`identity.emails.email_addresses`, `rules.password_form`)"
)
_NAMED_BY_US = "a name that we gave out; anything else is refused as unknown"
_OPAQUE = "an opaque value of ours or of an issuer, compared and never shown"
WITHOUT_PROFILE = {
    "email": _BY_IDENTITY,
    "password": _BY_IDENTITY,
    "words": "searched by, never stored; the analyser folds it (`domain.foundation.text.text_analysis`)",
    "cancellation_policy": _NAMED_BY_US,
    "time_zone": _NAMED_BY_US,
    "locale": _NAMED_BY_US,
    "issuer": _NAMED_BY_US,
    "slug": _NAMED_BY_US,
    "preview": _OPAQUE,
    "after": _OPAQUE,
    "state": _OPAQUE,
    "secret": _OPAQUE,
    "code": _OPAQUE,
    "refresh_token": _OPAQUE,
    "document": "signed; changing a byte would break the signature",
    "signature": _OPAQUE,
    "stripe-signature": _OPAQUE,
    "If-Match": _OPAQUE,
    "if-none-match": _OPAQUE,
    "Idempotency-Key": "only printable ASCII is accepted (`domain.foundation.idempotency`)",
    "[key]": "keys of a document; see test_a_document_is_normalised_with_its_keys",
}
# None of these characters may be accepted by a pattern that stands for a profile.
_MUST_NOT_PASS = ("e\u0301", "\u200b", "\u202e", "\u0000", "\u00e9")


def leaves(schema: Any, name: str, above: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every string in a schema, under the name of the field it stands in."""
    if not isinstance(schema, dict):
        return
    if (reference := schema.get("$ref", "").rpartition("/")[2]) and reference not in above:
        yield from leaves(SHAPES[reference], name, (*above, reference))
    if schema.get("type") == "string":
        yield name, schema
    for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        yield from leaves(part, name, above)
    for field, inner in schema.get("properties", {}).items():
        yield from leaves(inner, field, above)
    for key in ("items", "additionalProperties"):
        yield from leaves(schema.get(key), name, above)
    if "propertyNames" in schema:
        yield from leaves({"type": "string"} | schema["propertyNames"], "[key]", above)


def requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every string that a request can hold: the operation, the field and its schema."""
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                for name, schema in leaves(parameter["schema"], parameter["name"]):
                    yield operation["operationId"], name, schema
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for name, schema in leaves(content["schema"], "body"):
                    yield operation["operationId"], name, schema


def is_ascii_by_its_form(schema: dict[str, Any]) -> bool:
    if "enum" in schema or "const" in schema or schema.get("format") in _TYPED_BY_FORMAT:
        return True
    pattern = schema.get("pattern")
    return pattern is not None and not any(
        re.search(pattern, start + sign + end)
        for sign in _MUST_NOT_PASS
        for start in ("", "a", "A", "https://a", "a:a", "pm_", "1,1")
        for end in ("", "a")
    )


def test_every_text_of_a_request_has_a_profile():
    strings = list(requests())
    assert len(strings) > 300
    assert {"text", "line", "name"} == {schema.get(MARK) for _, _, schema in strings} - {None}
    loose = {
        f"{operation}: {name}"
        for operation, name, schema in strings
        if MARK not in schema and name not in WITHOUT_PROFILE and not is_ascii_by_its_form(schema)
    }
    assert loose == set(), "End its type with a profile of domain.foundation.text.text_types."


def test_an_exception_is_still_needed():
    names = {
        name for _, name, schema in requests() if MARK not in schema and not is_ascii_by_its_form(schema)
    }
    assert set(WITHOUT_PROFILE) <= names


def bodies() -> Iterator[type[BaseModel]]:
    for router in routers():
        for door in router.doors:
            for annotation in door.endpoint.__annotations__.values():
                for kind in (annotation, *get_args(annotation)):
                    if isinstance(kind, type) and issubclass(kind, common.RequestBody):
                        yield kind


def marked(kind: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The fields of a body that are marked themselves, with their profile."""
    for name, schema in kind.model_json_schema().get("properties", {}).items():
        for part in (schema, *schema.get("anyOf", [])):
            if isinstance(part, dict) and MARK in part:
                yield name, part[MARK]


FIELDS = {
    f"{kind.__name__}.{name}": (kind, name, profile) for kind in bodies() for name, profile in marked(kind)
}


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_text_of_a_body_is_composed_and_free_of_hidden_characters(field: str) -> None:
    kind, name, profile = FIELDS[field]
    errors = {
        sign: field_errors(kind, name, f"Jose{sign}x")
        for sign in ("\u0000", "\u001b", "\u202e", "\u2066", "\ufdd0", "\U000e0041")
    }
    assert all("invalid_text" in found for found in errors.values()), errors
    assert ("invalid_text" in field_errors(kind, name, "a\u200bb")) == (profile == "name")
    assert ("invalid_text" in field_errors(kind, name, "a\nb")) == (profile != "text")
    assert prepared(kind, name, "Jose\u0301") == "Jos\u00e9"
    assert prepared(kind, name, "नमस्ते क्\u200dष می\u200cخواهم") == "नमस्ते क्\u200dष می\u200cخواهم"


def field_errors(kind: type[BaseModel], name: str, value: str) -> set[str]:
    with pytest.raises(ValidationError) as refusal:
        kind.model_validate({name: value, "no such field": 1})
    return {found["type"] for found in refusal.value.errors() if found["loc"][:1] == (name,)}


def prepared(kind: type[BaseModel], name: str, value: str) -> object:
    annotated = kind.model_fields[name]
    single = type("Single", (BaseModel,), {"__annotations__": {name: annotated.rebuild_annotation()}})
    return getattr(single.model_validate({name: value}), name)


def test_a_document_is_normalised_with_its_keys():
    body = CategoryDefinition.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index,call-overload]
    schema = {"type": "object", "description": "Jose\u0301", "properties": {"cafe\u0301": {"type": "string"}}}
    kept = CategoryDefinition.model_validate(body | {"attributes_schema": schema}).attributes_schema
    assert (kept["description"], list(kept["properties"])) == ("Jos\u00e9", ["caf\u00e9"])
    with pytest.raises(ValidationError):
        CategoryDefinition.model_validate(body | {"attributes_schema": schema | {"title": "a\u202eb"}})


def test_a_name_is_prepared_as_a_nickname_and_an_emoji_stays_in_a_title():
    assert prepared(SignUpRequest, "name", " Ｊose\u0301   Ⅳ ❤\ufe0f") == "José IV ❤"
    assert prepared(UpdateMeRequest, "name", "O’Brien") == "O’Brien"
    assert "invalid_text" in field_errors(ApplicationRequest, "display_name", "👩\u200d🍳 Anna")
    assert prepared(ApplicationRequest, "about", "👩\u200d🍳 e\u0301\r\nb") == "👩\u200d🍳 é\nb"
