"""What every request passes on its way in and out: an id, a line in the log, and headers for browsers.

Plain ASGI, because each layer of Starlette's `BaseHTTPMiddleware` costs a task and a queue per request.
"""

import re
import time
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.foundation import ids
from domain.foundation.logging import get_logger
from domain.foundation.text.card_numbers import is_card_like

_SANE = re.compile(rb"[A-Za-z0-9_.:-]{8,100}")
_QUIET = frozenset({"/health/live", "/health/ready"})
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Reception:
    """Gives each request an id (the caller's own, if it is sane), and tells the log how it went."""

    def __init__(self, app: ASGIApp, largest_body: int) -> None:
        self.app, self.largest_body = app, largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, answered = time.perf_counter(), {"status": 0}

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered["status"] = message["status"]
                message["headers"] = _with_ours(message["headers"], request_id)
            await send(message)

        try:
            await self.app(scope, self._bounded(scope, receive), send_on)
        finally:
            if scope["path"] not in _QUIET:
                _tell(scope, answered["status"], time.perf_counter() - started)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """What arrives, up to the largest body; more is refused in the form of every other refusal."""
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        arrived = int(announced) if announced.isdigit() and int(announced) > self.largest_body else 0

        async def receive_some() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self.largest_body:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        return receive_some


def _tell(scope: Scope, status: int, seconds: float) -> None:
    # The path's template, not the path: ids are fine in a log, but what people search for is theirs.
    route = scope.get("route")
    get_logger("api").info(
        "request",
        method=scope["method"],
        route=getattr(route, "path", "none"),
        status=status,
        milliseconds=round(seconds * 1_000, 1),
    )


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    if _SANE.fullmatch(given) and not is_card_like(known := given.decode("ascii")):
        return known
    return ids.encode("req", ids.new())


def _with_ours(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    extra = [(name, value) for name, value in _ALWAYS if name not in present]
    return [*headers, *extra, (b"x-request-id", request_id.encode())]
