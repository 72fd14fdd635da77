"""`expand[]`: identifiers in an answer replaced by the objects they name."""

from typing import NoReturn

from sandbox import lists
from sandbox.desk import Call
from sandbox.errors import invalid
from sandbox.wire import Object

_DEEPEST = 4
"""Stripe expands at most four levels."""
_FIRST_PAGE = 10


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
    value = _named(call, thing, head, path)
    for child in value if isinstance(value, list) else [value]:
        if child is not None and not isinstance(child, dict):
            raise _cannot(path)
        if child is not None and rest:
            _follow(call, child, rest, path)


def _named(call: Call, thing: Object, head: str, path: str) -> object:
    """What stands under a name, with an identifier replaced by its object."""
    if head == "refunds" and thing.get("object") == "charge":
        found = call.store.select(
            "refund", "json_extract(body, '$.charge') = ?", thing["id"], order="seq DESC"
        )
        thing["refunds"] = lists.listed(
            found[:_FIRST_PAGE], f"/v1/charges/{thing['id']}/refunds", has_more=len(found) > _FIRST_PAGE
        )
    if head not in thing:
        raise _cannot(path)
    if isinstance(thing[head], str):
        thing[head] = call.store.find(thing[head]) or _refuse(path)
    return thing[head]


def _refuse(path: str) -> NoReturn:
    raise _cannot(path)


def _cannot(path: str) -> Exception:
    return invalid(f"This property cannot be expanded ({path}).", "expand")
