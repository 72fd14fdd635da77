"""Where the whole API is tried: the app in this process, the stage behind it, and everybody at the door."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from hmac import new as hmac
from typing import Any
from urllib.parse import unquote

from anyio import sleep_forever
from httpx2 import Request, Response
from limits import parse
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api import openapi
from api.app import create, routers
from api.house import House
from api.issuers import issuers
from api.rate_limits import RateLimits
from api.transaction import Door
from domain import identity
from domain.foundation import clock, ids
from domain.foundation.configuration.settings import settings
from domain.foundation.persistence.database import Transactions
from tests import market_calendar
from tests.api.calls import Call
from tests.api.little_issuer import served
from tests.domain.identity.fake_issuer import FakeIssuer
from tests.photograph import Photograph, changed
from tests.stage import CrashingGateway, Stage, build

WEBHOOK_SECRET = "whsec_tests"
WEBHOOK = json.dumps({"id": "evt_stage", "object": "event", "type": "payment_intent.succeeded", "data": {}})
BACK = "https://app.example.org/signed-in"
UNREACHED = parse("1000000/minute")
FRESH = "a fresh key"

# Every route by its operation id.
DOORS: dict[str, Door] = {door.endpoint.__name__: door for router in routers() for door in router.doors}
UNSAFE = sorted(name for name, door in DOORS.items() if not door.is_safe)


class Theatre:
    """The app and the stage. `restore` before each test; `send` plays a row of the table of calls."""

    def __init__(self, app: TestClient, engine: Engine, issuer: FakeIssuer) -> None:
        self.app, self.engine, self.issuer = app, engine, issuer
        self.transactions = Transactions(engine)
        self.photograph = self._photographed()
        self.is_touched = True

    @property
    def stage(self) -> Stage:
        """What was built."""
        return self.photograph.stage

    @property
    def till(self) -> CrashingGateway:
        """The payment provider."""
        return self.stage.till

    def restore(self) -> None:
        """Begin in the market as it was built, at the instant at which it was built."""
        market_calendar.show(self.stage.at)
        if self.is_touched:
            self.photograph.restore()
            self.is_touched = False
        self.house(gateway=self.stage.till)
        self.issuer.now, self.issuer.codes = clock.now(), dict(self._codes)
        self.stage.names |= self._brought | _signed(WEBHOOK)

    def later(self, span: timedelta) -> None:
        """Time passes, for the app and for this process, until the next test."""
        market_calendar.show(clock.now() + span)

    def rows(self) -> dict[str, tuple[int, int]]:
        """What is in the tables, to compare."""
        return self.photograph.rows()

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """What is done inside changes no row."""
        before, was_touched = self.rows(), self.is_touched
        yield
        assert changed(before, self.rows()) == {}
        self.is_touched = was_touched

    def clear(self) -> None:
        """No market, as other tests expect it."""
        self.photograph.clear()
        self.is_touched = True

    def send(
        self,
        call: Call,
        who: str = "",
        *,
        key: str | None = FRESH,
        body: Any = ...,
        headers: Mapping[Any, Any] | None = None,
        more: Sequence[tuple[bytes, bytes]] = (),
        path: str = "",
        peer: str = "testclient",
    ) -> Response:
        """One request of `call`, by whom it is meant for or by `who`; a fresh key unless one is given.

        `more` are further header lines, `peer` is the address of the other end of the connection.
        """
        told = {"content-type": "application/json", **self.stage.filled(call.headers)}
        if key is not None:
            told["idempotency-key"] = str(ids.new()) if key is FRESH else key
        if (who or call.by) != "nobody":
            told["authorization"] = f"Bearer {self.stage.tokens[who or call.by]}"
        content = self.content(call) if body is ... else body
        request = Request(
            call.method,
            HERE + (path or self.stage.filled(call.path)),
            headers=[*(raw(told) | raw(headers or {})).items(), *more],
            content=content,
        )
        return self.ask(request, peer=peer)

    @property
    def limits(self) -> RateLimits:
        """The rate limits of the app."""
        house: House = self.app.app.state.house  # type: ignore[attr-defined]  # the app is a FastAPI
        return house.limits

    def ask(self, request: Request, *, peer: str = "testclient") -> Response:
        """The app's answer, in one hop to its thread where Starlette's test client takes eight."""
        self.is_touched |= request.method != "GET"
        path, _, query = request.url.raw_path.partition(b"?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": (peer, 50_000),
            "server": ("talkoo.test", 80),
        }
        assert self.app.portal is not None
        start, body = self.app.portal.call(_answered, self.app.app, scope, request.read())
        answer = Response(start["status"], headers=start["headers"], content=body, request=request)
        answer.elapsed = timedelta(0)
        return answer

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return openapi.document(self.app.app)  # type: ignore[arg-type]  # the app is a FastAPI

    def content(self, call: Call) -> bytes | None:
        """The bytes of the call's body."""
        if call.raw:
            return self.stage.names[call.raw].encode()
        return None if call.body is None else json.dumps(self.stage.filled(call.body)).encode()

    def house(self, **more: Any) -> None:
        """The app's own house with something of ours in it, and limits that such a crowd does not reach."""
        state = self.app.app.state  # type: ignore[attr-defined]  # the app is a FastAPI
        limits = replace(
            state.house.limits, everything=UNREACHED, doors=UNREACHED, account=(UNREACHED,), proxies=()
        )
        state.house = replace(state.house, **({"limits": limits} | more))

    def _photographed(self) -> Photograph:
        built = build(self.transactions, market_calendar.START)
        departure = identity.begin_oidc(
            self.transactions,
            self.issuer,
            clients=(self.issuer.client,),
            issuer=self.issuer.issuer,
            redirect_uri=BACK,
            at=built.at,
        )
        brought = self.issuer.authorize(departure.authorization_url, email="nea@example.org", sub="nea")
        self._codes = dict(self.issuer.codes)
        self._brought = {
            "issuer": self.issuer.issuer,
            "oidc_state": brought["state"],
            "oidc_code": brought["code"],
            "oidc_secret": departure.secret,
        }
        return Photograph(self.engine, built)


