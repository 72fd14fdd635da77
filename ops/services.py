"""The long-running programs as a container starts them, each alone. The command becomes the program.

Configuration comes by environment variables (see `foundation.configuration.settings`), so not much is here.
"""

import os
import sys
from typing import Annotated, NoReturn

import typer

from domain.foundation.configuration.settings import settings

_SECONDS_FOR_OPEN_REQUESTS = (
    "10"  # a stopping server waits this long for streams that never end by themselves
)
# Longer than the proxy keeps an idle connection (deploy/Caddyfile): were it shorter, the proxy could send a
# request on a connection that is just being closed here, and its client would hear 502.
SECONDS_KEPT_ALIVE = 75


def api(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 inside a container.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option(help="API processes; one for each core is a good start.")] = 1,
) -> None:
    """Serve the API with uvicorn. Behind a proxy, name its networks in TRUSTED_PROXIES."""
    settings()  # faulty ones are refused here, once, and not in every process that the server starts
    become(*api_command(host, port, processes)[1:])


def worker() -> None:
    """Run the tasks that follow from what happened (Celery; needs BROKER_URL)."""
    settings()
    become("-m", "workers", "worker")


def relay() -> None:
    """Hand recorded facts to their readers: reads the outbox, wakes the workers."""
    settings()
    become("-m", "workers", "relay")


def clock() -> None:
    """Start what waits for its hour: expiries, sweeps, payouts. One is enough."""
    settings()
    become("-m", "workers", "clock")


def bench(context: typer.Context) -> None:
    """Measure speed and compare with the stored baselines; arguments go to the benchmarks."""
    become("-m", "bench", *context.args)


def api_command(host: str, port: int, processes: int) -> list[str]:
    """The server's command: no Server header, the app logs its own requests, a stop waits only so long."""
    server = ["uvicorn", "api.app:create", "--factory", "--host", host, "--port", str(port)]
    manners = [
        "--http",
        "api.protocol:BoundedHeadProtocol",
        "--ws",
        "none",
        "--no-proxy-headers",  # the API itself decides whose word on the client's address it takes
        "--no-server-header",
        "--no-access-log",
        "--log-level",
        "warning",
        "--timeout-keep-alive",
        str(SECONDS_KEPT_ALIVE),
        "--timeout-graceful-shutdown",
        _SECONDS_FOR_OPEN_REQUESTS,
    ]
    return [sys.executable, "-m", *server, "--workers", str(processes), *manners]


def become(*arguments: str) -> NoReturn:
    """Become another Python program, so that signals reach it and not a bystander."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606  our own programs, without a shell
