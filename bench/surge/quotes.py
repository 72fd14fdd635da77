"""What a quote costs: its core in memory, and a quote through HTTP beside an empty authenticated route.

The **core** is what a snapshot adds to a quote without any database: look the market's factor up, protect the
customer, count what it adds to an amount. Beside it stands the least that plain Python could do for the same,
a dictionary and a multiplication, and the whole price with all its lines. Every call is timed by itself, by
the wall and by the thread's own CPU, so the 99th percentile is a real one; what reading a clock costs is
measured and not taken off.

Through **HTTP** our servers answer, in turns in the same run, an empty route to somebody who is signed in, a
quote in a market whose prices answer to demand, and the same with an idempotency key. CPU is that of the
server's processes and of its database connections. Everything is made up but the work.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from h3.api.basic_int import grid_disk, latlng_to_cell
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.http.results import quantile
from bench.surge import quotes_http
from domain import surge
from domain.foundation import ids
from domain.foundation.money import share
from domain.pricing import Inputs, price
from domain.surge import History, LiveRules, Published, SurgePolicy

CATEGORY: Final = "hourly-service"
CELLS_ACROSS: Final = 30  # rings around the middle: some 2,800 cells, as a city region has
CALLS, QUICK_CALLS = 200_000, 20_000
CORE_GOAL_US: Final = 15.0  # the 99th percentile
HTTP_GOAL: Final = 2.5  # times the empty authenticated route
SEED: Final = 20261122
_NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
_WARM_UP: Final = 2_000

Row = dict[str, Any]


def run(folder: Path | None = None, *, quick: bool = False) -> list[Row]:
    """Both parts, printed; answers a row for each figure. Quick: fewer calls and requests."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    rows = [*_core(QUICK_CALLS if quick else CALLS)]
    console.print(_core_table(rows))
    with tempfile.TemporaryDirectory(prefix="talkoo-bench-", dir=folder) as place, ExitStack() as stack:
        asked = quotes_http.measured(stack, Path(place), quick=quick)
    console.print(_http_table(asked))
    return [*rows, *asked]


