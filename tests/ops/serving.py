"""The API on a port of this machine, in a thread of the test process, on its database and sandbox."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create
from api.protocol import BoundedHeadProtocol
from tests.together import PATIENCE, eventually


@contextmanager
def served() -> Iterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            create(),
            http=BoundedHeadProtocol,
            log_level="warning",
            access_log=False,
            ws="none",
            proxy_headers=False,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        assert eventually(lambda: server.started or not thread.is_alive()), "the API was not ready in time"
        assert server.started, "the API ended before it was ready"
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(PATIENCE)
