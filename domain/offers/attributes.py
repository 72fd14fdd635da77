"""Attributes: what is asked of an offer in one category only, said by the category's JSON Schema (2020-12).

A schema stands alone: it describes an object and refers to nothing outside itself, so checking an offer never
waits for, or trusts, another place.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from textwrap import shorten
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from pydantic import JsonValue
from referencing import Registry

from domain.offers.content import Wrong
from domain.offers.errors import SchemaUnfit

_REFERENCES = {"$ref", "$dynamicRef", "$id"}
_LONGEST_REASON = 200  # characters; the library repeats what was sent, however much that was
_NOWHERE: Registry[Any] = Registry()  # the library's own default would fetch what a schema refers to


def check_schema(schema: Mapping[str, JsonValue]) -> None:
    """Refuse with `SchemaUnfit` what is no schema of an object, or refers to anything."""
    _check(orjson.dumps(schema))


@lru_cache(maxsize=200)
def _check(text: bytes) -> None:
    """Judging a schema takes long, and the same text is always judged the same."""
    schema: Mapping[str, JsonValue] = orjson.loads(text)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaUnfit(error.message, field=_path("attributes_schema", error)) from error
    if schema.get("type") != "object":
        raise SchemaUnfit("Attributes are an object.", field="attributes_schema.type")
    if found := _REFERENCES & set(_words(dict(schema))):
        raise SchemaUnfit(
            f"A schema stands alone; leave out {', '.join(sorted(found))}.", field="attributes_schema"
        )


def wrong_attributes(schema: Mapping[str, JsonValue], attributes: Mapping[str, JsonValue]) -> list[Wrong]:
    """Each attribute that does not fit, by its field, in the order of the fields."""
    validator = Draft202012Validator(
        schema, registry=_NOWHERE, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return sorted({wrong for error in validator.iter_errors(dict(attributes)) for wrong in _wrongs(error)})


def _wrongs(error: ValidationError) -> Iterator[Wrong]:
    """A missing or unknown attribute is an error of the whole; the one who sent it looks for the part."""
    at = _path("attributes", error)
    found: Any = error  # the library's own types cannot say what each keyword's error carries
    if error.validator == "required":
        missing = [name for name in found.validator_value if name not in found.instance]
        yield from (Wrong(f"{at}.{name}", "is required") for name in missing)
    elif error.validator == "additionalProperties" and "patternProperties" not in found.schema:
        strange = [name for name in found.instance if name not in found.schema.get("properties", {})]
        yield from (Wrong(f"{at}.{name}", "is not known here") for name in strange)
    else:
        yield Wrong(at, shorten(error.message, _LONGEST_REASON))


def _path(root: str, error: ValidationError | SchemaError) -> str:
    return ".".join([root, *(str(part) for part in error.absolute_path)])


def _words(schema: JsonValue) -> Iterator[str]:
    """Every key anywhere in the document."""
    match schema:
        case dict():
            for key, inner in schema.items():
                yield key
                yield from _words(inner)
        case list():
            for inner in schema:
                yield from _words(inner)
        case _:
            return
