"""The scheduled loop's figures for people: tables, and a picture."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from rich.console import Console
from rich.table import Table

from bench.surge.hotel import Floats

ASSUMED = (
    "Real, where a file is given: how long before people book and call off. Assumed: Poisson customers, what "
    "a slot is worth to them exponential with the base price as its mean, full refunds, nobody waits for a "
    "lower price; an expectation that is wrong is so by the same factor everywhere. EMSRb sells fares of its "
    "own and stands beside their own best control."
)
REFERENCES = {
    "clipped, least": 0.963,
    "EMSRb, mean": 0.999,
    "first come at load 1": 0.92,
    "first come at load 2": 0.69,
}
_EXACT = 1e-9  # where ours are the base price all along, both are the same but for rounding
FIRST, OURS = "first come", "ours"


def show(rows: list[dict[str, Any]], told: list[dict[str, Any]], console: Console) -> None:
    """What is assumed, the textbook's figures, then every policy."""
    console.print(ASSUMED, highlight=False)
    console.print(_references(told))
    console.print(_policies(rows))
    console.print(verdict(rows), highlight=False)


def reproduced(told: list[dict[str, Any]]) -> dict[str, float]:
    """Our figures of the references, in their order."""
    by_load = {load: [row["first_come"] for row in told if row["load"] == load] for load in _loads(told)}
    return {
        "clipped, least": min(row["clipped"] for row in told),
        "EMSRb, mean": float(np.mean([row["emsrb"] for row in told])),
        "first come at load 1": float(np.mean(by_load[1.0])),
        "first come at load 2": float(np.mean(by_load[2.0])),
    }


def verdict(rows: list[dict[str, Any]]) -> str:
    """Whether ours are between first come and the optimum, and whether a path fell."""
    first = {
        (row["load"], row["capacity"]): row["share_of_optimum"] for row in rows if row["policy"] == FIRST
    }
    ours = [row for row in rows if row["policy"] == OURS]
    above = sum(
        first[row["load"], row["capacity"]] <= row["share_of_optimum"] + 2 * row["share_error"] + _EXACT
        and row["share_of_optimum"] - 2 * row["share_error"] <= 1 + _EXACT
        for row in ours
    )
    beliefs = sorted({row["belief"] for row in ours})
    means = [_mean(rows, OURS, belief, None, "share_of_optimum") for belief in beliefs]
    falls = sum({(row["policy"], row["belief"]): row["path_falls"] or 0 for row in rows}.values())
    told = ", ".join(f"{mean:.1%} (×{belief:g})" for belief, mean in zip(beliefs, means, strict=True))
    return (
        f"Ours {told} of the optimum, first come {np.mean(list(first.values())):.1%}; between both, "
        f"within two standard errors, in {above} of {len(ours)} scenarios. Price paths that fell: {falls}."
    )


def draw(rows: list[dict[str, Any]], paths: list[tuple[str, Floats, Floats]], path: Path) -> None:
    """Left: shares of the optimum by load, with what a wrong expectation makes of ours. Right: two paths."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  (a screen is not needed, and Agg is chosen first)

    loads = _loads(rows)
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
    for policy in dict.fromkeys(row["policy"] for row in rows):
        line = [100 * _mean(rows, policy, 1.0, load, "share_of_optimum") for load in loads]
        left.plot(loads, line, marker="o", label=policy, linewidth=2.5 if policy == OURS else 1.2)
    beliefs = [row["belief"] for row in rows]
    low, high = (
        [100 * _mean(rows, OURS, b, x, "share_of_optimum") for x in loads]
        for b in (min(beliefs), max(beliefs))
    )
    left.fill_between(
        loads,
        np.minimum(low, high),
        np.maximum(low, high),
        alpha=0.2,
        label="ours, expecting too few or too many",
    )
    left.set(xlabel="load", ylabel="% of the optimum's revenue", title="What is earned, by load")
    left.grid(alpha=0.3)
    left.legend(fontsize=8)
    for name, time, price in paths:
        right.step(time, price, where="post", label=name, linewidth=1.5)
    right.set(
        xlabel="time, in customers who have asked of all expected",
        ylabel="price over base",
        title="Five places at load 1.5",
    )
    right.grid(alpha=0.3)
    right.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _loads(rows: list[dict[str, Any]]) -> list[float]:
    return sorted({row["load"] for row in rows})


def _references(told: list[dict[str, Any]]) -> Table:
    table = Table(title="The textbook's market, where everybody comes")
    for name in ("", "here", "reference", "points apart"):
        table.add_column(name, justify="right" if name else "left")
    for name, figure in reproduced(told).items():
        reference = REFERENCES[name]
        table.add_row(name, f"{figure:.2%}", f"{reference:.1%}", f"{100 * (figure - reference):+.2f}")
    apart = max(abs(row["optimum_over_closed_form"] - 1) for row in told)
    table.add_row("optimum over its closed form, worst", f"{1 + apart:.3%}", "100.0%", f"{100 * apart:+.2f}")
    table.add_row("EMSRb, least", f"{min(row['emsrb'] for row in told):.2%}", "", "")
    return table


def _policies(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        title="With calling off: revenue in % of the optimum's, all and by load",
        caption="full: % of places. surplus: customers', in base prices a place. surged: % of sales. "
        "moves: of a slot's price. falls: against the rule.",
    )
    for name in ("", "belief", "all", *(f"{load:g}" for load in _loads(rows))):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name in ("full", "surplus", "surged", "moves", "falls"):
        table.add_column(name, justify="right", no_wrap=True)
    for policy, belief in dict.fromkeys((row["policy"], row["belief"]) for row in rows):
        falls = next(row["path_falls"] for row in rows if (row["policy"], row["belief"]) == (policy, belief))
        shares = [_mean(rows, policy, belief, load, "share_of_optimum") for load in (None, *_loads(rows))]
        table.add_row(
            policy,
            f"×{belief:g}",
            *(f"{100 * share:.1f}" for share in shares),
            f"{_mean(rows, policy, belief, None, 'load_factor'):.0%}",
            f"{_mean(rows, policy, belief, None, 'surplus_a_place'):.2f}",
            f"{_mean(rows, policy, belief, None, 'surged_share'):.0%}",
            f"{_mean(rows, policy, belief, None, 'price_changes'):.0f}",
            "" if falls is None else str(falls),
        )
    return table


def _mean(rows: list[dict[str, Any]], policy: str, belief: float, load: float | None, figure: str) -> float:
    """The mean of a figure over the scenarios, or those of a load."""
    return float(
        np.mean(
            [
                row[figure]
                for row in rows
                if (row["policy"], row["belief"]) == (policy, belief) and load in {None, row["load"]}
            ]
        )
    )
