"""One picture of a category's prices: the curve over the coming days, and the map as hexagons.

Below one is blue, above it orange, one is nearly white: a pair that people who cannot tell red from green can
tell apart (Okabe and Ito 2008). Every number that can be written is written, so that nobody guesses at a
colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

Position = tuple[float, float]

BLUE, PAPER, ORANGE, INK, FAINT = "#0072B2", "#F4F2EE", "#D55E00", "#222222", "#8A8A8A"
_COLOURS = LinearSegmentedColormap.from_list("prices", [BLUE, PAPER, ORANGE])
_LOWEST, _HIGHEST = 0.6, 2.0
_LAYOUT = ConstrainedLayoutEngine(rect=(0.01, 0.02, 0.98, 0.86), wspace=0.05)
_BELOW_ONE = "Below 1× only for offers whose provider named a lowest price."
_ROOM_FOR_A_DATE = 0.08  # of the axis; a date that does not fit is not written
_LATE = 0.8  # of the axis; words that begin later would leave it
_MOST_HOURS_NAMED = 8 * 24  # of the curve; with more days the hours of the day run into one another
_MOST_NUMBERED = 120  # hexagons; more and the numbers are dust
_DARK, _DEEP = 1.95, 0.65  # beyond them orange and blue are dark enough that white letters are read best
_BELOW_THE_HOURS = 14  # points
_METRES_PER_DEGREE = 111_195.0
_LENGTHS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the curve: its start, and the factors of tariff and demand (no unit)."""

    start: datetime
    tariff: float
    demand: float

    @property
    def factor(self) -> float:
        """Both together."""
        return self.tariff * self.demand