@contextmanager
def opened(engine: Engine) -> Iterator[Theatre]:
    """The theatre, with an issuer that the app trusts and a till instead of the payment provider."""
    issuer = FakeIssuer(now=clock.now())
    inside = TestClient(create(gateway=CrashingGateway(clock.now())), HERE)
    with served(issuer), trusted(issuer), inside as app:
        yield Theatre(app, engine, issuer)


@contextmanager
def trusted(issuer: FakeIssuer) -> Iterator[None]:
    """Settings that name this issuer."""
    known = {"issuer": issuer.issuer, "client_id": issuer.client_id, "name": "Neighbours"}
    os.environ["OIDC_ISSUERS"] = json.dumps([known])
    settings.cache_clear()
    issuers.cache_clear()
    yield
    os.environ.pop("OIDC_ISSUERS", None)
    settings.cache_clear()
    issuers.cache_clear()


HERE = "http://talkoo.test"


async def _answered(app: Any, scope: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """One request by the ASGI protocol: how the answer starts, and its body."""
    arriving = [{"type": "http.request", "body": body, "more_body": False}]
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not arriving:
            await sleep_forever()  # whoever asks waits for the answer and does not hang up
        return arriving.pop()

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    return told[0], b"".join(message.get("body", b"") for message in told[1:])


def raw(headers: Mapping[Any, Any]) -> dict[bytes, bytes]:
    """Headers as bytes, since some of them are no text that a client would send."""
    return {
        name if isinstance(name, bytes) else name.encode(): value
        if isinstance(value, bytes)
        else value.encode("latin-1")
        for name, value in headers.items()
    }


def _signed(payload: str) -> dict[str, str]:
    """The payload of a webhook with the signature that the payment provider would send now."""
    told = int(market_calendar.machine_time().timestamp())
    signature = hmac(WEBHOOK_SECRET.encode(), f"{told}.{payload}".encode(), sha256).hexdigest()
    return {"webhook": payload, "webhook_signature": f"t={told},v1={signature}"}
