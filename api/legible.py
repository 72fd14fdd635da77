"""The document, said so that generators of clients understand it: what is allowed stays what it was.

A title that repeats its field's name makes classes of that name; a bound of `100.0` makes floats of integers;
a number without a format has 32 bits in half of the languages, and money does not fit; a map by pattern
becomes an empty object; and no query can say null. A default makes some clients demand the field and others
send it, also where it wipes what was to stay: so it is told in words, and stays ours to say.
"""

import json
from typing import Any

from api.names import called

Node = dict[str, Any]

SCHEMAS = "#/components/schemas/"
_LARGEST_OF_32_BITS = 2**31 - 1
_WHERE_NULL_CANNOT_BE_SAID = {"query", "header", "path", "cookie"}
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SCHEMAS = ("items", "additionalProperties", "propertyNames", "not", "contains")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


def legible(document: Node) -> Node:
    """The document with every shape under its own name, and every schema as clients read it best."""
    given, shapes = called(), document["components"]["schemas"]
    names = {drawn: given.get(drawn) or _name(drawn, schema) for drawn, schema in shapes.items()}
    assert len({*names.values()}) == len(names), "two shapes have one name; see api/names.py"  # noqa: S101 -- a mistake of ours, seen at start
    del document["components"]["schemas"]
    told: Node = _walked(document, names)
    told["components"]["schemas"] = {names[drawn]: _schema(schema, names) for drawn, schema in shapes.items()}
    return told


def _name(drawn: str, schema: Node) -> str:
    """A shape of several shapes is drawn as `PageView_AccountView_`; what it is called is its title."""
    return str(schema.get("title", drawn)) if "_" in drawn else drawn


def _walked(node: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 -- any part of the document
    """What is around the schemas: paths, parameters, bodies and answers."""
    if isinstance(node, list):
        return [_walked(part, names) for part in node]
    if not isinstance(node, dict):
        return node
    told = {
        key: value
        if key in {"example", "examples"}
        else (_schema(value, names) if key == "schema" else _walked(value, names))
        for key, value in node.items()
    }
    if told.get("in") in _WHERE_NULL_CANNOT_BE_SAID and "schema" in told:
        told["schema"] = _without_null(told["schema"])
    return told


def _schema(schema: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 -- a schema may be true or false
    """A schema and all that are in it."""
    if not isinstance(schema, dict):
        return schema
    told = {key: _inner(key, value, names) for key, value in schema.items() if key != "title"}
    if "$ref" in told:
        told["$ref"] = _renamed(told["$ref"], names)
    if "discriminator" in told:
        mapping = told["discriminator"].get("mapping", {})
        told["discriminator"] = told["discriminator"] | {
            "mapping": {value: _renamed(ref, names) for value, ref in mapping.items()}
        }
    if "properties" in told:
        always = told.get("required", ())
        told["properties"] = {
            name: _in_words(field, always=name in always) for name, field in told["properties"].items()
        }
    return _as_wide_as_it_is(_as_map(told))


def _inner(key: str, value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 -- any keyword's value
    if key in _MAPS_OF_SCHEMAS:
        return {name: _schema(each, names) for name, each in value.items()}
    if key in _LISTS_OF_SCHEMAS:
        return [_schema(each, names) for each in value]
    return _schema(value, names) if key in _SCHEMAS else value


def _in_words(field: Node, *, always: bool) -> Node:
    """A field without its default, which its description tells where the field may be left out."""
    rest = {key: value for key, value in field.items() if key != "default"}
    assumed, told = field.get("default"), field.get("description", "")
    if always or not isinstance(assumed, bool | int | float | str) or assumed == "" or "left out" in told:
        return rest
    return rest | {"description": f"{told} `{_written(assumed)}` if left out.".lstrip()}


def _written(value: bool | float | str) -> str:  # noqa: FBT001 -- a value, not a switch
    return value if isinstance(value, str) else json.dumps(value)


def _renamed(ref: str, names: dict[str, str]) -> str:
    return SCHEMAS + names[ref.removeprefix(SCHEMAS)]


def _as_map(schema: Node) -> Node:
    """A map whose keys follow one pattern: what a key looks like, and what every value is."""
    patterns = schema.get("patternProperties", {})
    if len(patterns) != 1 or "additionalProperties" in schema or "properties" in schema:
        return schema
    [(pattern, value)] = patterns.items()
    keys = schema.get("propertyNames", {}) | {"pattern": pattern}
    rest = {key: said for key, said in schema.items() if key != "patternProperties"}
    return rest | {"propertyNames": keys, "additionalProperties": value}


def _as_wide_as_it_is(schema: Node) -> Node:
    if schema.get("type") == "number":
        return {"format": "double"} | schema
    if schema.get("type") != "integer":
        return schema
    told = {key: int(value) if key in _BOUNDS else value for key, value in schema.items()}
    is_small = "maximum" in told and told["maximum"] <= _LARGEST_OF_32_BITS
    return told if is_small else told | {"format": "int64"}


def _without_null(schema: Node) -> Node:
    if "anyOf" not in schema:
        return schema
    left = [each for each in schema["anyOf"] if each.get("type") != "null"]
    rest = {
        key: value for key, value in schema.items() if key != "anyOf" and (key, value) != ("default", None)
    }
    return left[0] | rest if len(left) == 1 else rest | {"anyOf": left}