@dataclass(frozen=True, slots=True)
class Cell:
    """A hexagon: its rings (longitude, latitude in degrees) and its multiplier."""

    rings: Sequence[Sequence[Position]]
    multiplier: float


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn. `note` says why there is no map, where there is none."""

    title: str
    subtitle: str
    time_zone: str
    hours: Sequence[Hour]
    cells: Sequence[Cell]
    note: str = ""


def draw(scene: Scene, path: Path) -> None:
    """Write the picture; the ending of the path tells the format (png, svg, pdf)."""
    mpl.use("Agg")
    mpl.rcParams["font.family"] = "DejaVu Sans"
    figure = Figure(figsize=(13, 6.2), dpi=110, facecolor="white", layout=_LAYOUT)
    figure.text(0.02, 0.95, scene.title, fontsize=17, weight="bold", color=INK)
    figure.text(0.02, 0.905, scene.subtitle, fontsize=10.5, color=FAINT)
    if scene.cells:
        left, right = figure.subplots(1, 2, width_ratios=[1.55, 1])
        _curve(left, scene)
        _map(figure, right, scene)
    else:  # a map of nothing would take a third of the page to say so
        whole = figure.subplots()
        _curve(whole, scene)
        whole.set_title(scene.note, loc="right", fontsize=10.5, color=FAINT)
    figure.savefig(path)


def _curve(axes: Axes, scene: Scene) -> None:
    zone = ZoneInfo(scene.time_zone)
    axes.set_title("The coming days, hour by hour", loc="left", fontsize=12, color=INK)
    edges: list[Any] = [hour.start for hour in scene.hours]
    edges.append(edges[-1] + timedelta(hours=1))
    factors, tariffs = [[getattr(hour, name) for hour in scene.hours] for name in ("factor", "tariff")]
    for colour, kept in ((ORANGE, max), (BLUE, min)):
        part = [kept(1.0, factor) for factor in factors]
        axes.stairs(part, edges, baseline=1.0, fill=True, color=colour, alpha=0.22, linewidth=0)
    axes.stairs(factors, edges, baseline=None, color=ORANGE, linewidth=2, label="Price: tariff × demand")
    axes.stairs(
        tariffs, edges, baseline=None, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), label="Tariff alone"
    )
    axes.axhline(1.0, color=FAINT, linewidth=0.8)
    highest = max(factors)
    if highest > 1:
        _name(axes, scene.hours[factors.index(highest)].start, highest, edges, zone)
    if min(factors) < 1:
        axes.text(0.01, 0.02, _BELOW_ONE, fontsize=9, color=FAINT, transform=axes.transAxes)
    axes.set_ylim(min(0.8, min(factors) - 0.08), max(1.45, highest + 0.18))
    axes.set_xlim(edges[0], edges[-1])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.1f}×")
    axes.xaxis.set_major_locator(dates.DayLocator(tz=zone))  # type: ignore[no-untyped-call]  # matplotlib's
    axes.xaxis.set_major_formatter(dates.DateFormatter("%a %-d %b", tz=zone))  # type: ignore[no-untyped-call]  # likewise
    hours = dates.HourLocator(byhour=[6, 12, 18], tz=zone)  # type: ignore[no-untyped-call]  # likewise
    axes.xaxis.set_minor_locator(hours)
    if len(scene.hours) <= _MOST_HOURS_NAMED:
        axes.xaxis.set_minor_formatter(dates.DateFormatter("%-H", tz=zone))  # type: ignore[no-untyped-call]  # likewise
        axes.tick_params(axis="x", which="minor", labelsize=7.5, labelcolor=FAINT)
    axes.tick_params(axis="x", which="major", pad=_BELOW_THE_HOURS)
    for label, position in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True):
        label.set_horizontalalignment("left")
        label.set_visible(
            position < axes.get_xlim()[1] - _ROOM_FOR_A_DATE * (axes.get_xlim()[1] - axes.get_xlim()[0])
        )
    _name_first_day(axes, edges[0], zone)
    axes.grid(axis="y", color="#E6E6E6", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="upper left", frameon=False, fontsize=9.5, ncols=2)


def _name(axes: Axes, start: datetime, factor: float, edges: Sequence[Any], zone: ZoneInfo) -> None:
    """Write the highest factor where it is, and within the picture."""
    is_late = (start - edges[0]) / (edges[-1] - edges[0]) > _LATE
    axes.annotate(
        f"{factor:.2f}×, {start.astimezone(zone):%a %H:%M}",
        (edges[-1] if is_late else start, factor),
        xytext=(0 if is_late else 6, 5),
        textcoords="offset points",
        ha="right" if is_late else "left",
        fontsize=9.5,
        color=INK,
    )


def _name_first_day(axes: Axes, begins: datetime, zone: ZoneInfo) -> None:
    """Write the date of the day that has begun already, if there is room before the next one."""
    left, right = axes.get_xlim()
    ticks = [position for position in axes.get_xticks() if position > left]
    if not ticks or ticks[0] - left > _ROOM_FOR_A_DATE * (right - left):
        axes.annotate(
            f"{begins.astimezone(zone):%a %-d %b}",
            (left, 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -mpl.rcParams["xtick.major.size"] - _BELOW_THE_HOURS),
            textcoords="offset points",
            va="top",
        )


def _map(figure: Figure, axes: Axes, scene: Scene) -> None:
    axes.set_title("Now, place by place", loc="left", fontsize=12, color=INK)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    norm = TwoSlopeNorm(1.0, _LOWEST, _HIGHEST)
    rings = [ring for cell in scene.cells for ring in cell.rings]
    values = [cell.multiplier for cell in scene.cells for _ in cell.rings]
    drawn = PolyCollection(rings, cmap=_COLOURS, norm=norm, edgecolors="#B9B4AB", linewidths=0.8)
    drawn.set_array(values)
    axes.add_collection(drawn)
    axes.autoscale_view()
    latitude = sum(position[1] for position in rings[0]) / len(rings[0])
    axes.set_aspect(1 / cos(radians(latitude)))
    if len(rings) <= _MOST_NUMBERED:
        for ring, value in zip(rings, values, strict=True):
            _number(axes, ring, value)
    _scale(axes, latitude)
    bar = figure.colorbar(drawn, ax=axes, orientation="horizontal", fraction=0.045, pad=0.02, aspect=32)
    bar.set_ticks(
        [_LOWEST, 0.8, 1.0, 1.25, 1.5, 1.75, _HIGHEST],
        labels=["0.6×", "0.8×", "1×", "1.25×", "1.5×", "1.75×", "2×"],
    )
    bar.outline.set_visible(False)


def _number(axes: Axes, ring: Sequence[Position], value: float) -> None:
    corners = ring[:-1]
    east, north = (sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))
    is_one = abs(value - 1) < 0.005  # noqa: PLR2004 -- half of what is written
    colour = FAINT if is_one else INK if _DEEP < value < _DARK else "white"
    text = "1" if is_one else f"{value:.2f}".rstrip("0")
    axes.text(east, north, text, ha="center", va="center", fontsize=8 if is_one else 9, color=colour)


def _scale(axes: Axes, latitude: float) -> None:
    """A bar of a round length, about a fifth of the map."""
    (west, east), (south, _) = axes.get_xlim(), axes.get_ylim()
    metre = 1 / (_METRES_PER_DEGREE * cos(radians(latitude)))
    length = max((each for each in _LENGTHS if each * metre <= (east - west) / 4), default=_LENGTHS[0])
    axes.plot([west, west + length * metre], [south, south], color=INK, linewidth=2.5, solid_capstyle="butt")
    text = f"{length // 1_000} km" if length >= 1_000 else f"{length} m"  # noqa: PLR2004 -- a kilometre
    axes.annotate(text, (west, south), xytext=(0, 4), textcoords="offset points", fontsize=9, color=INK)
