"""Events: what happened, with the object as it was, queued for every endpoint that asked for it."""

from fnmatch import fnmatchcase

from sandbox import ids, lists, misdelivery, params
from sandbox.desk import Call, Route, retrieve
from sandbox.errors import invalid
from sandbox.wire import API_VERSION, Object, dump, load


def record(call: Call, name: str, thing: Object) -> Object:
    """Remember that something happened, and put it into the post; returns the event."""
    endpoints = _listening(call, name)
    event: Object = {
        "id": ids.new("evt"), "object": "event", "api_version": API_VERSION, "created": call.at,
        "livemode": False,
        "type": name, "data": {"object": load(dump(thing))}, "request": call.request,
        "pending_webhooks": len(endpoints),
    }  # fmt: skip
    if call.account:
        event["account"] = call.account
    call.store.insert(event, call.account)
    for endpoint in endpoints:
        misdelivery.post(call.store, event, endpoint["id"], call.at)
    return event


def _listening(call: Call, name: str) -> list[Object]:
    wanted = "connected" if call.account else "platform"
    return [
        endpoint
        for endpoint in call.store.select("webhook_endpoint")
        if endpoint["status"] == "enabled"
        and wanted in call.store.hidden(endpoint["id"])["hears"]
        and any(pattern in ("*", name) for pattern in endpoint["enabled_events"])
    ]


def _list(call: Call) -> Object:
    names = call.params.get("types", [])
    if "type" in call.params:
        if names:
            raise invalid(
                "You may pass either `type` or `types`, but not both.", "type", "parameters_exclusive"
            )
        names = [call.params["type"]]
    known = {
        str(row[0]) for row in call.store.rows("SELECT DISTINCT json_extract(body, '$.type') FROM objects")
    }
    if not names:
        return lists.page(call, "event", "/v1/events", {})
    chosen = [name for name in known if any(fnmatchcase(name, pattern) for pattern in names)]
    where = f"json_extract(body, '$.type') IN ({', '.join('?' * len(chosen))})"
    return lists.page(call, "event", "/v1/events", {}, where=where, values=tuple(chosen))


ROUTES = [
    Route("GET", "/v1/events", _list, params.listing(type=params.text, types=params.list_of(params.text))),
    Route("GET", "/v1/events/{id}", retrieve("event")),
]
