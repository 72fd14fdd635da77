"""Two pictures: what a policy is worth against how restless it is, and one cell's prices over a day."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.surge.loop_plan import MAKERS, RESERVE_WAGE, prepared
from bench.surge.loop_results import FORESIGHT, OURS, RATIO_2, Result, compared, mean
from bench.surge.loop_scenario import TICKS
from bench.surge.loop_street import simulated
from bench.surge.loop_town import DAY_BEGINS_AT_HOUR, TICK_MINUTES, TICKS_AN_HOUR

_SEED, _KAPPA, _FLEET = 1, 1.5, 80  # a market in which prices move
_COLOURS = {OURS: "#0b6e4f", RATIO_2: "#c0392b"}
_OTHERS = "#5d6d7e"


def draw(found: Sequence[Result], path: Path, folder: Path) -> list[Path]:
    """Write the pictures into the folder; answers where they are."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    worth, day = folder / "surge_closed_loop.png", folder / "surge_closed_loop_day.png"
    _worth([each for each in found if not each.event]).savefig(worth, dpi=130)
    _day(path).savefig(day, dpi=130)
    return [worth, day]


def _worth(usual: Sequence[Result]) -> Figure:
    policies = list(dict.fromkeys(each.policy for each in usual))[::-1]
    rows = np.arange(len(policies))
    colours = [_COLOURS.get(policy, _OTHERS) for policy in policies]
    figure = Figure(figsize=(11, 5), layout="constrained")
    worth, restless, surged = figure.subplots(1, 3, sharey=True, width_ratios=(2, 1, 1))
    for row, policy, colour in zip(rows, policies, colours, strict=True):
        found = compared(usual, policy, RATIO_2, "welfare")
        middle, low, high = (each * 100 for each in (found.mean, found.low, found.high))
        worth.errorbar(middle, row, xerr=[[middle - low], [high - middle]], fmt="o", color=colour, capsize=3)
    worth.axvline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    worth.set_yticks(rows, policies)
    worth.set_xlabel(f"welfare to {RATIO_2}, %, and 95 % over seeds")
    restless.barh(rows, [mean(usual, each, "volatility") for each in policies], color=colours, height=0.6)
    restless.set_xlabel("mean change of the multiplier\na customer meets, per 5 minutes")
    surged.barh(
        rows, [mean(usual, each, "surged_share") * 100 for each in policies], color=colours, height=0.6
    )
    surged.set_xlabel("services above\nthe base price, %")
    worth.set_title("Worth and restlessness of each policy, all markets", loc="left")
    for axes in (worth, restless, surged):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _day(path: Path) -> Figure:
    town, day = prepared(path, _SEED, _KAPPA, _FLEET, event=False, training=False)
    cell = int(np.bincount(day.cell, minlength=len(town.cells)).argmax())
    hours = DAY_BEGINS_AT_HOUR + np.arange(TICKS) / TICKS_AN_HOUR
    figure = Figure(figsize=(11, 6), layout="constrained")
    prices, asked = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    for policy in (RATIO_2, FORESIGHT, OURS):
        street = simulated(town, day, MAKERS[policy](0.0), reserve_wage=RESERVE_WAGE)
        _line(prices, hours, street.shown[:, cell], policy)
    prices.set_ylabel("multiplier shown")
    prices.set_title(f"The busiest cell on {day.day}, demand × {_KAPPA:g}, fleet {_FLEET}", loc="left")
    prices.legend(frameon=False)
    quarters = np.arange(0, TICKS * TICK_MINUTES + 1, 15)
    counts, _ = np.histogram(day.at[day.cell == cell], quarters)
    asked.bar(DAY_BEGINS_AT_HOUR + quarters[:-1] / 60, counts, width=0.25, align="edge", color="#b0bec5")
    asked.set_ylabel("asked in 15 min")
    asked.set_xlabel("hour of the day; beyond 24 the next morning")
    for axes in (prices, asked):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _line(
    axes: Axes, hours: np.ndarray[tuple[int], np.dtype[np.float64]], shown: object, policy: str
) -> None:
    ours = policy == OURS
    axes.step(
        hours,
        np.asarray(shown),
        where="post",
        label=policy,
        color=_COLOURS.get(policy, "#c9d1d6"),
        linewidth=2.2 if ours else 1,
        zorder=3 if ours else 1 if policy == FORESIGHT else 2,
    )
