"""A picture of rings: what each gains, by size and by the way of adding confirmations up."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.contributions.shapes import SHAPES, SIZES
from bench.contributions.trust import COUNTING, OURS, ROOTS
from domain import standing

_COLOURS = {COUNTING: "#c0392b", ROOTS: "#d9a441", OURS: "#0b6e4f"}


def draw(rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Write `contributions_rings.png` into the folder; answers where it is."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    groups = list(dict.fromkeys(row["of"] for row in rows))
    figure = Figure(figsize=(12, 7), layout="constrained")
    panels = figure.subplots(len(groups), len(SHAPES), sharex=True, sharey=True, squeeze=False)
    for line, of in zip(panels, groups, strict=True):
        for axes, shape in zip(line, SHAPES, strict=True):
            _panel(axes, rows, shape, of)
    figure.supxlabel("members of the ring")
    figure.supylabel("times what the ring held before (median)")
    handles, names = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(names), frameon=False)
    path = folder / "contributions_rings.png"
    figure.savefig(path, dpi=130)
    return path


def _panel(axes: Any, rows: Sequence[Mapping[str, Any]], shape: str, of: str) -> None:  # noqa: ANN401 -- matplotlib's
    at = {
        (row["method"], row["size"]): row["median_gain"]
        for row in rows
        if row["shape"] == shape and row["of"] == of
    }
    for name, colour in _COLOURS.items():
        axes.plot(SIZES, [at[name, size] for size in SIZES], marker="o", color=colour, label=name)
    axes.axhline(1 / standing.formula.ALPHA, color="black", linewidth=0.8, linestyle=":", label="1/α")
    axes.set_yscale("log")
    axes.set_xticks(SIZES)
    axes.set_title(f"{shape} of {of}", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
