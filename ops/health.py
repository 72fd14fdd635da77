"""`talkoo health`: what a container's health check asks."""

from typing import Annotated, Literal

import httpx
import typer

from domain.foundation.configuration.settings import settings
from workers import health as workers_health

LIVE = "/health/live"
READY = "/health/ready"


def health(
    part: Annotated[
        Literal["api", "worker", "relay", "clock", "all"], typer.Argument(help="What runs on this machine.")
    ] = "api",
    port: Annotated[int, typer.Option(envvar="PORT", help="The port the API listens on.")] = 8000,
) -> None:
    """Exit 0 if the API of this machine is alive, or all loops of a worker, relay or clock work; else 1.

    The loops write heartbeats into HEARTBEAT_FOLDER. One that is missing, old, or has told of failures for a
    minute is named.
    """
    raise typer.Exit(_api(port) if part == "api" else _loops(part))


def _api(port: int) -> int:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}{LIVE}", timeout=4, trust_env=False)
    except httpx.TransportError as failure:
        typer.echo(f"No answer: {failure}")
        return 1
    typer.echo(f"{answer.status_code} {answer.reason_phrase}")
    return 0 if answer.is_success else 1


def _loops(part: str) -> int:
    found = workers_health.problems(part, settings())
    typer.echo("\n".join(found) or "All loops work.")
    return 1 if found else 0