def _core(calls: int) -> Iterator[Row]:
    """One row for each thing that is timed; times are microseconds of one call."""
    dice = np.random.default_rng(SEED)
    published = _snapshot(dice)
    policy, known = published.policy.protection, _histories(dice)
    cells = dice.choice(published.cells, size=1_024).tolist()
    start, bare = _NOW + timedelta(minutes=20), _plain(published)

    def core(turn: int) -> int:
        found = published.price(category=CATEGORY, cell=cells[turn % 1_024], start=start, at=_NOW)
        own = surge.protect(found.multiplier_bp, known[turn % len(known)], policy)
        return share(9_000, own.multiplier_bp - surge.ONE_BP, surge.ONE_BP)

    everywhere, asked = published.cells.tolist(), count()
    firsts = 2 * (calls // 10 + _WARM_UP)  # timed by two clocks
    fresh = [_snapshot(dice) for _ in range(firsts // len(everywhere) + 1)]

    def first(_: int) -> int:
        number, place = divmod(next(asked), len(everywhere))
        found = fresh[number].price(category=CATEGORY, cell=everywhere[place], start=start, at=_NOW)
        return share(9_000, found.multiplier_bp - surge.ONE_BP, surge.ONE_BP)

    def plain(turn: int) -> int:
        return 9_000 * (bare.get(cells[turn % 1_024], 10_000) - 10_000) // 10_000

    inputs = _inputs()
    timed: Sequence[tuple[str, Callable[[int], object], int]] = (
        ("nothing: the clock alone", lambda _: None, calls),
        ("plain Python: dictionary and multiplication", plain, calls),
        ("quote core: look-up, protections, amount", core, calls),
        ("the first to ask at a place: look-up, amount", first, calls // 10),
        ("whole price with its lines", lambda _: price(inputs), calls // 10),
    )
    for name, call, times in timed:
        row: Row = {"part": "core", "what": name, "calls": times}
        for of, clock in (("wall", time.perf_counter_ns), ("cpu", time.thread_time_ns)):
            took = _timed(call, times, clock)
            row |= {f"{of}_p50_us": quantile(took, 0.5), f"{of}_p99_us": quantile(took, 0.99)}
        yield row


def _timed(call: Callable[[int], object], count: int, clock: Callable[[], int]) -> list[float]:
    """Microseconds of each call by that clock."""
    for turn in range(_WARM_UP):
        call(turn)
    took = []
    for turn in range(count):
        began = clock()
        call(turn)
        took.append((clock() - began) / 1_000)
    return took


def _snapshot(dice: np.random.Generator) -> Published:
    """A city's snapshot in memory, with factors between 0.9 and 2.0 on the grid of a tenth."""
    cells = np.sort(np.asarray(grid_disk(latlng_to_cell(60.17, 24.94, 7), CELLS_ACROSS), dtype=np.int64))
    shape = (len(cells), 1)
    shown = (dice.integers(9, 21, size=shape) * 1_000).astype(np.int32)
    zeros = np.zeros(shape, dtype=np.float32)
    live: dict[str, NDArray[Any]] = {
        "shown_bp": shown,
        "raw_bp": shown.astype(np.float32),
        "reasons": np.ones(shape, dtype=np.uint16),
        **dict.fromkeys(("pressure", "rate", "near", "usual_near"), zeros),
    }
    return Published(
        id=ids.new(),
        market_id=ids.new(),
        tick_at=_NOW,
        policy_version_id=ids.new(),
        policy=SurgePolicy(live={CATEGORY: LiveRules()}),
        header={"typical_amounts": {CATEGORY: 6_000}, "kappa_bp": 10_000},
        cells=cells,
        categories={CATEGORY: 0},
        live=live,
        scheduled={},
        zone=ZoneInfo("Europe/Helsinki"),
        bytes_held=0,
    )


def _histories(dice: np.random.Generator) -> list[History]:
    return [
        History(
            completed_bookings=int(dice.integers(0, 80)),
            has_booked=True,
            usual_bp=int(dice.integers(10_000, 15_000)),
            surged_this_month=int(dice.integers(0, 6)),
        )
        for _ in range(97)
    ]


def _plain(published: Published) -> dict[int, int]:
    shown = published.live["shown_bp"][:, 0]
    return dict(zip(published.cells.tolist(), shown.tolist(), strict=True))


def _inputs() -> Inputs:
    """Ninety minutes under a tariff, surged by a half."""
    policy = {
        "version_id": ids.new(),
        "number": 1,
        "service_fee_bp": 500,
        "commission_bp": 1_000,
        "tax": {"name": "VAT", "rate_bp": 2_550, "applies_to": "service_fee", "inclusive": True},
    }
    piece = {"units": 90, "effects": ({"name": "Friday evening", "factor_bp": 11_000},)}
    return Inputs.model_validate(
        {
            "currency": "EUR",
            "unit": "hour",
            "price_amount": 6_000,
            "units": 90,
            "seats": 1,
            "pieces": (piece,),
            "policy": policy,
            "surge": {"market_bp": 15_000, "multiplier_bp": 15_000},
        }
    )


def _core_table(rows: list[Row]) -> Table:
    figures = ("wall_p50_us", "wall_p99_us", "cpu_p50_us", "cpu_p99_us")
    table = Table(
        title=f"In memory, microseconds of one call; goal: quote core p99 ≤ {CORE_GOAL_US:g}",
        caption="On a busy machine the wall's p99 is that of waiting for a processor; CPU is the call's own.",
    )
    for name in ("", "calls", "p50 wall", "p99 wall", "p50 CPU", "p99 CPU"):
        table.add_column(name, justify="right" if name else "left")
    for row in rows:
        table.add_row(row["what"], f"{row['calls']:,}", *(f"{row[name]:.2f}" for name in figures))
    return table


def _http_table(rows: list[Row]) -> Table:
    table = Table(
        title=f"Through HTTP; goal: a quote ≤ {HTTP_GOAL:g} × the empty authenticated route",
        caption="Medians of rounds. CPU: milliseconds a request, of the server and its database connections.",
    )
    for name in (
        "",
        "SQL",
        "req/s",
        "app",
        "database",
        "CPU",
        "p50 ms",
        "p99 ms",
        "× empty",
        "× p50",
    ):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for row in rows:
        table.add_row(
            row["what"],
            str(row["statements"]),
            f"{row['requests_a_second']:,.0f}",
            *(f"{row[name]:.2f}" for name in ("app_cpu_ms", "database_cpu_ms", "cpu_ms")),
            *(f"{row[name]:.1f}" for name in ("p50_ms", "p99_ms")),
            f"{row['times_empty_cpu']:.2f}",
            f"{row['times_empty_p50']:.2f}",
        )
    return table
