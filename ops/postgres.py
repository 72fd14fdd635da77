"""`talkoo postgres`: the embedded server without the rest, and a prompt into it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ops import embedded_postgres, postgres_programs, workplace

app = typer.Typer(no_args_is_help=True, help="The embedded PostgreSQL for development: start, stop, psql.")
Folder = Annotated[
    Path | None,
    typer.Option(help="The server's folder.", show_default="postgres in .talkoo or TALKOO_HOME"),
]


@app.command()
def start(folder: Folder = None) -> None:
    """Start the server, or find it running. It stays until `talkoo postgres stop`."""
    address = embedded_postgres.start(folder or embedded_postgres.default_folder())
    typer.echo(f"DATABASE_URL='{address.url}'")


@app.command()
def stop(folder: Folder = None) -> None:
    """Stop the server cleanly. The data stay."""
    if folder is None:
        with workplace.only_one():
            embedded_postgres.stop(embedded_postgres.default_folder())
    else:
        embedded_postgres.stop(folder)
    typer.echo("Stopped.")


@app.command(context_settings={"ignore_unknown_options": True})
def psql(
    arguments: Annotated[list[str] | None, typer.Argument(help="For psql, such as -c 'SELECT 1'.")] = None,
) -> None:
    """Open a prompt in the running server's database."""
    address = embedded_postgres.running(embedded_postgres.default_folder())
    if address is None:
        raise embedded_postgres.EmbeddedPostgresError(
            "No server runs here; `talkoo up` or `talkoo postgres start`."
        )
    program = postgres_programs.program("psql")
    os.execv(program, [program, address.plain_url, *(arguments or [])])  # noqa: S606  become psql, without a shell
