"""A picture of a forecast: two weeks of the busiest cell, each error, and whether λ means what it says."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

Reals = NDArray[np.float32]

_OURS, _RIVAL, _OTHERS, _CAME = "#0b6e4f", "#c0392b", "#90a4ae", "#cfd8dc"
_DAYS = 14
_BINS = 20


def draw(came: Reals, forecasts: Mapping[str, Reals], test: slice, minutes: int, folder: Path) -> Path:
    """Write `surge_forecast.png` into the folder; answers where it is. The last forecast is ours."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(12, 8), layout="constrained")
    panels = figure.subplot_mosaic([["days", "days"], ["errors", "right"]])
    tested = {name: rate[test] for name, rate in forecasts.items()}
    _days(panels["days"], came[test], tested, minutes)
    _errors(panels["errors"], came[test], tested)
    _right(panels["right"], came[test], tested)
    for axes in panels.values():
        axes.spines[["top", "right"]].set_visible(False)
    path = folder / "surge_forecast.png"
    figure.savefig(path, dpi=130)
    return path


def _days(axes: Axes, came: Reals, tested: Mapping[str, Reals], minutes: int) -> None:
    busiest = int(came.sum(axis=0).argmax())
    until = min(len(came), _DAYS * 24 * 60 // minutes)
    days = np.arange(until) * minutes / (24 * 60)
    axes.fill_between(days, came[:until, busiest], step="post", color=_CAME, label="came")
    for name, colour in (("mean of last 8", _RIVAL), ("ours", _OURS)):
        axes.step(days, tested[name][:until, busiest], where="post", color=colour, linewidth=1.2, label=name)
    axes.set_title(f"The busiest cell, the first {_DAYS} days of the test", loc="left")
    axes.set_xlabel("days since the test began")
    axes.set_ylabel(f"pickups in {minutes} minutes")
    axes.margins(x=0)
    axes.legend(frameon=False, ncols=3)


def _errors(axes: Axes, came: Reals, tested: Mapping[str, Reals]) -> None:
    errors = {name: float(np.sqrt(((rate - came) ** 2).mean())) for name, rate in tested.items()}
    colours = [_OURS if name == "ours" else _OTHERS for name in errors]
    bars = axes.barh(list(errors), list(errors.values()), color=colours)
    axes.bar_label(bars, fmt="%.3f", padding=4, fontsize=9)
    floor = float(np.sqrt(came.mean()))
    axes.axvline(floor, color="black", linewidth=0.8, linestyle=":")
    axes.annotate(
        "√ mean λ:\nno less if Poisson", (floor, -0.4), xytext=(4, 0), textcoords="offset points", fontsize=8
    )
    axes.invert_yaxis()
    axes.set_title("RMSE, all cells", loc="left")


def _right(axes: Axes, came: Reals, tested: Mapping[str, Reals]) -> None:
    """Means of what came where λ was about so much, in bins that were to hold equally many pickups."""
    for name, colour in (("mean of last 8", _RIVAL), ("gradient boosting", _OTHERS), ("ours", _OURS)):
        rate, count = tested[name].reshape(-1), came.reshape(-1)
        order = np.argsort(rate, kind="stable")
        cuts = np.searchsorted(np.cumsum(rate[order]), np.linspace(0, rate.sum(), _BINS + 1)[1:-1])
        parts = [part for part in np.split(order, cuts) if part.size]
        means = [(float(rate[part].mean()), float(count[part].mean())) for part in parts]
        axes.plot(*zip(*means, strict=True), "o-", color=colour, markersize=4, linewidth=1, label=name)
    highest = axes.get_xlim()[1]
    axes.plot([0, highest], [0, highest], color="black", linewidth=0.8, linestyle=":")
    axes.set_title("What came where so much was forecast", loc="left")
    axes.set_xlabel("forecast λ")
    axes.set_ylabel("mean of what came")
    axes.legend(frameon=False)
