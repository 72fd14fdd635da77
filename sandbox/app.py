"""The sandbox as an ASGI application: bytes in, bytes out, or a connection that is cut."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import admin_api, engine
from sandbox.clock import Source, machine_time
from sandbox.engine import SandboxEngine, SandboxReply, SandboxRequest
from sandbox.protocol.errors import ApiError
from sandbox.protocol.wire import dump_json

LOOPBACK = ("127.0.0.1", "::1", "testclient")
"""Who may speak to us. Test clients that call the application in-process name themselves so."""


def create_app(
    state: str = ":memory:", *, clock: Source | None = None, starts_at: int | None = None
) -> ASGIApp:
    """A sandbox with its state in a file (or in memory).

    `clock` replaces the machine's time, in whole seconds. `starts_at` is the second at which the sandbox's
    own clock starts where the state holds none yet.

    Its courier walks while the ASGI lifespan lasts; without one, `POST /_sandbox/webhooks/deliver` delivers
    by hand.
    """
    sandbox = SandboxEngine(state, clock or machine_time, starts_at)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _run_lifespan(sandbox, receive, send)
        elif scope["type"] == "http":
            await _respond(sandbox, scope, receive, send)

    return application


async def _run_lifespan(sandbox: SandboxEngine, receive: Receive, send: Send) -> None:
    await receive()
    sandbox.webhook_sender.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await run_in_threadpool(sandbox.webhook_sender.stop)
    sandbox.store.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _respond(sandbox: SandboxEngine, scope: Scope, receive: Receive, send: Send) -> None:
    http = HttpRequest(scope, receive)
    request = SandboxRequest(
        http.method, http.url.path, http.url.query, await http.body(), dict(http.headers),
        str(http.base_url).rstrip("/"),
    )  # fmt: skip
    if http.client is not None and http.client.host not in LOOPBACK:
        error = ApiError("The sandbox answers on this machine only.", status=403)
        reply = SandboxReply(error.status, error.body())
    else:
        reply = await run_in_threadpool(_reply, sandbox, request)
    if reply.cut:
        _close_connection(scope)
        return
    await _send(reply, send)


def _reply(sandbox: SandboxEngine, request: SandboxRequest) -> SandboxReply:
    if request.path.startswith("/_sandbox/"):
        return admin_api.handle_request(sandbox, request)
    return engine.handle_request(sandbox, request)


def _close_connection(scope: Scope) -> None:
    """Hang up without a word.

    Our server offers this; under another one, the failing application does the same.
    """
    hang_up: Callable[[], None] | None = scope.get("extensions", {}).get("sandbox.hang_up")
    if hang_up is None:
        raise ConnectionAbortedError("A fault switch cut the connection.")
    hang_up()


async def _send(reply: SandboxReply, send: Send) -> None:
    body = dump_json(reply.body).encode()
    headers_to_send = {"content-type": "application/json", "content-length": str(len(body)), **reply.headers}
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers_to_send.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
