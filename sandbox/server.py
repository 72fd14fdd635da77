"""The sandbox on a port of this machine, in a thread: for tests and for the embedded stack."""

import asyncio
import socket
import threading
import time
from datetime import datetime
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from sandbox.app import create_app

HOST = "127.0.0.1"
"""The only interface: test keys and control switches must not be within a neighbour's reach."""

_TIMEOUT_SECONDS = 10.0
_POLL_SECONDS = 0.01


class SandboxServer:
    """A running sandbox; leaving its context stops it."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._socket = _listen(port)
        self._port = int(self._socket.getsockname()[1])
        self._uvicorn = uvicorn.Server(uvicorn_config(app))
        self._thread = threading.Thread(target=self._serve, name="sandbox-server", daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{HOST}:{self._port}"

    def run(self) -> None:
        """Start, and return once it answers."""
        self._thread.start()
        end = time.monotonic() + _TIMEOUT_SECONDS
        while not self._uvicorn.started:
            if time.monotonic() > end or not self._thread.is_alive():
                raise RuntimeError("The sandbox did not start.")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Answer what is being asked, deliver what is being delivered, and close."""
        self._uvicorn.should_exit = True
        self._thread.join(_TIMEOUT_SECONDS)
        self._socket.close()

    def _serve(self) -> None:
        self._uvicorn.run(sockets=[self._socket])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_server(port: int = 0, state: str = ":memory:", starts_at: datetime | None = None) -> SandboxServer:
    """Start a sandbox on this port of the loopback interface (0: any free one); it answers when this returns.

    Its clock starts at `starts_at`, or at the machine's time.
    """
    server = SandboxServer(
        create_app(state, starts_at=None if starts_at is None else int(starts_at.timestamp())), port
    )
    server.run()
    return server


def _listen(port: int) -> socket.socket:
    """A listening socket that says it is TCP.

    asyncio switches Nagle's delay off only for sockets that name their protocol, which `socket.create_server`
    does not do: a read on a kept connection took 48 milliseconds instead of 3, a payment 51 instead of 19.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, port))
    listening.listen()
    return listening


def uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    """How uvicorn runs it: plain, quiet, and able to hang up."""
    return uvicorn.Config(
        app, host=HOST, http=_Protocol, ws="none", loop="asyncio", lifespan="on", log_level="warning",
        access_log=False, timeout_graceful_shutdown=2,
    )  # fmt: skip


class _Protocol(H11Protocol):
    """Offers the application to hang up: ASGI itself knows no way to close a connection without an answer."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        inner = self.app

        async def outer(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})["sandbox.hang_up"] = self.transport.abort
            await inner(scope, receive, send)

        self.app = outer
