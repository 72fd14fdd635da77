"""`talkoo health`: what a container's health check asks."""

from typing import Annotated

import httpx
import typer

LIVE = "/health/live"
READY = "/health/ready"


def health(
    port: Annotated[int, typer.Option(envvar="PORT", help="The port the API listens on.")] = 8000,
) -> None:
    """Exit 0 if the API of this machine answers that it is alive, else 1."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}{LIVE}", timeout=4, trust_env=False)
    except httpx.TransportError as failure:
        typer.echo(f"No answer: {failure}")
        raise typer.Exit(1) from failure
    typer.echo(f"{answer.status_code} {answer.reason_phrase}")
    raise typer.Exit(0 if answer.is_success else 1)
