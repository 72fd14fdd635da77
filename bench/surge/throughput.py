"""How long the numbers of a tick take for the largest market, beside work that cannot be spared.

A made-up region of 100,000 cells and eight categories, everywhere alive: somebody is expected in every cell,
so nothing is saved by emptiness. Times are processor seconds of one core, the least of several rounds after a
few ticks from calm, so prices have risen and differ. Beside them in the same run: copying the arrays that go
in, one exponential of each price, the incomplete gamma function of each, and the response alone as a Python
loop over a sample, extrapolated.
"""

import math
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from h3.api import basic_int
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.special import gammainc

from bench.machine import processor
from domain import surge

Row = dict[str, Any]

CELLS, QUICK_CELLS, CATEGORIES = 100_000, 10_000, 8
GOAL_SECONDS = 0.15
OURS, STRESSED = "reprice", "reprice, few free"
_FREE, _FEW_FREE = (
    4.0,
    2.0,
)  # providers idle in a cell, on average; with few, nearly half the cells are pressed
_SEED = 20261122
_ROUNDS, _WARM_UP = 9, 4
_SAMPLE = 2_000
_MIDDLE = (40.75, -73.99)


def run(*, folder: Path | None, quick: bool) -> list[Row]:  # noqa: ARG001 a table says it; no picture
    """Print and answer a row for each thing that was timed. Quick: a tenth of the cells."""
    console, policy = Console(), _policy()
    cells = QUICK_CELLS if quick else CELLS
    inputs, stressed = (_warm(_inputs(cells, free), policy) for free in (_FREE, _FEW_FREE))
    prices = inputs.baseline.size
    work: dict[str, Callable[[], object]] = {
        OURS: lambda: surge.reprice(inputs, policy),
        STRESSED: lambda: surge.reprice(stressed, policy),
        "copy of the inputs": lambda: [values.copy() for values in _arrays(inputs)],
        "exponential of each": lambda: np.exp(inputs.baseline),
        "gammainc of each": lambda: gammainc(inputs.idle + 1.0, inputs.baseline * 3 + 0.4),
    }
    steps = track(work.items(), "Timing", console=console, transient=True)
    timed = {name: _least(each) for name, each in steps}
    timed["Python loop"] = _least(lambda: _loop(inputs, _SAMPLE)) * prices / _SAMPLE
    rows = [_row(name, seconds, prices, timed[OURS]) for name, seconds in timed.items()]
    _show(rows, console, len(inputs.grid))
    return rows


def _policy() -> surge.SurgePolicy:
    return surge.SurgePolicy(live={f"category-{number}": surge.LiveRules() for number in range(CATEGORIES)})


def _warm(inputs: surge.LiveInputs, policy: surge.SurgePolicy) -> surge.LiveInputs:
    for _ in range(_WARM_UP):
        inputs = replace(inputs, state=surge.reprice(inputs, policy).state)
    return inputs


def _inputs(cells: int, free: float) -> surge.LiveInputs:
    """Who is expected and free is Gamma and Poisson; where fewer are free than ask, some went without."""
    chance = np.random.default_rng(_SEED)
    grid = _region(cells)
    shape = (len(grid), CATEGORIES)
    baseline = chance.gamma(1, 1, shape)
    asked = chance.poisson(baseline * chance.gamma(2, 0.6, shape))
    idle, soon, left = (chance.poisson(mean, shape) for mean in (free, free / 4, free / 4))
    state = surge.empty_state(grid, _policy().categories)
    return surge.LiveInputs(
        grid=grid,
        state=state,
        asked=_reals(asked),
        baseline=_reals(baseline),
        usual=_reals(baseline * chance.gamma(4, 0.25, shape)),
        unmet=_reals(np.maximum(asked - idle, 0)),
        idle=_reals(idle),
        soon=_reals(soon),
        left=_reals(left),
        caps_bp=np.full(shape, 20_000, dtype=np.int32),
        floors_bp=np.full(shape, 8_500, dtype=np.int32),
        cap_reasons=np.full(shape, surge.Reason.CAPPED_BY_MARKET, dtype=np.uint16),
        minutes=5.0,
    )


def _region(cells: int) -> surge.Grid:
    """So many cells around a place, as a disk without its last few."""
    steps = math.ceil((math.sqrt(12 * cells - 3) - 3) / 6)  # a disk of k steps has 3k(k + 1) + 1 cells
    disk = basic_int.grid_disk(basic_int.latlng_to_cell(*_MIDDLE, 7), steps)
    return surge.grid_of(sorted(disk)[:cells])


def _arrays(inputs: surge.LiveInputs) -> list[NDArray[np.generic]]:
    state = [getattr(inputs.state, each.name) for each in fields(inputs.state)]
    others = [getattr(inputs, each.name) for each in fields(inputs)]
    return state + [values for values in others if isinstance(values, np.ndarray)]


def _loop(inputs: surge.LiveInputs, sample: int) -> list[float]:
    """Only the heart of it, p and m from who asks and who is free, one cell after the other."""
    asking, free = (values.reshape(-1)[:sample].tolist() for values in (inputs.baseline, inputs.idle))
    raised = []
    for more, places in zip(asking, free, strict=True):
        term, below = math.exp(-(3 * more + 0.4)), 0.0
        for already in range(int(places) + 1):
            below += term
            term *= (3 * more + 0.4) / (already + 1)
        raised.append(1 + 1.6 * max(0.0, 1 - below - 0.65) / 0.35)
    return raised


def _least(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def _row(name: str, seconds: float, prices: int, ours: float) -> Row:
    return {
        "what": name,
        "cpu_seconds": seconds,
        "nanoseconds_a_price": seconds / prices * 1e9,
        "times_reprice": seconds / ours,
        "goal_seconds": GOAL_SECONDS if name in (OURS, STRESSED) else None,
        "prices": prices,
        "seed": _SEED,
    }


def _reals(values: NDArray[Any]) -> NDArray[np.float32]:
    return values.astype(np.float32)


def _show(rows: list[Row], console: Console, cells: int) -> None:
    table = Table(
        box=SIMPLE,
        title=f"{cells:,} cells × {CATEGORIES} categories, one core, {processor()}",
        caption=f"Seed {_SEED}; a made-up region, everywhere alive. The goal is {GOAL_SECONDS} s.",
    )
    for name in ("", "CPU ms", "ns a price", "× reprice"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for row in rows:
        good = "green" if row["cpu_seconds"] <= GOAL_SECONDS else "red"
        shown = f"{row['cpu_seconds'] * 1e3:.1f}"
        table.add_row(
            row["what"],
            f"[{good}]{shown}[/]" if row["goal_seconds"] else shown,
            f"{row['nanoseconds_a_price']:.1f}",
            f"{row['times_reprice']:.2f}",
        )
    console.print(table)
