"""The API on a port of this machine, in a thread of the test process, on its database and sandbox."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create

_PATIENCE = 20.0


@contextmanager
def served() -> Iterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(create(), log_level="warning", access_log=False, ws="none"))
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        until = time.monotonic() + _PATIENCE
        while not server.started:
            assert thread.is_alive(), "the API ended before it was ready"
            assert time.monotonic() < until, "the API was not ready in time"
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(_PATIENCE)
