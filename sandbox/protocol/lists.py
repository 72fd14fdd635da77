"""Lists, newest first, in pages that are remembered by the last object seen."""

from sandbox.protocol.errors import invalid_parameter, object_not_found
from sandbox.protocol.routing import ApiCall, Handler
from sandbox.protocol.wire import Object
from sandbox.store import Value

_LONGEST_PAGE = 100
_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def list_handler(kind: str, url: str, *filters: str) -> Handler:
    """A handler that lists a kind.

    `filters` are the parameters that compare with the field of the same name.
    """

    def handler(call: ApiCall) -> Object:
        filter_values = {name: call.params[name] for name in filters if name in call.params}
        return list_page(call, kind, url.format(**call.path), filter_values)

    return handler


def list_page(
    call: ApiCall,
    kind: str,
    url: str,
    filter_values: Object,
    *,
    where: str = "1",
    values: tuple[Value, ...] = (),
) -> Object:
    """One page of a list object."""
    limit = _limit(call.params)
    conditions, bound = ["account = ?", where], [call.account, *values]
    for name, value in filter_values.items():
        conditions.append(f"json_extract(body, '$.{name}') = ?")
        bound.append(value)
    _add_created_conditions(call.params.get("created"), conditions, bound)
    backwards = _add_cursor_condition(call, conditions, bound)
    order = f"seq {'ASC' if backwards else 'DESC'} LIMIT {limit + 1}"
    objects = call.store.select(kind, " AND ".join(conditions), *bound, order=order)
    data = objects[:limit]
    return list_object(data[::-1] if backwards else data, url, has_more=len(objects) > limit)


def list_object(data: list[Object], url: str, *, has_more: bool = False) -> Object:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _limit(params: Object) -> int:
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= _LONGEST_PAGE:
        raise invalid_parameter(
            f"Invalid limit: must be between 1 and {_LONGEST_PAGE}", "limit", "parameter_invalid_integer"
        )
    return limit


def _add_created_conditions(created: object, conditions: list[str], bound: list[Value]) -> None:
    if isinstance(created, int):
        conditions.append("created = ?")
        bound.append(created)
    elif isinstance(created, dict):
        for name, value in created.items():
            conditions.append(f"created {_OPERATORS[name]} ?")
            bound.append(value)


def _add_cursor_condition(call: ApiCall, conditions: list[str], bound: list[Value]) -> bool:
    """Narrows the list to one side of the cursor; returns whether we read backwards."""
    backwards = "ending_before" in call.params
    name = "ending_before" if backwards else "starting_after"
    if name not in call.params:
        return False
    cursor = str(call.params[name])
    rows = call.store.rows("SELECT seq FROM objects WHERE id = ? AND account = ?", cursor, call.account)
    if not rows:
        raise object_not_found("object", cursor, name, status=400)
    conditions.append(f"seq {'>' if backwards else '<'} ?")
    bound.append(rows[0][0])
    return backwards
