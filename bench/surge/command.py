"""The command of the page: which parts, on which files."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import parts
from bench.parts import Folder, Part, Quick, chosen_from, of

_DEMAND = "a located demand file: --demand FILE (picked_up_at,latitude,longitude)"
_BOOKINGS = "a file of bookings: --bookings FILE (booked_on,arrives_on,is_cancelled,outcome_on,…)"
NAMES = ("forecast", "booking_curve", "closed_loop", "scheduled_loop", "numerics", "database", "quotes")

Demand = Annotated[
    Path | None,
    typer.Option("--demand", exists=True, dir_okay=False, help="Pickups, as CSV, gzipped or not."),
]
Bookings = Annotated[
    Path | None,
    typer.Option("--bookings", exists=True, dir_okay=False, help="Bookings, as CSV, gzipped or not."),
]
TestFrom = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="First day of the test; the last fifth of the file if left out."),
]


def surge(
    folder: Folder = None,
    *,
    demand: Demand = None,
    bookings: Bookings = None,
    test_from: TestFrom = None,
    part: Annotated[list[str] | None, chosen_from(NAMES)] = None,
    quick: Quick = False,
) -> None:
    """Surge: forecast, booking curve, closed loop, scheduled loop, throughput; each beside its rivals.

    A part whose file is not given is passed over. On files of New York's pickups from April to July and of a
    city hotel's bookings, `--test-from 2014-07-01` trains through June and tests July.
    """
    known = _parts(demand, bookings, test_from, folder, quick=quick)
    parts.run("surge", known, folder, Console(), part)


def _parts(
    demand: Path | None,
    bookings: Path | None,
    test_from: datetime | None,
    folder: Path | None,
    *,
    quick: bool,
) -> list[Part]:
    how = {"folder": folder, "quick": quick}
    since = test_from.date() if test_from else None
    without_demand = None if demand else _DEMAND
    without_bookings = None if bookings else _BOOKINGS
    return [
        Part(
            "forecast",
            "1 Forecast",
            of("bench.surge.forecast", path=demand, test_from=since, **how),
            without_demand,
        ),
        Part(
            "booking_curve",
            "2 Booking curve",
            of("bench.surge.booking_curve", path=bookings, **how),
            without_bookings,
        ),
        Part(
            "closed_loop", "3 Closed loop", of("bench.surge.closed_loop", path=demand, **how), without_demand
        ),
        Part("scheduled_loop", "4 Scheduled loop", of("bench.surge.scheduled_loop", path=bookings, **how)),
        Part("numerics", "5a Repricing", of("bench.surge.throughput", **how)),
        Part(
            "database",
            "5b Repricing, with database and snapshot",
            of("bench.surge.throughput_database", **how),
        ),
        Part("quotes", "5c Quotes", of("bench.surge.quotes", **how)),
    ]
