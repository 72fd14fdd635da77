"""`expand[]`: identifiers in an answer replaced by the objects they name."""

from sandbox import lists
from sandbox.desk import Call
from sandbox.errors import invalid
from sandbox.wire import Object

_DEEPEST = 4
"""Stripe expands at most four levels."""


def expand(call: Call, answer: Object) -> Object:
    """The answer with everything expanded that the request asks for; refuses what cannot be."""
    for path in call.params.get("expand", []):
        parts = str(path).split(".")
        if len(parts) > _DEEPEST:
            raise invalid(f"You cannot expand more than {_DEEPEST} levels of a property ({path}).", "expand")
        _follow(call, answer, parts, str(path))
    return answer


def _follow(call: Call, thing: Object, parts: list[str], path: str) -> None:
    head, *rest = parts
    if head == "refunds" and thing.get("object") == "charge":
        found = call.store.select(
            "refund", "json_extract(body, '$.charge') = ?", thing["id"], order="seq DESC"
        )
        thing["refunds"] = lists.listed(
            found[:10], f"/v1/charges/{thing['id']}/refunds", has_more=len(found) > 10
        )
    if head not in thing:
        raise _cannot(path)
    value = thing[head]
    if isinstance(value, str):
        value = call.store.find(value)
        if value is None:
            raise _cannot(path)
        thing[head] = value
    children = value if isinstance(value, list) else [value]
    for child in children:
        if child is None:
            continue
        if not isinstance(child, dict):
            raise _cannot(path)
        if rest:
            _follow(call, child, rest, path)


def _cannot(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", "expand")
