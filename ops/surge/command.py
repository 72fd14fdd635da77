"""`talkoo surge`: see what demand makes of prices, count them now, and count them again."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""
See what demand makes of a market's prices.

`plot` draws the coming days and the map; `tick` counts the prices now instead of in a few minutes;
`recount` proves that published prices follow from what is stored, to the bit.

**To switch surge on,** publish a policy whose `surge` names categories: docs/pricing.md shows how.
""",
)

Market = Annotated[str, typer.Option(help="The market's slug.")]


@app.command()
def plot(
    out: Annotated[Path, typer.Argument(help="Where to write it: .png, .svg or .pdf.", metavar="OUT.png")],
    category: Annotated[str, typer.Option(help="The category's slug.")],
    market: Market = "kallio",
    days: Annotated[int, typer.Option(help="How far ahead.", min=1, max=31)] = 7,
    near: Annotated[
        str | None,
        typer.Option(
            help="Latitude,longitude: whose live price opens the curve; the dearest place if left out."
        ),
    ] = None,
) -> None:
    """Draw the prices of a category: the coming days hour by hour, and the map as hexagons.

    The database is DATABASE_URL, or the embedded one in `.talkoo`.

    `talkoo surge plot --market kallio --category hourly-service prices.png`
    """
    from ops.surge.run import plot_prices  # noqa: PLC0415  only this command needs the drawing library

    plot_prices(market, category, out, days=days, near=near)


@app.command()
def tick(market: Annotated[str, typer.Argument(help="The market's slug.")] = "kallio") -> None:
    """Count and publish a market's prices now, if its next tick is due.

    The clock of `talkoo up` does this every few minutes; two ticks at once make one snapshot.
    """
    from ops.surge.run import tick_now  # noqa: PLC0415  only this command needs the domain

    tick_now(market)


@app.command()
def recount(
    market: Annotated[str, typer.Argument(help="The market's slug.")] = "kallio",
    last: Annotated[int, typer.Option(help="How many of the newest snapshots.", min=1, max=100)] = 12,
) -> None:
    """Count published prices again from what their snapshots store, and say what came out differently.

    Nothing ever should. It ends with an error if something did.
    """
    from ops.surge.run import recount_last  # noqa: PLC0415  only this command needs the domain

    if not recount_last(market, last):
        raise typer.Exit(1)
