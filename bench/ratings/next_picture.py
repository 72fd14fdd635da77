"""A picture of the prediction: errors beside one another, and whether chances of a bad rating come true."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.ratings.history import Edges, Floats
from domain import ratings

_OURS, _RIVAL, _OTHERS = "#0b6e4f", "#c0392b", "#90a4ae"
_BINS = 12


def draw(
    predicted: Mapping[str, Floats],
    edges: Edges,
    tested: int,
    rows: Sequence[Mapping[str, Any]],
    folder: Path,
) -> Path:
    """Write `ratings_next.png` into the folder; answers where it is."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(12, 5), layout="constrained")
    errors, true = figure.subplots(1, 2)
    _errors(errors, rows)
    _true(true, predicted, edges.x, tested)
    for axes in (errors, true):
        axes.spines[["top", "right"]].set_visible(False)
    path = folder / "ratings_next.png"
    figure.savefig(path, dpi=130)
    return path


def _errors(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [row["method"] for row in rows]
    colours = [_OURS if name.startswith("ours") else _OTHERS for name in names]
    bars = axes.barh(names, [row["rmse"] for row in rows], color=colours)
    axes.bar_label(bars, [f"{row['rmse']:.4f}  ({-row['below_bayes']:+.1%})" for row in rows], padding=4)
    axes.invert_yaxis()
    axes.set_xlim(0, max(row["rmse"] for row in rows) * 1.3)
    axes.set_title("RMSE on −1 … 1, and against the best Bayesian mean", loc="left")


def _true(axes: Axes, predicted: Mapping[str, Floats], x: Floats, tested: int) -> None:
    """How many were bad where the prediction was among the lowest twelfth, and so on."""
    for name, colour in (("best Bayesian mean", _RIVAL), ("ours, ridge, sealed", _OURS)):
        values, came = predicted[name][tested:], x[tested:]
        parts = np.array_split(np.argsort(values, kind="stable"), _BINS)
        bad = [float((came[part] < ratings.NEUTRAL).mean()) for part in parts]
        axes.plot(np.arange(1, _BINS + 1), bad, color=colour, marker="o", label=name)
    axes.set_title("Bad ratings gather where they are predicted", loc="left")
    axes.set_xlabel("twelfths of the ratings, by what was predicted, the lowest first")
    axes.set_ylabel("share that were bad")
    axes.legend(frameon=False)
