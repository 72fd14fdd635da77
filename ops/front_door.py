"""The API as its clients meet it: people who sign in, and requests that are sent again until answered.

What is refused is an answer. What is not answered (no connection, 503, too many requests, the same request
still at work) is asked again under the same idempotency key, which is what such keys are for.
"""

import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import Any, Self

import httpx

from ops.failures import MendableError

_SECONDS_TO_ANSWER = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between two tries
_BUSY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS})
_EARLY = timedelta(minutes=2)  # before a token is over, it is renewed

Body = Mapping[str, Any]


class NotAnsweredError(MendableError):
    """The API did not answer for so long that somebody should look."""


class Refused(Exception):  # noqa: N818  not an error of ours: the market said no
    """A problem the API answered with."""

    def __init__(self, status: int, problem: Body) -> None:
        super().__init__(f"{status} {problem.get('title')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem

    @property
    def slug(self) -> str:
        """The problem's type without its place: `slot-taken`."""
        return str(self.problem.get("type", f"status-{self.status}")).rpartition("/")[2]


@dataclass
class Person:
    """Somebody with an account, and the tokens of their session."""

    email: str
    password: str = field(repr=False)
    tokens: dict[str, Any] = field(default_factory=dict, repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)


class FrontDoor:
    """A client of the API for many people at once; safe to use from several threads.

    `now` is the market's time, by which tokens are over; `patience` how many seconds an answer may take.
    """

    def __init__(self, base_url: str, *, now: Callable[[], datetime], patience: float = 120.0) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=_SECONDS_TO_ANSWER, trust_env=False)
        self._now = now
        self._patience = patience
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.asked_again = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def sign_up(self, person: Person, name: str, *, locale: str = "en") -> None:
        """Open an account; does nothing where there is one."""
        body = {"email": person.email, "password": person.password, "name": name, "locale": locale}
        self._send("POST /users", "POST", "/users", {}, body)

    def get(self, path: str, *, by: Person | None = None, route: str = "", **query: object) -> Any:  # noqa: ANN401 -- JSON
        """Read something."""
        return self._as(by, route or f"GET {path}", "GET", path, None, None, query)

    def post(self, path: str, body: Body, *, by: Person, key: str | None = None, route: str = "") -> Any:  # noqa: ANN401 -- JSON
        """Do something, once for each key."""
        return self._as(by, route or f"POST {path}", "POST", path, body, key or secrets.token_hex(16), {})

    def put(self, path: str, body: Body, *, by: Person) -> Any:  # noqa: ANN401 -- JSON
        """Replace something."""
        return self._as(by, f"PUT {path}", "PUT", path, body, secrets.token_hex(16), {})

    def _as(
        self,
        person: Person | None,
        route: str,
        method: str,
        path: str,
        body: Body | None,
        key: str | None,
        query: Mapping[str, object],
    ) -> Any:  # noqa: ANN401 -- JSON
        headers = {} if key is None else {"idempotency-key": key}
        if person is None:
            return self._send(route, method, path, headers, body, query)
        token = self._token(person)
        try:
            return self._send(
                route, method, path, {**headers, "authorization": f"Bearer {token}"}, body, query
            )
        except Refused as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED:
                raise
        token = self._token(person, worthless=token)
        return self._send(route, method, path, {**headers, "authorization": f"Bearer {token}"}, body, query)

    def _token(self, person: Person, worthless: str = "") -> str:
        with person.lock:
            tokens = person.tokens
            if tokens and tokens["access_token"] == worthless:
                tokens = {}
            if tokens and datetime.fromisoformat(tokens["expires_at"]) - _EARLY <= self._now():
                tokens = self._renewed(tokens)
            if not tokens:
                body = {"email": person.email, "password": person.password, "label": "talkoo"}
                tokens = self._send("POST /sessions", "POST", "/sessions", {}, body)
            person.tokens = tokens
            return str(tokens["access_token"])

    def _renewed(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """New tokens for old ones; none where the session is over."""
        headers = {"idempotency-key": secrets.token_hex(16)}
        body = {"refresh_token": tokens["refresh_token"]}
        try:
            renewed: dict[str, Any] = self._send(
                "POST /session-renewals", "POST", "/session-renewals", headers, body
            )
        except Refused:
            return {}
        return renewed

    def _send(
        self,
        route: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Body | None,
        query: Mapping[str, object] | None = None,
    ) -> Any:  # noqa: ANN401 -- JSON
        until, pause = time.monotonic() + self._patience, _FIRST_PAUSE
        while True:
            began = time.perf_counter()
            try:
                answer = self._http.request(method, path, headers=headers, json=body, params=_told(query))
            except httpx.TransportError as failure:
                why = f"{type(failure).__name__}: {failure}"
            else:
                if not _to_be_asked_again(answer):
                    self.seconds[route].append(time.perf_counter() - began)
                    return _read(answer)
                why = f"{answer.status_code} {answer.text[:300]}"
            if time.monotonic() > until:
                raise NotAnsweredError(f"{method} {path} got no answer for {self._patience:.0f} s: {why}")
            self.asked_again += 1
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _told(query: Mapping[str, object] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (query or {}).items() if value is not None}


def _to_be_asked_again(answer: httpx.Response) -> bool:
    if answer.status_code == HTTPStatus.CONFLICT:
        return "request-in-flight" in answer.text
    return answer.status_code in _BUSY


def _read(answer: httpx.Response) -> Any:  # noqa: ANN401 -- JSON
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        problem = answer.json()
    except ValueError:
        problem = {"detail": answer.text[:300]}
    raise Refused(answer.status_code, problem)
