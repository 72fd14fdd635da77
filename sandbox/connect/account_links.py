"""Account links: where the holder of a connected account tells about themselves.

Visiting one here completes it.
"""

from sandbox.connect.accounts import get_connected_account
from sandbox.protocol import ids, params
from sandbox.protocol.routing import ApiCall, ApiRoute
from sandbox.protocol.wire import Object

_LIVES = 300
"""Seconds until a link is stale; Stripe's links live for minutes."""


def _create(call: ApiCall) -> Object:
    account = get_connected_account(call, call.params["account"], "account")
    token = ids.random_text(24)
    call.store.set(f"link:{token}", {
        "account": account["id"], "return_url": call.params.get("return_url"), "expires_at": call.at + _LIVES,
        "refresh_url": call.params.get("refresh_url"),
    })  # fmt: skip
    return {
        "object": "account_link", "created": call.at, "expires_at": call.at + _LIVES,
        "url": f"{call.base_url}/_sandbox/onboarding/{token}",
    }  # fmt: skip


_COLLECT = params.choice_of("currently_due", "eventually_due")
_OPTIONS = params.object_of(
    "fields", fields=_COLLECT, future_requirements=params.choice_of("include", "omit")
)
_MAKE = params.request_params(
    "account type", account=params.text, type=params.choice_of("account_onboarding", "account_update"),
    refresh_url=params.text, return_url=params.text, collect=_COLLECT, collection_options=_OPTIONS,
)  # fmt: skip
ROUTES = [ApiRoute("POST", "/v1/account_links", _create, _MAKE)]
