"""What an account has and how it came to have it."""

from sandbox.protocol import lists, params
from sandbox.protocol.routing import ApiCall, ApiRoute, path_object
from sandbox.protocol.wire import Object


def _balance(call: ApiCall) -> Object:
    answer: Object = {"object": "balance", "livemode": False}
    for side in ("available", "pending"):
        rows = call.store.rows(
            "SELECT currency, amount FROM totals WHERE account = ? ORDER BY currency",
            f"{side}:{call.account}",
        )
        answer[side] = [
            {"amount": row[1], "currency": row[0], "source_types": {"card": row[1]}} for row in rows
        ]
    return answer


_FILTERS = dict.fromkeys(("currency", "source", "type"), params.text)
_URL = "/v1/balance_transactions"
ROUTES = [
    ApiRoute("GET", "/v1/balance", _balance),
    ApiRoute(
        "GET",
        _URL,
        lists.list_handler("balance_transaction", _URL, *_FILTERS),
        params.list_params(**_FILTERS),
    ),
    ApiRoute("GET", f"{_URL}/{{id}}", lambda call: path_object(call, "balance_transaction")),
]
