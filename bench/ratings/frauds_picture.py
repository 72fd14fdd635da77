"""A picture of the ranking: how many frauds are found among how many honest, and where we put whom."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score, roc_curve

from bench.ratings.frauds_unsupervised import OURS
from bench.ratings.history import Flags, Floats

_OURS, _OTHERS, _FRAUD, _HONEST = (
    "#0b6e4f",
    ("#90a4ae", "#c0392b", "#d9a441", "#5d6d7e"),
    "#c0392b",
    "#90a4ae",
)
_BINS = 30


def draw(scores: Mapping[str, Floats], fraud: Flags, folder: Path) -> Path:
    """Write `ratings_frauds.png` into the folder; answers where it is."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(12, 5.5), layout="constrained")
    curves, spread = figure.subplots(1, 2)
    _curves(curves, scores, fraud)
    _spread(spread, scores[OURS], fraud)
    for axes in (curves, spread):
        axes.spines[["top", "right"]].set_visible(False)
    path = folder / "ratings_frauds.png"
    figure.savefig(path, dpi=130)
    return path


def _curves(axes: Axes, scores: Mapping[str, Floats], fraud: Flags) -> None:
    others = iter(_OTHERS)
    for name, values in scores.items():
        wrong, right, _ = roc_curve(fraud, values)
        colour, width = (_OURS, 2.4) if name == OURS else (next(others), 1.2)
        axes.plot(
            wrong, right, color=colour, linewidth=width, label=f"{roc_auc_score(fraud, values):.3f} {name}"
        )
    axes.plot([0, 1], [0, 1], color="black", linewidth=0.6, linestyle=":")
    axes.set_title("Frauds found among honest raters suspected", loc="left")
    axes.set_xlabel("share of honest raters above the line")
    axes.set_ylabel("share of frauds above the line")
    axes.legend(frameon=False, loc="lower right", title="AUC", alignment="left")


def _spread(axes: Axes, values: Floats, fraud: Flags) -> None:
    bins = np.linspace(values.min(), values.max(), _BINS).tolist()
    axes.hist(values[~fraud], bins=bins, color=_HONEST, alpha=0.75, label="honest")
    axes.hist(values[fraud], bins=bins, color=_FRAUD, alpha=0.65, label="fraud")
    axes.set_title("Where our score puts them", loc="left")
    axes.set_xlabel("mean rank among all raters, 1 the oddest")
    axes.set_ylabel("labelled raters")
    axes.legend(frameon=False)
