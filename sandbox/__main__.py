"""The sandbox as a process.

`python -m sandbox --port 12111 --state PATH [--starts-at INSTANT] [--webhook URL --webhook-secret whsec_…]`.
"""

import argparse
import json
import signal
import sys
import threading
from datetime import datetime
from http.client import HTTPConnection

from sandbox.server import HOST, start

_LOOPBACK = ("127.0.0.1", "localhost")


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; prints one line when ready. Returns the exit status."""
    asked = _parser().parse_args(arguments)
    if asked.host not in _LOOPBACK:
        _say(f"The sandbox listens on this machine only, not on {asked.host}.")
        return 2
    if bool(asked.webhook) != bool(asked.webhook_secret):
        _say(
            "--webhook and --webhook-secret belong together: an endpoint without a secret cannot trust "
            "anyone."
        )
        return 2
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with start(asked.port, asked.state, asked.starts_at) as server:
        port = int(server.base_url.rsplit(":", 1)[1])
        if asked.webhook:
            _register(port, asked.webhook, asked.webhook_secret)
        _say(f"sandbox ready on {server.base_url}")
        stopped.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A payment provider for development."
    )
    parser.add_argument("--port", type=int, default=12111, help="0 takes any free port")
    parser.add_argument("--host", default=HOST, help="loopback only")
    parser.add_argument("--state", default=":memory:", help="a file that survives restarts")
    parser.add_argument(
        "--starts-at",
        metavar="INSTANT",
        type=datetime.fromisoformat,
        help="where the clock starts in a new state, such as 2030-01-31T09:00:00Z; without it, now",
    )
    parser.add_argument("--webhook", metavar="URL", help="an address that hears all events")
    parser.add_argument(
        "--webhook-secret", metavar="whsec_…", help="the secret its deliveries are signed with"
    )
    return parser


def _register(port: int, url: str, secret: str) -> None:
    connection = HTTPConnection(HOST, port, timeout=10)
    connection.request("POST", "/_sandbox/webhook_endpoints", json.dumps({"url": url, "secret": secret}))
    connection.getresponse().read()
    connection.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
