"""A call at the desk: one request being carried out inside one transaction, and how routes are declared."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sandbox import params
from sandbox.errors import missing
from sandbox.store import Store
from sandbox.wire import Object

NOUNS = {
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "webhook_endpoint": "webhook endpoint",
}
"""How Stripe's sentence for a missing object names the kind, where it differs from the object's own name."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks (`account` is empty for the platform), when, what.

    `request` is what events tell of their cause.
    """

    store: Store
    at: int
    account: str = ""
    params: Object = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    request: Object = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    base_url: str = ""

    def of(self, account: str) -> "Call":
        """The same call as it is felt by another account."""
        return replace(self, account=account)

    def timer(self, due_at: int, action: str, subject: str) -> None:
        """Let something happen by the clock; `sandbox.timers` knows the actions."""
        self.store.rows(
            "INSERT INTO timers (due_at, action, subject, account) VALUES (?, ?, ?, ?)",
            due_at, action, subject, self.account,
        )  # fmt: skip


Handler = Callable[[Call], Object]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path with `{names}`, the verb that answers, and the reader of its parameters."""

    method: str
    path: str
    handler: Handler
    reader: params.Reader = field(default_factory=params.body)

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The names in the path if this route answers it."""
        if method != self.method:
            return None
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path)
        return found.groupdict() if found else None


def fetch(call: Call, kind: str, key: str, param: str = "id", status: int = 404) -> Object:
    """The caller's object of this kind, or Stripe's refusal."""
    found = call.store.find(key)
    if found is None or found["object"] != kind or call.store.owner(key) != call.account:
        raise missing(NOUNS.get(kind, kind), key, param, status)
    return found


def subject(call: Call, kind: str, param: str = "id") -> Object:
    """The object the path names."""
    return fetch(call, kind, call.path["id"], param)


def named(call: Call, kind: str, param: str) -> Object:
    """The object a parameter names; Stripe answers 400 here, since the address itself was right."""
    return fetch(call, kind, str(call.params[param]), param, status=400)


def retrieve(kind: str, param: str = "id") -> Handler:
    """A handler that answers the object the path names."""
    return lambda call: subject(call, kind, param)


def updated(call: Call, thing: Object, *names: str) -> Object:
    """The object with the named parameters and its metadata taken over, and saved."""
    for name in names:
        if name in call.params:
            thing[name] = call.params[name]
    if "metadata" in call.params:
        thing["metadata"] = params.merged(thing["metadata"], call.params["metadata"])
    return call.store.save(thing)


def new_metadata(call: Call) -> dict[str, str]:
    """The metadata of an object being made."""
    return params.merged({}, call.params.get("metadata", {}))
