"""Webhook endpoints: who wants to be told. The signing secret is shown once, when the endpoint is made."""

from sandbox import ids, lists, params
from sandbox.desk import Call, Route, new_metadata, subject, updated
from sandbox.store import Store
from sandbox.wire import API_VERSION, Object

PLATFORM, CONNECTED = "platform", "connected"
"""Whose events an endpoint hears: the platform's own, or those of connected accounts (`connect=true`)."""


def register(store: Store, at: int, url: str, secret: str) -> Object:
    """Make sure one endpoint with this address hears everything.

    Signed with a chosen secret, however often asked.
    """
    for endpoint in store.select("webhook_endpoint", "json_extract(body, '$.url') = ?", url):
        store.hide(endpoint["id"], {"secret": secret, "hears": [PLATFORM, CONNECTED]})
        return endpoint
    endpoint = _shape(Call(store, at, params={"url": url, "enabled_events": ["*"]}))
    return store.insert(endpoint, "", {"secret": secret, "hears": [PLATFORM, CONNECTED]})


def _create(call: Call) -> Object:
    secret = f"whsec_{ids.tail(32)}"
    endpoint = _shape(call)
    hears = [CONNECTED] if call.params.get("connect") else [PLATFORM]
    call.store.insert(endpoint, call.account, {"secret": secret, "hears": hears})
    return endpoint | {"secret": secret}


def _shape(call: Call) -> Object:
    given = call.params
    return {
        "id": ids.new("we"), "object": "webhook_endpoint",
        "api_version": given.get("api_version", API_VERSION),
        "application": None, "created": call.at, "description": given.get("description"),
        "enabled_events": given["enabled_events"], "livemode": False, "metadata": new_metadata(call),
        "status": "enabled", "url": given["url"],
    }  # fmt: skip


def _update(call: Call) -> Object:
    endpoint = subject(call, "webhook_endpoint", "webhook_endpoint")
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if call.params["disabled"] else "enabled"
    return updated(call, endpoint, "description", "enabled_events", "url")


def _delete(call: Call) -> Object:
    endpoint = subject(call, "webhook_endpoint", "webhook_endpoint")
    call.store.remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


_TOLD = {"description": params.unsettable, "metadata": params.metadata}
_MAKE = params.body(
    "enabled_events url", enabled_events=params.list_of(params.text), url=params.text, connect=params.boolean,
    api_version=params.text, **_TOLD,
)  # fmt: skip
_CHANGE = params.body(
    disabled=params.boolean, enabled_events=params.list_of(params.text), url=params.text, **_TOLD
)
_ALL = "/v1/webhook_endpoints"
ROUTES = [
    Route("POST", _ALL, _create, _MAKE),
    Route("GET", _ALL, lists.of("webhook_endpoint", _ALL), params.listing()),
    Route("GET", f"{_ALL}/{{id}}", lambda call: subject(call, "webhook_endpoint", "webhook_endpoint")),
    Route("POST", f"{_ALL}/{{id}}", _update, _CHANGE),
    Route("DELETE", f"{_ALL}/{{id}}", _delete),
]
