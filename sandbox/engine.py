"""The provider itself.

Its memory, its clock, its courier, and how one request is answered from start to end.
"""

import time
from collections import deque
from dataclasses import dataclass, field, replace

from sandbox import clock, faults, idempotency, ids, routes, timers
from sandbox.courier import Courier
from sandbox.desk import Call, Route
from sandbox.errors import ApiError
from sandbox.expansion import expand
from sandbox.store import Store
from sandbox.wire import API_VERSION, Object, parse_form

KEY_PREFIX = "sk_sandbox_"
_REMEMBERED_REQUESTS = 5_000


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire; header names are in lower case."""

    method: str
    path: str
    query: str
    body: bytes
    headers: dict[str, str]
    base_url: str


@dataclass(slots=True)
class Reply:
    """What goes back; `cut` means the connection is closed and nothing goes back at all."""

    status: int
    body: Object
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


class Engine:
    """One sandbox: everything that lives as long as it does."""

    def __init__(self, state: str, source: clock.Source, starts_at: int | None = None) -> None:
        self.store = Store(state)
        self.source = source
        self.starts_at = starts_at
        clock.begin(self.store, source, starts_at)
        self.flights = idempotency.Flights()
        self.courier = Courier(self.store, self.now)
        self.log: deque[Object] = deque(maxlen=_REMEMBERED_REQUESTS)

    def now(self) -> int:
        """The sandbox's time in seconds."""
        return clock.now(self.store, self.source)

    def reset(self, *, frozen: bool) -> None:
        """Delete everything and set the clock back to its start, where it goes on or stands still."""
        self.store.reset()
        clock.begin(self.store, self.source, self.starts_at, frozen=frozen)

    def pass_time(self) -> None:
        """Let everything happen that was due, and be told."""
        if timers.run(self.store, self.now()):
            self.courier.nudge()


def answer(engine: Engine, request: Request) -> Reply:
    """Answer one request of Stripe's API, and remember in the log that it was made."""
    engine.pass_time()
    key = request.headers.get("idempotency-key") if request.method != "GET" else None
    entry: Object = {"id": ids.new("req"), "at": engine.now(), "method": request.method, "path": request.path,
                     "params": None, "idempotency_key": key, "fault": None, "account": None}  # fmt: skip
    try:
        reply = _admitted(engine, request, entry, key)
    except ApiError as error:
        reply = Reply(error.status, error.body())
    entry |= {"status": reply.status, "cut": reply.cut, "response": reply.body,
              "replayed": "idempotent-replayed" in reply.headers}  # fmt: skip
    engine.log.append(entry)
    engine.courier.nudge()
    reply.headers |= {"request-id": entry["id"],
                      "stripe-version": request.headers.get("stripe-version", API_VERSION)}  # fmt: skip
    if key is not None:
        reply.headers.setdefault("original-request", entry["id"])
        reply.headers["idempotency-key"] = key
    return reply


def _admitted(engine: Engine, request: Request, entry: Object, key: str | None) -> Reply:
    _check_key(request.headers.get("authorization", ""))
    account = _account(engine, request.headers.get("stripe-account", ""))
    route, names = routes.find(request.method, request.path)
    raw = parse_form(request.query if request.method == "GET" else request.body.decode())
    params = route.reader("", raw)
    assert isinstance(params, dict)  # noqa: S101  every route reads an object
    entry |= {"params": raw, "account": account or None}
    fault = faults.strike(engine.store, request.method, request.path)
    entry["fault"] = fault.get("action")
    print_ = idempotency.fingerprint(request.method, request.path, raw)
    call = Call(
        engine.store, 0, account, params, names, {"id": entry["id"], "idempotency_key": key}, request.base_url
    )
    with engine.flights.board(account, key):
        _hinder(fault)
        if fault.get("action") == "before":
            return Reply(0, {}, cut=True)
        reply = _once(engine, replace(call, at=engine.now()), route, print_, fault)
    reply.cut = fault.get("action") == "after"
    return reply


def _hinder(fault: Object) -> None:
    if fault.get("action") == "rate_limit":
        raise faults.rate_limited()
    if fault.get("action") == "slow":
        time.sleep(float(fault["seconds"]))


def _once(engine: Engine, call: Call, route: Route, print_: str, fault: Object) -> Reply:
    """The effect and the remembered answer in one transaction.

    Either both survive a killed process or neither.
    """
    key = call.request["idempotency_key"]
    with engine.store.transaction():
        known = idempotency.recall(call, key, print_) if key is not None else None
        if known is not None:
            status, body, original = known
            return Reply(status, body, {"idempotent-replayed": "true", "original-request": original})
        status, body, remembered = _run(call, route, fault)
        if key is not None and remembered:
            idempotency.remember(call, key, print_, status, body)
    return Reply(status, body)


def _run(call: Call, route: Route, fault: Object) -> tuple[int, Object, bool]:
    """Status, answer, and whether a key remembers it."""
    try:
        if fault.get("action") == "error_before":
            raise faults.broken()
        status, body = _with_effect(call, route)
    except ApiError as error:
        return error.status, error.body(), error.remembered
    if fault.get("action") == "error":
        broken = faults.broken()
        return broken.status, broken.body(), True
    return status, body, True


def _with_effect(call: Call, route: Route) -> tuple[int, Object]:
    """Run the verb.

    A refusal that is itself a fact (a declined card) keeps what it wrote, any other undoes it.
    """
    with call.store.transaction():
        try:
            return 200, expand(call, route.handler(call))
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


def _account(engine: Engine, wanted: str) -> str:
    if not wanted:
        return ""
    found = engine.store.find(wanted)
    if found is None or found["object"] != "account":
        message = (
            f"The provided key does not have access to account '{wanted}' (or that account does not exist). "
            "Application access may have been revoked."
        )
        raise ApiError(message, status=403, code="account_invalid", remembered=False)
    return wanted
