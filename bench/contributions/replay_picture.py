"""A picture of the replay: counted beside published reputation, and how far off everybody is."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from bench.contributions.community import Community

_COLOURS = ("#0b6e4f", "#d9a441", "#90a4ae", "#c0392b")
_FURTHEST = 120


def draw(counted: Mapping[str, Mapping[str, int]], known: Community, folder: Path) -> Path:
    """Write `contributions_replay.png` into the folder; answers where it is."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(12, 5), layout="constrained")
    beside, off = figure.subplots(1, 2)
    published = np.array([known.published[user_id] for user_id in known.active])
    ours = next(iter(counted.values()))
    reputations = np.array([ours[user_id] for user_id in known.active])
    beside.plot([1, published.max()], [1, published.max()], color="black", linewidth=0.8, linestyle=":")
    beside.scatter(published, reputations, s=12, color=_COLOURS[0], alpha=0.6, linewidths=0)
    beside.set_xscale("log")
    beside.set_yscale("log")
    beside.set_xlabel("published reputation")
    beside.set_ylabel("counted by this engine")
    for (name, result), colour in zip(counted.items(), _COLOURS, strict=True):
        furthest = np.sort(np.abs(np.array([result[user_id] for user_id in known.active]) - published))
        share = np.arange(1, len(furthest) + 1) / len(furthest)
        off.step(furthest, 100 * share, where="post", color=colour, label=name)
    off.set_xlim(0, _FURTHEST)
    off.set_ylim(0, 101)
    off.set_xlabel("points off")
    off.set_ylabel("members no further off, %")
    off.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.45, 0.05))
    for axes in (beside, off):
        axes.spines[["top", "right"]].set_visible(False)
    path = folder / "contributions_replay.png"
    figure.savefig(path, dpi=130)
    return path
