"""Stripe's wire format: form-encoded brackets in, JSON out."""

import json
from typing import Any
from urllib.parse import parse_qsl

# What travels is JSON without a static shape; the contract tests hold it against the official library's
# annotations.
Object = dict[str, Any]

API_VERSION = "2026-10-28.endive"
"""The version our objects are shaped after: the one the official library of this project is pinned to."""

DEEPEST_NESTING = 12
"""Stripe's own parameters nest five deep; anything beyond is a mistake or an attack on the parser."""


def parse_form(text: str) -> Object:
    """The parameters of a form or query, with `a[b][0]=c` read as nested objects and lists."""
    root: Object = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        _place(root, _parts(name), value)
    return {name: _lists(value) for name, value in root.items()}


def dump_json(thing: object) -> str:
    """The one JSON text of a value, so that equal things compare equal as text."""
    return json.dumps(thing, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def load_json(text: str) -> Object:
    """A JSON object read back from our own store."""
    loaded: Object = json.loads(text)
    return loaded


def _parts(name: str) -> list[str]:
    head, *rest = name.split("[")
    return [head, *(part.removesuffix("]") for part in rest)][:DEEPEST_NESTING]


def _place(node: Object, parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        child = node.setdefault(part, {})
        if not isinstance(child, dict):
            return
        node = child
    # `expand[]=a&expand[]=b` has no numbers: count up.
    last = parts[-1] if parts[-1] or len(parts) == 1 else str(len(node))
    node[last] = value


def _lists(value: object) -> object:
    if not isinstance(value, dict):
        return value
    read = {name: _lists(item) for name, item in value.items()}
    if read and all(name.isdigit() for name in read):
        return [read[name] for name in sorted(read, key=int)]
    return read
