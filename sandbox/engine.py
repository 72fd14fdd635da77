"""The provider itself.

Its memory, its clock, its courier, and how one request is answered from start to end.
"""

import time
from collections import deque
from dataclasses import dataclass, field, replace

from sandbox import clock, faults, routes, timers
from sandbox.protocol import idempotency, ids
from sandbox.protocol.errors import ApiError
from sandbox.protocol.expansion import expand_response
from sandbox.protocol.routing import ApiCall, ApiRoute
from sandbox.protocol.wire import API_VERSION, Object, parse_form
from sandbox.store import SandboxStore
from sandbox.webhooks.webhook_sender import WebhookSender

KEY_PREFIX = "sk_sandbox_"
_MAX_LOGGED_REQUESTS = 5_000


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """What came over the wire; header names are in lower case."""

    method: str
    path: str
    query: str
    body: bytes
    headers: dict[str, str]
    base_url: str


@dataclass(slots=True)
class SandboxReply:
    """What goes back; `cut` means the connection is closed and nothing goes back at all."""

    status: int
    body: Object
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


class SandboxEngine:
    """One sandbox: everything that lives as long as it does."""

    def __init__(self, state: str, source: clock.Source, starts_at: int | None = None) -> None:
        self.store = SandboxStore(state)
        self.source = source
        self.starts_at = starts_at
        clock.start_clock(self.store, source, starts_at)
        self.requests_in_flight = idempotency.RequestsInFlight()
        self.webhook_sender = WebhookSender(self.store, self.now)
        self.log: deque[Object] = deque(maxlen=_MAX_LOGGED_REQUESTS)

    def now(self) -> int:
        """The sandbox's time in seconds."""
        return clock.now(self.store, self.source)

    def reset(self, *, frozen: bool) -> None:
        """Delete everything and set the clock back to its start, where it goes on or stands still."""
        self.store.reset()
        clock.start_clock(self.store, self.source, self.starts_at, frozen=frozen)

    def run_timers(self) -> None:
        """Let everything happen that was due, and be told."""
        if timers.run_due_timers(self.store, self.now()):
            self.webhook_sender.wake()


def handle_request(engine: SandboxEngine, request: SandboxRequest) -> SandboxReply:
    """Answer one request of Stripe's API, and remember in the log that it was made."""
    engine.run_timers()
    key = request.headers.get("idempotency-key") if request.method != "GET" else None
    entry: Object = {
        "id": ids.new_id("req"),
        "at": engine.now(),
        "method": request.method,
        "path": request.path,
        "params": None,
        "idempotency_key": key,
        "fault": None,
        "account": None,
    }
    try:
        reply = _process(engine, request, entry, key)
    except ApiError as error:
        reply = SandboxReply(error.status, error.body())
    entry |= {"status": reply.status, "cut": reply.cut, "response": reply.body,
              "replayed": "idempotent-replayed" in reply.headers}  # fmt: skip
    engine.log.append(entry)
    engine.webhook_sender.wake()
    reply.headers |= {"request-id": entry["id"],
                      "stripe-version": request.headers.get("stripe-version", API_VERSION)}  # fmt: skip
    if key is not None:
        reply.headers.setdefault("original-request", entry["id"])
        reply.headers["idempotency-key"] = key
    return reply


def _process(engine: SandboxEngine, request: SandboxRequest, entry: Object, key: str | None) -> SandboxReply:
    _check_key(request.headers.get("authorization", ""))
    account = _account(engine, request.headers.get("stripe-account", ""))
    route, names = routes.find_route(request.method, request.path)
    raw = parse_form(request.query if request.method == "GET" else request.body.decode())
    params = route.reader("", raw)
    assert isinstance(params, dict)  # noqa: S101  every route reads an object
    entry |= {"params": raw, "account": account or None}
    fault = faults.trigger_fault(engine.store, request.method, request.path)
    entry["fault"] = fault.get("action")
    request_hash = idempotency.fingerprint(request.method, request.path, raw)
    call = ApiCall(
        engine.store, 0, account, params, names, {"id": entry["id"], "idempotency_key": key}, request.base_url
    )
    with engine.requests_in_flight.acquire(account, key):
        _apply_fault(fault)
        if fault.get("action") == "before":
            return SandboxReply(0, {}, cut=True)
        reply = _run_idempotent(engine, replace(call, at=engine.now()), route, request_hash, fault)
    reply.cut = fault.get("action") == "after"
    return reply


def _apply_fault(fault: Object) -> None:
    if fault.get("action") == "rate_limit":
        raise faults.rate_limit_error()
    if fault.get("action") == "slow":
        time.sleep(float(fault["seconds"]))


def _run_idempotent(
    engine: SandboxEngine, call: ApiCall, route: ApiRoute, request_hash: str, fault: Object
) -> SandboxReply:
    """The effect and the remembered answer in one transaction.

    Either both survive a killed process or neither.
    """
    key = call.request["idempotency_key"]
    with engine.store.transaction():
        stored_answer = idempotency.load_answer(call, key, request_hash) if key is not None else None
        if stored_answer is not None:
            status, body, original = stored_answer
            return SandboxReply(status, body, {"idempotent-replayed": "true", "original-request": original})
        status, body, remembered = _run_with_faults(call, route, fault)
        if key is not None and remembered:
            idempotency.store_answer(call, key, request_hash, status, body)
    return SandboxReply(status, body)


def _run_with_faults(call: ApiCall, route: ApiRoute, fault: Object) -> tuple[int, Object, bool]:
    """Status, answer, and whether a key remembers it."""
    try:
        if fault.get("action") == "error_before":
            raise faults.internal_error()
        status, body = _run_in_transaction(call, route)
    except ApiError as error:
        return error.status, error.body(), error.remembered
    if fault.get("action") == "error":
        broken = faults.internal_error()
        return broken.status, broken.body(), True
    return status, body, True


def _run_in_transaction(call: ApiCall, route: ApiRoute) -> tuple[int, Object]:
    """Run the verb.

    A refusal that is itself a fact (a declined card) keeps what it wrote, any other undoes it.
    """
    with call.store.transaction():
        try:
            return 200, expand_response(call, route.handler(call))
        except ApiError as error:
            if not error.keeps_effect:
                raise
            return error.status, error.body()


def _check_key(authorization: str) -> None:
    scheme, _, key = authorization.partition(" ")
    if scheme != "Bearer" or not key:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization header."
        )
        raise ApiError(message, status=401, remembered=False)
    if not key.startswith(KEY_PREFIX) or key == KEY_PREFIX:
        shown = f"{key[:8]}{'*' * 8}{key[-4:]}"
        raise ApiError(f"Invalid API Key provided: {shown}", status=401, remembered=False)


def _account(engine: SandboxEngine, account_id: str) -> str:
    if not account_id:
        return ""
    account = engine.store.find(account_id)
    if account is None or account["object"] != "account":
        message = (
            f"The provided key does not have access to account '{account_id}' (or that account "
            "does not exist). Application access may have been revoked."
        )
        raise ApiError(message, status=403, code="account_invalid", remembered=False)
    return account_id
