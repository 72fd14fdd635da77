"""Part 2: how many will have come in the end, forecast from 1 to 56 days ahead, beside the usual ways.

Rolling: a forecast for an arrival day so many days ahead is made from what was known in the evening so long
before: bookings made by then, calling off by its own date, and days of arrival up to that evening. The first
year warms every method up; figures are of the days after it. No constant of ours was fitted to those days:
they are those of the module, the same for any file, and the rows hold the first year's figures beside.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.surge import hotel
from bench.surge.hotel import Bookings, Floats, Ints
from domain import surge

LEADS = 56
WEEK, WEEKS = 7, 8
WARM_UP = 366  # days: the first year
SHOWN = (1, 2, 3, 5, 7, 10, 14, 21, 28, 35, 42, 49, 56)
OURS, ADDITIVE = "ours", "additive pickup"
METHODS = ("naive", "mean of 8 weeks", "on the books", "multiplicative pickup", ADDITIVE, OURS)
GOAL_AT_SEVEN = 0.073
ASSUMED = (
    "Real: when each was booked and called off, and who came. Assumed: a booking counts for its day of "
    "arrival, whatever its length; the hotel's capacity is not in the file, so nothing is unconstrained."
)


@dataclass(frozen=True, slots=True)
class Known:
    """`on_the_books` (days, leads + 1) in the evening so many days before, `final` (days,) who came."""

    on_the_books: Floats
    final: Floats


def run(path: Path | None, *, folder: Path | None = None, quick: bool = False) -> list[dict[str, Any]]:
    """Forecast, print, draw; a row for each lead and method. Quick: only the leads of the table."""
    if path is None:
        raise ValueError("this part needs a file of bookings")
    console = Console(width=None if sys.stdout.isatty() else 120)
    began = time.perf_counter()
    bookings = hotel.read(path)
    warm_up = min(WARM_UP, bookings.days // 2)
    leads = np.array(SHOWN) if quick else np.arange(1, LEADS + 1)
    known, ours = learn(bookings, console)
    rows = [row for lead in leads for row in judged(int(lead), known, ours[:, lead], warm_up, bookings.days)]
    spent = time.perf_counter() - began
    console.print(f"Data {bookings.digest}, {len(bookings.arrives):,} bookings; no seed; {spent:.1f} s.")
    console.print(ASSUMED, highlight=False)
    console.print(table(rows, bookings.days - warm_up))
    console.print(verdict(rows), highlight=False)
    if folder is not None:
        draw(rows, folder / "surge_booking_curve.png")
    return rows


def learn(bookings: Bookings, console: Console) -> tuple[Known, Floats]:
    """What was known, and our forecasts (days, leads + 1), each made in the evening so many days before."""
    days = bookings.days
    over = [_day(bookings, day) for day in range(days)]
    known = Known(
        np.concatenate([day.booked for day in over]),
        np.array([day.new[0, -1] + day.kept[0, -1] for day in over]),
    )
    lead = np.arange(LEADS + 1)
    ours = np.full((days, LEADS + 1), np.nan)
    curves = surge.pickup.Curves.empty(blocks=1, leads=LEADS)
    for today in track(range(days), "booking curve", console=console, transient=True):
        curves = surge.pickup.learned(curves, over[today], weekday=_weekday(bookings, today))
        ahead = lead[(lead > 0) & (today + lead < days)]
        coming = surge.pickup.forecast(
            curves,
            weekday=np.asarray([_weekday(bookings, today + int(each)) for each in ahead], dtype=np.int64),
            block=np.zeros(len(ahead), dtype=np.int64),
            lead=ahead.astype(np.float64),
        )
        here = known.on_the_books[today + ahead, ahead]
        ours[today + ahead, ahead] = coming.survival * here + coming.new
    return known, ours


def rivals(lead: int, known: Known) -> dict[str, Floats]:
    """The usual forecasts of every day, so many days before: from same weekdays that were over by then."""
    days = np.arange(len(known.final))
    latest = -(-lead // WEEK) * WEEK
    same: Ints = np.maximum(
        days[:, None] - latest - WEEK * np.arange(WEEKS), 0
    )  # early ones are never judged
    here = known.on_the_books[:, lead]
    final, booked = known.final[same], here[same]
    return {
        "naive": final[:, 0],
        "mean of 8 weeks": final.mean(axis=1),
        "on the books": here,
        "multiplicative pickup": here * final.sum(axis=1) / np.maximum(booked.sum(axis=1), 1),
        ADDITIVE: np.maximum(here + (final - booked).mean(axis=1), 0),
    }


def judged(lead: int, known: Known, ours: Floats, warm_up: int, days: int) -> list[dict[str, Any]]:
    """A row for each method: wMAPE and bias after the first year, and wMAPE within its second half."""
    after, before = slice(warm_up, days), slice(warm_up // 2, warm_up)
    return [
        {
            "lead_days": lead,
            "method": method,
            "wmape": _wmape(expected[after], known.final[after]),
            "bias": float((expected[after].sum() / known.final[after].sum()) - 1),
            "wmape_first_year": _wmape(expected[before], known.final[before]),
        }
        for method, expected in {**rivals(lead, known), OURS: ours}.items()
    ]


def verdict(rows: list[dict[str, Any]]) -> str:
    """Against the goals, in a sentence."""
    wmape = {(row["lead_days"], row["method"]): row["wmape"] for row in rows}
    leads = sorted({lead for lead, _ in wmape})
    better = sum(wmape[lead, OURS] < wmape[lead, ADDITIVE] for lead in leads)
    seven = wmape[7, OURS]
    return (
        f"Better than additive pickup at {better} of {len(leads)} leads; at 7 days {seven:.4f} (goal "
        f"≤ {GOAL_AT_SEVEN}), additive {wmape[7, ADDITIVE]:.4f}."
    )


def table(rows: list[dict[str, Any]], days: int) -> Table:
    """The wMAPE by lead and method."""
    shown = Table(title=f"wMAPE of arrivals, {days} days; last column: ours over additive − 1")
    for name in ("days before", *METHODS, "gain"):
        shown.add_column(name, justify="right")
    wmape = {(row["lead_days"], row["method"]): row["wmape"] for row in rows}
    for lead in sorted({lead for lead, _ in wmape} & set(SHOWN)):
        gain = wmape[lead, OURS] / wmape[lead, ADDITIVE] - 1
        shown.add_row(str(lead), *(f"{wmape[lead, method]:.3f}" for method in METHODS), f"{gain:+.1%}")
    return shown


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """A line for each method over the leads."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  (a screen is not needed, and Agg is chosen first)

    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    for method in METHODS:
        mine = [row for row in rows if row["method"] == method]
        width = 2.5 if method == OURS else 1.2
        axes.plot(
            [row["lead_days"] for row in mine], [row["wmape"] for row in mine], label=method, linewidth=width
        )
    axes.set(
        xlabel="days before arrival", ylabel="wMAPE of arrivals", title="How well the end is known before"
    )
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _day(bookings: Bookings, day: int) -> surge.pickup.Day:
    rows = bookings.arrives == day
    return surge.pickup.counted(
        np.zeros(int(rows.sum()), dtype=np.int64),
        bookings.booked[rows],
        bookings.gone[rows],
        capacity=np.array([np.inf]),
        leads=LEADS,
    )


def _weekday(bookings: Bookings, day: int) -> int:
    return (bookings.first_on.weekday() + day) % WEEK


def _wmape(expected: Floats, final: Floats) -> float:
    return float(np.abs(expected - final).sum() / final.sum())
