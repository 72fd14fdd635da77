"""`expand[]`: identifiers in an answer replaced by the objects they name."""

from typing import NoReturn

from sandbox.protocol import lists
from sandbox.protocol.errors import invalid_parameter
from sandbox.protocol.routing import ApiCall
from sandbox.protocol.wire import Object

_MAX_DEPTH = 4
"""Stripe expands at most four levels."""
_FIRST_PAGE = 10


def expand_response(call: ApiCall, response: Object) -> Object:
    """The answer with everything expanded that the request asks for; refuses what cannot be."""
    for path in call.params.get("expand", []):
        parts = str(path).split(".")
        if len(parts) > _MAX_DEPTH:
            raise invalid_parameter(
                f"You cannot expand more than {_MAX_DEPTH} levels of a property ({path}).", "expand"
            )
        _expand_path(call, response, parts, str(path))
    return response


def _expand_path(call: ApiCall, thing: Object, parts: list[str], path: str) -> None:
    head, *rest = parts
    value = _expand_property(call, thing, head, path)
    for child in value if isinstance(value, list) else [value]:
        if child is not None and not isinstance(child, dict):
            raise _not_expandable(path)
        if child is not None and rest:
            _expand_path(call, child, rest, path)


def _expand_property(call: ApiCall, thing: Object, head: str, path: str) -> object:
    """What stands under a name, with an identifier replaced by its object."""
    if head == "refunds" and thing.get("object") == "charge":
        refunds = call.store.select(
            "refund", "json_extract(body, '$.charge') = ?", thing["id"], order="seq DESC"
        )
        thing["refunds"] = lists.list_object(
            refunds[:_FIRST_PAGE], f"/v1/charges/{thing['id']}/refunds", has_more=len(refunds) > _FIRST_PAGE
        )
    if head not in thing:
        raise _not_expandable(path)
    if isinstance(thing[head], str):
        thing[head] = call.store.find(thing[head]) or _raise_not_expandable(path)
    return thing[head]


def _raise_not_expandable(path: str) -> NoReturn:
    raise _not_expandable(path)


def _not_expandable(path: str) -> Exception:
    return invalid_parameter(f"This property cannot be expanded ({path}).", "expand")
