"""Part 1: are frauds among the raters found, from what they gave and when, and from nothing they received?

Labelled are raters whom the platform's founders vouched for or against; those who never rated anybody fall
out, of them outgoing ratings can say nothing. Each person's score is read from a copy of the history without
the ratings they received. Weights of ours are frozen in `domain/ratings/anomaly.py`; labels only judge.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.metrics import average_precision_score, roc_auc_score

from bench.ratings import frauds_picture, history, outgoing, saying
from bench.ratings.frauds_supervised import MEAN, Judged, judge
from bench.ratings.frauds_unsupervised import OURS, scores
from bench.ratings.history import Flags, Floats, History, Labelled

GOAL, GOAL_SUPERVISED, AIM_SUPERVISED = 0.93, 0.96, 0.967
SEED = 20261122
BOOTSTRAPS, REPETITIONS = 2_000, 5
PUBLISHED = "Published on this data, supervised, ten-fold, from all ratings: REV2 0.895 and TGFraud 0.967."

Row = dict[str, Any]


def run(path: Path, labels: Path, *, folder: Path | None = None, quick: bool = False) -> list[Row]:
    """Rank, print, draw. Quick: one repetition of the ten folds and fewer bootstraps."""
    began, console = time.perf_counter(), saying.console()
    data = history.read(path)
    labelled = history.labels(labels, data)
    console.print(saying.opening(data))
    console.print(_who(labelled))
    watched = track(labelled.people.tolist(), "reading raters", console=console, transient=True)
    found = scores(data.edges, labelled.people, watched)
    rows = [_ranked(name, values, labelled.fraud, quick=quick) for name, values in found.items()]
    repetitions = 1 if quick else REPETITIONS
    rows += _supervised(data, labelled, found[OURS], console, repetitions)
    console.print(_table(rows))
    console.print(PUBLISHED)
    console.print(verdict(rows))
    if folder is not None:
        frauds_picture.draw(found, labelled.fraud, folder)
    console.print(saying.closing(began, f"bootstrap {SEED}, folds 0 … {repetitions - 1}"))
    return rows


def _who(labelled: Labelled) -> str:
    fraud = int(labelled.fraud.sum())
    return (
        f"Labels {labelled.digest}: {len(labelled.people)} labelled raters who gave a rating, {fraud} of "
        f"them fraud; {labelled.without_ratings} labelled gave none and fall out, {labelled.unknown} are not "
        "in the data. "
        "Assumed: the labels are right. They were made from ratings received, which nothing here looks at."
    )


def _ranked(name: str, values: Floats, fraud: Flags, *, quick: bool) -> Row:
    lower, upper = interval(values, fraud, BOOTSTRAPS // (10 if quick else 1))
    return {
        "method": name,
        "kind": "no labels",
        "auc": float(roc_auc_score(fraud, values)),
        "lower": lower,
        "upper": upper,
        "ap": float(average_precision_score(fraud, values)),
    }


def interval(values: Floats, fraud: Flags, times: int) -> tuple[float, float]:
    """The central 95 % of AUC over draws of as many frauds and as many others, with replacement."""
    random = np.random.default_rng(SEED)
    one, other = np.flatnonzero(fraud), np.flatnonzero(~fraud)
    drawn = []
    for _ in range(times):
        rows = np.concatenate((random.choice(one, len(one)), random.choice(other, len(other))))
        drawn.append(roc_auc_score(fraud[rows], values[rows]))
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    return float(lower), float(upper)


def _supervised(
    data: History, labelled: Labelled, odd: Floats, console: Console, repetitions: int
) -> list[Row]:
    pairs = list(zip(labelled.people.tolist(), odd.tolist(), strict=True))
    watched = track(pairs, "features", console=console, transient=True)
    features = np.array([outgoing.features(data.edges, person, score) for person, score in watched])
    folds = track(range(repetitions), "ten folds", console=console, transient=True)
    return [_summed_up(each) for each in judge(features, labelled.fraud, folds)]


def _summed_up(judged: Judged) -> Row:
    mean, sd = float(np.mean(judged.folds)), float(np.std(judged.folds))
    return {
        "method": judged.name,
        "kind": "ten-fold",
        "auc": mean,
        "lower": mean - sd,
        "upper": mean + sd,
        "ap": float(np.mean(judged.precision)),
        "pooled": float(np.mean(judged.pooled)),
        "pooled_sd": float(np.std(judged.pooled)),
    }


def _table(rows: list[Row]) -> Table:
    table = Table(title="Fraud among raters, from what they gave alone", title_justify="left")
    for name in ("method", "labels"):
        table.add_column(name)
    for name in ("AUC", "95 % / ± sd of folds", "AP", "AUC, folds pooled"):
        table.add_column(name, justify="right")
    for row in rows:
        pooled = f"{row['pooled']:.4f} ± {row['pooled_sd']:.4f}" if "pooled" in row else ""
        between = f"{row['lower']:.3f} … {row['upper']:.3f}"
        style = "bold" if row["method"] == OURS else None
        table.add_row(
            row["method"], row["kind"], f"{row['auc']:.4f}", between, f"{row['ap']:.4f}", pooled, style=style
        )
    return table


def verdict(rows: list[Row]) -> str:
    """Which goals are met and by how much they are missed."""
    ours = next(row["auc"] for row in rows if row["method"] == OURS)
    best = next(row for row in rows if row["method"] == MEAN)
    return (
        f"Without labels {ours:.4f}, goal {GOAL}: {_met(ours, GOAL)}. Ten-fold {best['auc']:.4f} "
        f"({best['method']}), goal {GOAL_SUPERVISED}: {_met(best['auc'], GOAL_SUPERVISED)}; "
        f"aim {AIM_SUPERVISED}: {_met(best['auc'], AIM_SUPERVISED)}."
    )


def _met(value: float, goal: float) -> str:
    return "met" if value >= goal else f"missed by {goal - value:.4f}"
