"""Fault switches: what goes wrong on the way, on request.

A fault is `{"action", "endpoint", "count", "skip", "seconds"}`. `endpoint` is a pattern on the method and
path, such as `POST /v1/payment_intents/*/capture`; it lets `skip` matching requests pass and then strikes
`count` times (none: permanently). Actions: `before` closes the connection and nothing has happened; `after`
closes it when everything has; `error` answers 500 although everything has, and the key replays that 500 as
Stripe documents; `error_before` answers 500 and nothing has; `slow` waits `seconds` before the effect, with
the key in flight; `rate_limit` answers 429.
"""

from fnmatch import fnmatchcase

from sandbox.errors import ApiError, invalid
from sandbox.store import Store
from sandbox.wire import Object

ACTIONS = ("before", "after", "error", "error_before", "slow", "rate_limit")


def add(store: Store, fault: Object) -> Object:
    """Arm a fault; returns it with its defaults."""
    if fault.get("action") not in ACTIONS:
        raise invalid(f"Unknown action: must be one of {', '.join(ACTIONS)}", "action")
    full = {"endpoint": "*", "count": 1, "skip": 0, "seconds": 1} | fault
    store.set("faults", {"armed": [*armed(store), full]})
    return full


def armed(store: Store) -> list[Object]:
    """The faults that may still strike, oldest first."""
    found: list[Object] = store.setting("faults").get("armed", [])
    return found


def clear(store: Store) -> None:
    """Disarm all."""
    store.set("faults", {})


def strike(store: Store, method: str, path: str) -> Object:
    """The fault that strikes this request (an empty object: none), counted down."""
    with store.transaction():
        found = armed(store)
        for fault in found:
            if not fnmatchcase(f"{method} {path}", fault["endpoint"]) or fault["count"] == 0:
                continue
            if fault["skip"] > 0:
                fault["skip"] -= 1
                store.set("faults", {"armed": found})
                return {}
            if fault["count"] is not None:
                fault["count"] -= 1
                store.set("faults", {"armed": [one for one in found if one["count"] != 0]})
            return fault
    return {}


def rate_limited() -> ApiError:
    """What Stripe says to those in a hurry."""
    message = "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode."
    return ApiError(message, status=429, code="rate_limit", remembered=False)


def broken() -> ApiError:
    """What Stripe says when it does not know itself."""
    message = "An unknown error occurred."
    return ApiError(message, status=500, kind="api_error")
