"""`talkoo replay`: real demand through the front door of a private market, to the last booking's end."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def replay(
    file: Annotated[Path, typer.Argument(help="The demand, a CSV file, plain or gzipped.", metavar="DEMAND")],
    requests: Annotated[int, typer.Option(help="How many requests to send.", min=1)] = 2_000,
    since: Annotated[
        datetime | None,
        typer.Option("--from", help="Leave out what is before this date.", formats=["%Y-%m-%d"]),
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws drivers, distances and lengths.")] = 1,
    drivers: Annotated[int, typer.Option(help="Drivers in the market.", min=1)] = 150,
    customers: Annotated[int, typer.Option(help="People who take turns in asking.", min=1)] = 60,
    processes: Annotated[int, typer.Option(help="API processes.", min=1)] = 2,
    name: Annotated[
        str | None, typer.Option(help="Of the replay's folder; made from the rest if left out.")
    ] = None,
) -> None:
    """Replay real demand: customers who search, quote, book and pay over HTTP, and workers who do the rest.

    The file has the columns picked_up_at (local time), latitude and longitude. Its first day becomes the
    coming day of the same weekday in a private market, with a database, a payment sandbox, an API and workers
    of its own, whose clock is walked along. Each request looks for a free driver nearby, and tries three at
    most; in the end every booking has reached its end, and the books are compared with the sandbox's to the
    cent. The table tells what became of every request, and report.json beside it.

    **Kill it whenever you like**, all of it or single processes, and run the same command again: it goes on
    where it was, and nothing happens twice. Everything is kept in `.talkoo/replays` (or TALKOO_HOME).
    """
    from ops.replay.run import run  # noqa: PLC0415  only this command needs the whole market around it

    wanted = {
        "file": file.name,
        "requests": requests,
        "from": None if since is None else since.date().isoformat(),
        "seed": seed,
        "drivers": drivers,
        "customers": customers,
    }
    run(file, wanted, processes=processes, name=name)
