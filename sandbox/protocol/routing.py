"""A call at the desk: one request being carried out inside one transaction, and how routes are declared."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sandbox.protocol import params
from sandbox.protocol.errors import object_not_found
from sandbox.protocol.wire import Object
from sandbox.store import SandboxStore

KIND_NAMES = {
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "webhook_endpoint": "webhook endpoint",
}
"""How Stripe's sentence for a missing object names the kind, where it differs from the object's own name."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """Who asks (`account` is empty for the platform), when, what.

    `request` is what events tell of their cause.
    """

    store: SandboxStore
    at: int
    account: str = ""
    params: Object = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    request: Object = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    base_url: str = ""

    def for_account(self, account: str) -> "ApiCall":
        """The same call as it is felt by another account."""
        return replace(self, account=account)

    def start_timer(self, due_at: int, action: str, subject: str) -> None:
        """Let something happen by the clock; `sandbox.timers` knows the actions."""
        self.store.rows(
            "INSERT INTO timers (due_at, action, subject, account) VALUES (?, ?, ?, ?)",
            due_at, action, subject, self.account,
        )  # fmt: skip


Handler = Callable[[ApiCall], Object]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """A method, a path with `{names}`, the verb that answers, and the reader of its parameters."""

    method: str
    path: str
    handler: Handler
    reader: params.Reader = field(default_factory=params.request_params)

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The names in the path if this route answers it."""
        if method != self.method:
            return None
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        match = re.fullmatch(pattern, path)
        return match.groupdict() if match else None


def fetch_object(call: ApiCall, kind: str, key: str, param: str = "id", status: int = 404) -> Object:
    """The caller's object of this kind, or Stripe's refusal."""
    stored = call.store.find(key)
    if stored is None or stored["object"] != kind or call.store.owner(key) != call.account:
        raise object_not_found(KIND_NAMES.get(kind, kind), key, param, status)
    return stored


def path_object(call: ApiCall, kind: str, param: str = "id") -> Object:
    """The object the path names."""
    return fetch_object(call, kind, call.path["id"], param)


def parameter_object(call: ApiCall, kind: str, param: str) -> Object:
    """The object a parameter names; Stripe answers 400 here, since the address itself was right."""
    return fetch_object(call, kind, str(call.params[param]), param, status=400)


def retrieve_handler(kind: str, param: str = "id") -> Handler:
    """A handler that answers the object the path names."""
    return lambda call: path_object(call, kind, param)


def update_object(call: ApiCall, thing: Object, *names: str) -> Object:
    """The object with the named parameters and its metadata taken over, and saved."""
    for name in names:
        if name in call.params:
            thing[name] = call.params[name]
    if "metadata" in call.params:
        thing["metadata"] = params.merge_metadata(thing["metadata"], call.params["metadata"])
    return call.store.save(thing)


def metadata_from_params(call: ApiCall) -> dict[str, str]:
    """The metadata of an object being made."""
    return params.merge_metadata({}, call.params.get("metadata", {}))
