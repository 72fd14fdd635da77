"""What an account has and how it came to have it."""

from sandbox import lists, params
from sandbox.desk import Call, Route, subject
from sandbox.wire import Object


def _balance(call: Call) -> Object:
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
    Route("GET", "/v1/balance", _balance),
    Route("GET", _URL, lists.of("balance_transaction", _URL, *_FILTERS), params.listing(**_FILTERS)),
    Route("GET", f"{_URL}/{{id}}", lambda call: subject(call, "balance_transaction")),
]
