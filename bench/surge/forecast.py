"""Forecasting demand one step ahead: ours beside what people would use instead, on any located demand file.

Everything is fitted on what was before the test; during the test only what was seen moves on. The first weeks
are left out of the fitting, because a baseline that has seen two weeks is not what a test will meet.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.machine import processor
from bench.surge import forecast_baselines as baselines
from bench.surge import forecast_model as model
from bench.surge.forecast_counts import TICK_MINUTES, TICKS_A_DAY, Counts, counts, first_test_day, read
from bench.surge.forecast_features import Known, known
from bench.surge.forecast_picture import draw
from bench.surge.forecast_scores import score

Reals = NDArray[np.float32]
Row = dict[str, Any]

RESOLUTIONS = (7, 8)
STEPS_MINUTES = (60, 30, 15)
LAST_EIGHT, BOOSTING, OURS = "mean of last 8", "gradient boosting", "ours"
GOAL_GAIN, GOAL_COVERAGE = 0.18, (0.88, 0.92)
CAUTION = "Pickups are served demand at prices already surged, from one base: censored and thin."
_WARM_UP_DAYS = 35


@dataclass(frozen=True)
class Task:
    """One resolution and length of period: what came, which periods are fitted on and which are the test."""

    counts: Counts
    minutes: int
    came: Reals
    fit: slice
    test: slice


def run(path: Path, *, test_from: date | None, folder: Path | None, quick: bool) -> list[Row]:
    """Print, and answer a row for each resolution, length of period and forecaster. Quick: resolution 7."""
    console = Console()
    located = read(path)
    day = first_test_day(located, test_from)
    console.print(
        f"{len(located.at):,} pickups in {located.days} days from {located.first_day}, sha256 "
        f"{located.digest}; test from day {day} on; seed of boosting 0, no other chance. {processor()}.",
        highlight=False,
    )
    console.print(CAUTION, highlight=False)
    tasks = [
        (resolution, minutes) for resolution in RESOLUTIONS[: 1 if quick else 2] for minutes in STEPS_MINUTES
    ]
    rows: list[Row] = []
    forecasts: dict[str, Reals] = {}
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("", total=len(tasks))
        for resolution, minutes in tasks:
            progress.update(bar, description=f"resolution {resolution}, {minutes} minutes")
            task = _task(counts(located, resolution, day), minutes)
            found = _forecasts(task)
            rows += [_row(task, located.digest, resolution, *each) for each in found]
            if folder is not None and (resolution, minutes) == tasks[0]:
                forecasts = {name: rate for name, rate, _ in found}
                draw(task.came, forecasts, task.test, minutes, folder)
            progress.advance(bar)
    _compared(rows)
    _show(rows, console)
    return rows


def _task(counted: Counts, minutes: int) -> Task:
    ticks = minutes // TICK_MINUTES
    came = counted.periods(minutes)
    begins = counted.test_tick // ticks
    warm = min(_WARM_UP_DAYS * TICKS_A_DAY // ticks, begins // 2)
    return Task(counted, minutes, came, slice(warm, begins), slice(begins, len(came)))


def _forecasts(task: Task) -> list[tuple[str, Reals, float]]:
    """Each forecaster's name, λ, and seconds; features are shared, and their time counts for their users."""
    began = time.perf_counter()
    features = known(task.counts, task.minutes)
    shared = time.perf_counter() - began
    came, minutes = task.came, task.minutes
    return [
        _timed("seasonal naive", lambda: baselines.seasonal_naive(came, minutes)),
        _timed(LAST_EIGHT, lambda: baselines.last_eight(came, minutes)),
        _timed("EWMA", lambda: baselines.ewma(task.counts, minutes, task.fit)),
        _timed("slot EWMA", lambda: baselines.slot_ewma(came, minutes)),
        _timed(BOOSTING, lambda: baselines.gradient_boosting(task.counts, features, task.fit), shared),
        _timed("pooled ratio", lambda: model.documented(features), shared),
        _timed(OURS, lambda: _ours(task, features), shared),
    ]


def _ours(task: Task, features: Known) -> Reals:
    return model.forecast(features, model.fitted(features, task.came, task.fit))


def _timed(name: str, forecast: Callable[[], Reals], before: float = 0) -> tuple[str, Reals, float]:
    began = time.perf_counter()
    rate = forecast()
    return name, rate, before + time.perf_counter() - began


def _row(task: Task, digest: str, resolution: int, name: str, rate: Reals, seconds: float) -> Row:
    phi = model.dispersion(rate[task.fit], task.came[task.fit])
    scored = asdict(score(rate[task.test], task.came[task.test], phi))
    return {
        "data": digest,
        "resolution": resolution,
        "minutes": task.minutes,
        "cells": len(task.counts.grid),
        "outside": task.counts.outside,
        "mean": float(task.came[task.test].mean()),
        "forecaster": name,
        **scored,
        "phi": phi,
        "seconds": seconds,
    }


def _compared(rows: list[Row]) -> None:
    """Add how much better in RMSE each is than the mean of the last eight, and than could be.

    `best_gain` is the gain of who knows λ exactly, were counts Poisson: nobody's error is below √(mean λ).
    """
    reference = {_key(row): row["rmse"] for row in rows if row["forecaster"] == LAST_EIGHT}
    for row in rows:
        row["gain"] = 1 - row["rmse"] / reference[_key(row)]
        row["best_gain"] = 1 - row["mean"] ** 0.5 / reference[_key(row)]


def _key(row: Row) -> tuple[int, int]:
    return row["resolution"], row["minutes"]


def _show(rows: list[Row], console: Console) -> None:
    for key in dict.fromkeys(_key(row) for row in rows):
        shown = [row for row in rows if _key(row) == key]
        first = shown[0]
        table = Table(
            box=SIMPLE,
            title=f"H3 resolution {key[0]}, {key[1]} minutes ahead, {first['cells']} cells",
            caption=f"Mean count {first['mean']:.3f}; {first['outside']:.1%} of pickups are in no cell. "
            f"Whoever knew λ exactly would gain {first['best_gain']:.1%}, were counts Poisson.",
        )
        for name in ("", "RMSE", "gain", "deviance", "wMAPE", "bias", "covers", "s"):
            table.add_column(name, justify="right" if name else "left", no_wrap=True)
        boosted = next(row["deviance"] for row in shown if row["forecaster"] == BOOSTING)
        for row in shown:
            table.add_row(*_cells(row, boosted))
        console.print(table)


def _cells(row: Row, boosted: float) -> tuple[str, ...]:
    ours = row["forecaster"] == OURS
    low, high = GOAL_COVERAGE
    return (
        row["forecaster"],
        f"{row['rmse']:.4f}",
        _judged(f"{row['gain']:.1%}", good=row["gain"] >= GOAL_GAIN) if ours else f"{row['gain']:.1%}",
        _judged(f"{row['deviance']:.4f}", good=row["deviance"] <= boosted)
        if ours
        else f"{row['deviance']:.4f}",
        f"{row['wmape']:.3f}",
        f"{row['bias']:+.3f}",
        _judged(f"{row['coverage']:.1%}", good=low <= row["coverage"] <= high)
        if ours
        else f"{row['coverage']:.1%}",
        f"{row['seconds']:.0f}",
    )


def _judged(text: str, *, good: bool) -> str:
    return f"[{'green' if good else 'red'}]{text}[/]"
