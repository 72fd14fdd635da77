"""The command line of the benchmarks: a command for each page, and requests where none is named."""

from pathlib import Path
from typing import Annotated

import typer

from bench.contributions.command import contributions
from bench.http import page as http_page
from bench.http.plan import FULL, QUICK, Plan
from bench.ratings.command import ratings
from bench.surge.command import surge

app = typer.Typer(
    add_completion=False,
    help="Measure speed, each figure beside a baseline of the same run. Without a page: http.",
)

Quick = Annotated[bool, typer.Option("--quick", help="About a minute in all, with rougher figures.")]
Folder = Annotated[
    Path | None,
    typer.Argument(help="Where results go as JSON and CSV; nowhere if left out.", file_okay=False),
]


@app.callback(invoke_without_command=True)
def everything(context: typer.Context, *, quick: Quick = False) -> None:
    """Run the page of requests, unless one is named."""
    if context.invoked_subcommand is None:
        http_page.run(QUICK if quick else FULL, None)


@app.command()
def http(
    folder: Folder = None,
    *,
    quick: Quick = False,
    offers: Annotated[int, typer.Option(min=100, help="How many offers the market has.")] = 10_000,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds, of which the median counts.")] = None,
    requests: Annotated[int | None, typer.Option(min=4, help="Requests of each kind in a round.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes of each server.")] = 2,
    clients: Annotated[int, typer.Option(min=1, help="Requests under way at once.")] = 8,
) -> None:
    """Search, slots of a month, quote and book: what a request costs beside the same SQL without us.

    Three things take turns in each round, with as many server processes and clients each: our route, the very
    statements our route sends played back by the bare driver behind a minimal server, and an empty route of
    ours. CPU is that of the server's processes and of its database connections.
    """
    standard = QUICK if quick else FULL
    plan = Plan(
        offers=offers,
        rounds=rounds or standard.rounds,
        requests=requests or standard.requests,
        seconds_at_half=standard.seconds_at_half,
        processes=processes,
        clients=clients,
    )
    http_page.run(plan, folder)


app.command()(surge)
app.command()(ratings)
app.command()(contributions)
