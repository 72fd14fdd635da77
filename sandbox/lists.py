"""Lists, newest first, in pages that are remembered by the last object seen."""

from sandbox.desk import Call, Handler
from sandbox.errors import invalid, missing
from sandbox.store import Value
from sandbox.wire import Object

_LONGEST_PAGE = 100
_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def of(kind: str, url: str, *filters: str) -> Handler:
    """A handler that lists a kind.

    `filters` are the parameters that compare with the field of the same name.
    """

    def answer(call: Call) -> Object:
        wanted = {name: call.params[name] for name in filters if name in call.params}
        return page(call, kind, url.format(**call.path), wanted)

    return answer


def page(
    call: Call, kind: str, url: str, wanted: Object, *, where: str = "1", values: tuple[Value, ...] = ()
) -> Object:
    """One page of a list object."""
    limit = _limit(call.params)
    conditions, bound = ["account = ?", where], [call.account, *values]
    for name, value in wanted.items():
        conditions.append(f"json_extract(body, '$.{name}') = ?")
        bound.append(value)
    _span(call.params.get("created"), conditions, bound)
    backwards = _cursor(call, conditions, bound)
    order = f"seq {'ASC' if backwards else 'DESC'} LIMIT {limit + 1}"
    found = call.store.select(kind, " AND ".join(conditions), *bound, order=order)
    data = found[:limit]
    return listed(data[::-1] if backwards else data, url, has_more=len(found) > limit)


def listed(data: list[Object], url: str, *, has_more: bool = False) -> Object:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _limit(params: Object) -> int:
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= _LONGEST_PAGE:
        raise invalid(
            f"Invalid limit: must be between 1 and {_LONGEST_PAGE}", "limit", "parameter_invalid_integer"
        )
    return limit


def _span(created: object, conditions: list[str], bound: list[Value]) -> None:
    if isinstance(created, int):
        conditions.append("created = ?")
        bound.append(created)
    elif isinstance(created, dict):
        for name, value in created.items():
            conditions.append(f"created {_OPERATORS[name]} ?")
            bound.append(value)


def _cursor(call: Call, conditions: list[str], bound: list[Value]) -> bool:
    """Narrows the list to one side of the cursor; returns whether we read backwards."""
    backwards = "ending_before" in call.params
    name = "ending_before" if backwards else "starting_after"
    if name not in call.params:
        return False
    cursor = str(call.params[name])
    found = call.store.rows("SELECT seq FROM objects WHERE id = ? AND account = ?", cursor, call.account)
    if not found:
        raise missing("object", cursor, name, status=400)
    conditions.append(f"seq {'>' if backwards else '<'} ?")
    bound.append(found[0][0])
    return backwards
