"""`talkoo import`: a file of real listings becomes offers of a market."""

from pathlib import Path
from typing import Annotated

import typer

_STOPPED = 130  # what a shell says of a program that Ctrl-C ended


def import_listings(
    file: Annotated[
        Path, typer.Argument(help="The listings, a CSV file, plain or gzipped.", metavar="LISTINGS")
    ],
    market: Annotated[
        str, typer.Option(help="The market's slug; it is opened if there is none.")
    ] = "singapore",
    until: Annotated[int | None, typer.Option(help="Stop after this line of the file.", min=2)] = None,
    name: Annotated[str, typer.Option(help="Of a market that is opened.")] = "Singapore",
    currency: Annotated[str, typer.Option(help="In which the file tells prices.")] = "SGD",
    time_zone: Annotated[str, typer.Option(help="Of a market that is opened.")] = "Asia/Singapore",
    locale: Annotated[str, typer.Option(help="Of a market that is opened.")] = "en-SG",
    country: Annotated[str, typer.Option(help="Of a market that is opened.")] = "SG",
) -> None:
    """Plant a file of real listings as providers and published offers of a market.

    The form is Inside Airbnb's. Needed columns: id, latitude, longitude, room_type, accommodates, price,
    minimum_nights. Used if there: host_id, host_name, name, property_type, neighbourhood_cleansed, bedrooms,
    beds, instant_bookable. Without host_id every listing has a host of its own.

    Every row that is refused is named with its line and the reason. **Stop it whenever you like** and run the
    same command again: it goes on where it was, and no row is ever planted twice.

    The database is DATABASE_URL, or the embedded one in `.talkoo`.
    """
    from ops.imports.planting import Place  # noqa: PLC0415  only this command needs the domain
    from ops.imports.run import run  # noqa: PLC0415  likewise

    place = Place(
        slug=market, name=name, currency=currency, time_zone=time_zone, locale=locale, country=country
    )
    try:
        run(file, place, until=until)
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command goes on where this one was.")
        raise typer.Exit(_STOPPED) from None
