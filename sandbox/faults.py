"""Fault switches: what goes wrong on the way, on request.

A fault is `{"action", "endpoint", "count", "skip", "seconds"}`. `endpoint` is a pattern on the method and
path, such as `POST /v1/payment_intents/*/capture`; it lets `skip` matching requests pass and then strikes
`count` times (none: permanently). Actions: `before` closes the connection and nothing has happened; `after`
closes it when everything has; `error` answers 500 although everything has, and the key replays that 500 as
Stripe documents; `error_before` answers 500 and nothing has; `slow` waits `seconds` before the effect, with
the key in flight; `rate_limit` answers 429.
"""

from fnmatch import fnmatchcase

from sandbox.protocol.errors import ApiError, invalid_parameter
from sandbox.protocol.wire import Object
from sandbox.store import SandboxStore

FAULT_ACTIONS = ("before", "after", "error", "error_before", "slow", "rate_limit")


def add_fault(store: SandboxStore, fault: Object) -> Object:
    """Arm a fault; returns it with its defaults."""
    if fault.get("action") not in FAULT_ACTIONS:
        raise invalid_parameter(f"Unknown action: must be one of {', '.join(FAULT_ACTIONS)}", "action")
    full = {"endpoint": "*", "count": 1, "skip": 0, "seconds": 1} | fault
    store.set("faults", {"armed": [*list_faults(store), full]})
    return full


def list_faults(store: SandboxStore) -> list[Object]:
    """The faults that may still strike, oldest first."""
    faults: list[Object] = store.setting("faults").get("armed", [])
    return faults


def clear_faults(store: SandboxStore) -> None:
    """Disarm all."""
    store.set("faults", {})


def trigger_fault(store: SandboxStore, method: str, path: str) -> Object:
    """The fault that strikes this request (an empty object: none), counted down."""
    with store.transaction():
        faults = list_faults(store)
        for fault in faults:
            if not fnmatchcase(f"{method} {path}", fault["endpoint"]) or fault["count"] == 0:
                continue
            if fault["skip"] > 0:
                fault["skip"] -= 1
                store.set("faults", {"armed": faults})
                return {}
            if fault["count"] is not None:
                fault["count"] -= 1
                store.set("faults", {"armed": [remaining for remaining in faults if remaining["count"] != 0]})
            return fault
    return {}


def rate_limit_error() -> ApiError:
    """What Stripe says to those in a hurry."""
    message = "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode."
    return ApiError(message, status=429, code="rate_limit", remembered=False)


def internal_error() -> ApiError:
    """What Stripe says when it does not know itself."""
    message = "An unknown error occurred."
    return ApiError(message, status=500, kind="api_error")
