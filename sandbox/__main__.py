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

from sandbox.server import HOST, start_server

_LOOPBACK = ("127.0.0.1", "localhost")


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; prints one line when ready. Returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.host not in _LOOPBACK:
        _print_line(f"The sandbox listens on this machine only, not on {options.host}.")
        return 2
    if bool(options.webhook) != bool(options.webhook_secret):
        _print_line(
            "--webhook and --webhook-secret belong together: an endpoint without a secret cannot trust "
            "anyone."
        )
        return 2
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with start_server(options.port, options.state, options.starts_at) as server:
        port = int(server.base_url.rsplit(":", 1)[1])
        if options.webhook:
            _register(port, options.webhook, options.webhook_secret)
        _print_line(f"sandbox ready on {server.base_url}")
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


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
