"""Part 2: how the next rating will be, predicted in order of time from earlier ratings only.

The first 30 % of ratings are only learned from. The best Bayesian mean is given the prior strength that turns
out best on the tested ratings themselves; ours is given nothing of the kind.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.ratings import history, next_picture, saying
from bench.ratings import next_predictors as predictors
from bench.ratings.history import Edges, Floats, History
from bench.ratings.next_scores import calibrated, measured, reductions
from bench.ratings.past import before, running_mean
from domain import ratings

BURN_IN = 0.3
STRENGTHS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
GOAL = 0.08
SEED = 20261122
BOOTSTRAPS = 1_000
BAYES, SEALED, OPEN = "best Bayesian mean", "ours, ridge, sealed", "ours, ridge, open"
CREDIBLE, PLAIN = "ours: debiased, credible", "ours without credibility"

Row = dict[str, Any]


def run(
    path: Path, labels: Path | None = None, *, folder: Path | None = None, quick: bool = False
) -> list[Row]:
    """Predict, print, draw. Labels are not used. Quick: fewer bootstraps."""
    del labels
    began, console = time.perf_counter(), saying.console()
    data = history.read(path)
    console.print(saying.opening(data))
    tested = int(BURN_IN * len(data.edges))
    predicted, strength = predictions(data.edges, tested, console)
    rows = judged(data, predicted, tested, BOOTSTRAPS // (10 if quick else 1))
    console.print(_table(rows))
    console.print(_assumed(data.edges, tested, strength))
    console.print(verdict(rows))
    if folder is not None:
        next_picture.draw(predicted, data.edges, tested, rows, folder)
    console.print(saying.closing(began, f"bootstrap and random ends {SEED}"))
    return rows


def predictions(edges: Edges, tested: int, console: Console) -> tuple[dict[str, Floats], float]:
    """Predictions (N,) by method, and the strength of the best Bayesian prior."""
    shrunk = {strength: predictors.bayesian(edges, strength) for strength in STRENGTHS}
    strength = min(STRENGTHS, key=lambda each: float(np.mean((shrunk[each] - edges.x)[tested:] ** 2)))
    watched: Callable[[range], Any] = lambda steps: track(  # noqa: E731 -- says what is under way
        steps, "trust flows", console=console, transient=True
    )
    found = predictors.ours(edges, watched)
    alike = predictors.ours(edges, lambda steps: steps, credible=False)
    first = int(predictors.LEARN_FROM * len(edges))
    early = (first + tested) // 2  # chances and intervals are learned from the ratings before the tested ones
    weighed = {
        name: predictors.ridge(edges, predictors.known(edges, found, reciprocal=name == OPEN), early)
        for name in (SEALED, OPEN)
    }
    return {
        "global mean": running_mean(edges.x, ratings.NEUTRAL),
        "raw mean": predictors.raw_mean(edges),
        BAYES: shrunk[strength],
        PLAIN: alike.prediction,
        CREDIBLE: found.prediction,
        **weighed,
    }, strength


def judged(data: History, predicted: dict[str, Floats], tested: int, bootstraps: int) -> list[Row]:
    """A row of figures for each method, over the tested ratings."""
    edges = data.edges
    received = before(edges.subject, np.ones(len(edges)))[tested:]
    x, rater = edges.x[tested:], edges.rater[tested:]
    first = (int(predictors.LEARN_FROM * len(edges)) + tested) // 2
    rows = []
    for name, values in predicted.items():
        random = np.random.default_rng(SEED)
        found = calibrated(values, edges.x, first, tested)
        figures = measured(values[tested:], x, received, found, random)
        below = reductions(values[tested:] - x, predicted[BAYES][tested:] - x, rater, random, bootstraps)
        named = dict(zip(("below_bayes", "lower", "upper"), below, strict=True))
        rows.append({"method": name, **figures, **named, "tested": len(x)})
    return rows


def _assumed(edges: Edges, tested: int, strength: float) -> str:
    told = float(predictors.reciprocated(edges)[tested:].mean())
    return (
        f"RMSE and MAE on the scale −1 … 1; {len(edges) - tested:,} ratings tested. Cold: fewer than three "
        f"ratings before. Bayesian prior of {strength:g} ratings, the best in hindsight. Ratings are "
        "discrete: ends of intervals count by chance, as far as the level needs them; whole ends cover more "
        "(in the CSV). Sealed leaves out what the subject said of the rater before; open has it, for "
        f"{told:.0%} of the ratings, and no double-blind market could. Assumed: seeds of trust stand in for "
        "verification, chosen from the past; each rating was of a paid deal."
    )


def _table(rows: list[Row]) -> Table:
    table = Table(title="The next rating, from earlier ones only", title_justify="left")
    table.add_column("method")
    for name in (
        "RMSE",
        "below Bayes",
        "95 %",
        "MAE",
        "cold",
        "warm",
        "log-loss",
        "AUC bad",
        "in 50/80/95 %",
    ):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row["method"],
            f"{row['rmse']:.4f}",
            f"{row['below_bayes']:.1%}",
            f"{row['lower']:.1%} … {row['upper']:.1%}",
            f"{row['mae']:.4f}",
            f"{row['rmse_cold']:.4f}",
            f"{row['rmse_warm']:.4f}",
            f"{row['log_loss']:.4f}",
            f"{row['auc_bad']:.3f}",
            "/".join(f"{row[f'coverage_{level}']:.0%}"[:-1] for level in ("50%", "80%", "95%")),
            style="bold" if row["method"] == SEALED else None,
        )
    return table


def verdict(rows: list[Row]) -> str:
    """Whether the goal is met, by the product's own formula and by ridge, with the interval clear of zero."""
    told = []
    for row in rows:
        if row["method"] in (CREDIBLE, SEALED, OPEN):
            met = "met" if row["below_bayes"] >= GOAL and row["lower"] > 0 else "missed"
            told.append(f"{row['method']} {row['below_bayes']:.1%}: {met}")
    return f"Goal {GOAL:.0%} below the best Bayesian mean, interval clear of zero. " + "; ".join(told) + "."
