"""A picture of attacks: how far each lifts somebody, under each way of adding ratings up."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from bench.ratings.attacks import ATTACKS, COUNTS
from bench.ratings.tables import MEAN, OURS, REV2, WILSON

_COLOURS = {MEAN: "#90a4ae", WILSON: "#d9a441", REV2: "#c0392b", OURS: "#0b6e4f"}
_GOAL = 5.0


def draw(rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Write `ratings_robustness.png` into the folder; answers where it is."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(13, 5), layout="constrained")
    panels = figure.subplots(1, len(COUNTS), sharey=True, sharex=True)
    at = {(row["method"], row["attack"], row["fakes"]): row["shift"] for row in rows}
    places, height = np.arange(len(ATTACKS)), 0.8 / len(_COLOURS)
    for axes, count in zip(panels, COUNTS, strict=True):
        for step, (method, colour) in enumerate(_COLOURS.items()):
            shifts = [at[method, attack, count] for attack in ATTACKS]
            axes.barh(places + (step - 1.5) * height, shifts, height, color=colour, label=method)
        axes.axvline(_GOAL, color="black", linewidth=0.8, linestyle=":")
        axes.set_title(f"{count} fake{'s' if count > 1 else ''}", loc="left")
        axes.set_yticks(places, list(ATTACKS))
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].invert_yaxis()
    figure.supxlabel("points of percentile gained (dotted: the goal for plain, camouflaged and ring)")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(names), frameon=False)
    path = folder / "ratings_robustness.png"
    figure.savefig(path, dpi=130)
    return path
