"""Events: what happened, with the object as it was, queued for every endpoint that asked for it."""

from fnmatch import fnmatchcase

from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import invalid_parameter
from sandbox.protocol.routing import ApiCall, ApiRoute, retrieve_handler
from sandbox.protocol.wire import API_VERSION, Object, dump_json, load_json
from sandbox.webhooks import webhook_faults


def record_event(call: ApiCall, name: str, thing: Object) -> Object:
    """Remember that something happened, and put it into the post; returns the event."""
    endpoints = _subscribed_endpoints(call, name)
    event: Object = {
        "id": ids.new_id("evt"), "object": "event", "api_version": API_VERSION, "created": call.at,
        "livemode": False,
        "type": name, "data": {"object": load_json(dump_json(thing))}, "request": call.request,
        "pending_webhooks": len(endpoints),
    }  # fmt: skip
    if call.account:
        event["account"] = call.account
    call.store.insert(event, call.account)
    for endpoint in endpoints:
        webhook_faults.queue_event(call.store, event, endpoint["id"], call.at)
    return event


def _subscribed_endpoints(call: ApiCall, name: str) -> list[Object]:
    source = "connected" if call.account else "platform"
    return [
        endpoint
        for endpoint in call.store.select("webhook_endpoint")
        if endpoint["status"] == "enabled"
        and source in call.store.hidden(endpoint["id"])["sources"]
        and any(pattern in ("*", name) for pattern in endpoint["enabled_events"])
    ]


def _list(call: ApiCall) -> Object:
    names = call.params.get("types", [])
    if "type" in call.params:
        if names:
            raise invalid_parameter(
                "You may pass either `type` or `types`, but not both.", "type", "parameters_exclusive"
            )
        names = [call.params["type"]]
    known = {
        str(row[0]) for row in call.store.rows("SELECT DISTINCT json_extract(body, '$.type') FROM objects")
    }
    if not names:
        return lists.list_page(call, "event", "/v1/events", {})
    chosen = [name for name in known if any(fnmatchcase(name, pattern) for pattern in names)]
    where = f"json_extract(body, '$.type') IN ({', '.join('?' * len(chosen))})"
    return lists.list_page(call, "event", "/v1/events", {}, where=where, values=tuple(chosen))


ROUTES = [
    ApiRoute(
        "GET", "/v1/events", _list, params.list_params(type=params.text, types=params.list_of(params.text))
    ),
    ApiRoute("GET", "/v1/events/{id}", retrieve_handler("event")),
]
