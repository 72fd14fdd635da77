"""Stripe's search language, the part a marketplace needs: clauses joined by AND over fields and metadata.

`metadata['booking']:'bkg_1' AND status:'succeeded' AND amount>1000 AND -currency:'usd'`. Real search lags
behind writes by up to a minute; `/_sandbox/settings` can let this one lag too, so that nobody relies on
reading their writes.
"""

import re

from sandbox.protocol import params
from sandbox.protocol.errors import invalid_parameter
from sandbox.protocol.routing import ApiCall, Handler
from sandbox.protocol.wire import Object
from sandbox.store import Value

READER = params.request_params("query", query=params.text, limit=params.integer, page=params.text)

_FIELDS = ("amount", "created", "currency", "customer", "email", "name", "payment_method", "status")
_CLAUSE = re.compile(
    r"""(?P<not>-?)(?:metadata\[["'](?P<key>[^"']+)["']\]|(?P<field>\w+))\s*(?P<op>[:~]|[<>]=?)\s*"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>\w+))""",
)
_LONGEST_PAGE = 100


def search_handler(kind: str, url: str) -> Handler:
    """A handler that searches a kind, newest first."""

    def handler(call: ApiCall) -> Object:
        limit = int(call.params.get("limit", 10))
        if not 1 <= limit <= _LONGEST_PAGE:
            raise invalid_parameter(
                "Invalid limit: must be between 1 and 100", "limit", "parameter_invalid_integer"
            )
        lag = int(call.store.setting("terms").get("search_lag", 0))
        conditions: list[str] = ["account = ?", "created <= ?"]
        bound: list[Value] = [call.account, call.at - lag]
        _add_query_conditions(call.params["query"], conditions, bound)
        if "page" in call.params:
            conditions.append("seq < ?")
            bound.append(int(call.params["page"]))
        objects = call.store.select(
            kind, " AND ".join(conditions), *bound, order=f"seq DESC LIMIT {limit + 1}"
        )
        more = len(objects) > limit
        page = _seq(call, objects[limit - 1]["id"]) if more else None
        return {
            "object": "search_result",
            "url": url,
            "data": objects[:limit],
            "has_more": more,
            "next_page": page,
        }

    return handler


def _add_query_conditions(query: str, conditions: list[str], bound: list[Value]) -> None:
    for part in re.split(r"\s+AND\s+", query.strip()):
        clause = _CLAUSE.fullmatch(part.strip())
        if clause is None or (clause["field"] and clause["field"] not in _FIELDS):
            raise invalid_parameter(f"We were unable to parse your search query: {part}", "query")
        path = f'$.metadata."{clause["key"]}"' if clause["key"] else f"$.{clause['field']}"
        value = next(
            text for text in (clause["double"], clause["single"], clause["bare"]) if text is not None
        )
        condition = _CONDITIONS[clause["op"]]
        conditions.append(f"NOT coalesce({condition}, 0)" if clause["not"] else condition)
        bound.extend((path, value))


def _seq(call: ApiCall, key: str) -> str:
    return str(call.store.rows("SELECT seq FROM objects WHERE id = ?", key)[0][0])


_CONDITIONS = {
    ":": "CAST(json_extract(body, ?) AS TEXT) = ?",
    "~": "instr(json_extract(body, ?), ?) > 0",
    "<": "json_extract(body, ?) < CAST(? AS INTEGER)",
    "<=": "json_extract(body, ?) <= CAST(? AS INTEGER)",
    ">": "json_extract(body, ?) > CAST(? AS INTEGER)",
    ">=": "json_extract(body, ?) >= CAST(? AS INTEGER)",
}
