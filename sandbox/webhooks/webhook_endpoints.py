"""Webhook endpoints: who wants to be told. The signing secret is shown once, when the endpoint is made."""

from sandbox.protocol import ids, lists, params
from sandbox.protocol.routing import ApiCall, ApiRoute, metadata_from_params, path_object, update_object
from sandbox.protocol.wire import API_VERSION, Object
from sandbox.store import SandboxStore

PLATFORM, CONNECTED = "platform", "connected"
"""Whose events an endpoint hears: the platform's own, or those of connected accounts (`connect=true`)."""


def register_endpoint(store: SandboxStore, at: int, url: str, secret: str) -> Object:
    """Make sure one endpoint with this address hears everything.

    Signed with a chosen secret, however often asked.
    """
    for endpoint in store.select("webhook_endpoint", "json_extract(body, '$.url') = ?", url):
        store.hide(endpoint["id"], {"secret": secret, "sources": [PLATFORM, CONNECTED]})
        return endpoint
    endpoint = _endpoint_object(ApiCall(store, at, params={"url": url, "enabled_events": ["*"]}))
    return store.insert(endpoint, "", {"secret": secret, "sources": [PLATFORM, CONNECTED]})


def _create(call: ApiCall) -> Object:
    secret = f"whsec_{ids.random_text(32)}"
    endpoint = _endpoint_object(call)
    sources = [CONNECTED] if call.params.get("connect") else [PLATFORM]
    call.store.insert(endpoint, call.account, {"secret": secret, "sources": sources})
    return endpoint | {"secret": secret}


def _endpoint_object(call: ApiCall) -> Object:
    fields = call.params
    return {
        "id": ids.new_id("we"), "object": "webhook_endpoint",
        "api_version": fields.get("api_version", API_VERSION),
        "application": None, "created": call.at, "description": fields.get("description"),
        "enabled_events": fields["enabled_events"], "livemode": False, "metadata": metadata_from_params(call),
        "status": "enabled", "url": fields["url"],
    }  # fmt: skip


def _update(call: ApiCall) -> Object:
    endpoint = path_object(call, "webhook_endpoint", "webhook_endpoint")
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if call.params["disabled"] else "enabled"
    return update_object(call, endpoint, "description", "enabled_events", "url")


def _delete(call: ApiCall) -> Object:
    endpoint = path_object(call, "webhook_endpoint", "webhook_endpoint")
    call.store.remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


_FIELDS = {"description": params.unsettable, "metadata": params.metadata}
_MAKE = params.request_params(
    "enabled_events url", enabled_events=params.list_of(params.text), url=params.text, connect=params.boolean,
    api_version=params.text, **_FIELDS,
)  # fmt: skip
_CHANGE = params.request_params(
    disabled=params.boolean, enabled_events=params.list_of(params.text), url=params.text, **_FIELDS
)
_ALL = "/v1/webhook_endpoints"
ROUTES = [
    ApiRoute("POST", _ALL, _create, _MAKE),
    ApiRoute("GET", _ALL, lists.list_handler("webhook_endpoint", _ALL), params.list_params()),
    ApiRoute("GET", f"{_ALL}/{{id}}", lambda call: path_object(call, "webhook_endpoint", "webhook_endpoint")),
    ApiRoute("POST", f"{_ALL}/{{id}}", _update, _CHANGE),
    ApiRoute("DELETE", f"{_ALL}/{{id}}", _delete),
]
