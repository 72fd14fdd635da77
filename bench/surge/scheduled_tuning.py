"""How θ and p0 of `ScheduledRules` were chosen: every pair on the training seeds, under all three beliefs.

What is earned is not all: of pairs that earn nearly the same, the one is chosen that makes fewer people pay
more, above all for slots that stay half empty. Takes some minutes; the loop itself runs on other seeds.
"""

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.surge import hotel, scheduled_rivals
from bench.surge.scheduled_loop import BELIEFS, SLOTS, TRAINING_SEEDS, Contestant, compete
from bench.surge.scheduled_market import Market, market, profile
from bench.surge.scheduled_sale import Ours
from domain import surge

THRESHOLDS = (0.2, 0.3, 0.4, 0.5)
THETAS = (0.8, 1.0, 1.2)


def run(path: Path | None) -> list[dict[str, Any]]:
    """Print and answer a row for each pair."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    selling = market(profile(hotel.read(path) if path is not None else None))
    best = scheduled_rivals.optimum(selling)
    watched = track(list(_pairs(selling)), "tuning", console=console, transient=True)
    found = compete(selling, best, watched, seeds=TRAINING_SEEDS, slots=SLOTS)
    rows = [_row(found, pair) for pair in dict.fromkeys(row["policy"] for row in found)]
    table = Table(title=f"Revenue in % of the optimum's, seeds {TRAINING_SEEDS[0]}–{TRAINING_SEEDS[-1]}")
    for name in rows[0]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*(str(figure) for figure in row.values()))
    console.print(table)
    return rows


def _pairs(selling: Market) -> Iterator[Contestant]:
    for threshold, theta, belief in product(THRESHOLDS, THETAS, BELIEFS):
        rules = surge.ScheduledRules(theta=theta, threshold=threshold)
        yield Contestant(f"{threshold:g} {theta:g}", belief, Ours(selling, rules, belief))


def _row(found: list[dict[str, Any]], pair: str) -> dict[str, Any]:
    mine = [row for row in found if row["policy"] == pair]
    threshold, theta = pair.split()
    by_belief = {
        f"×{belief:g}": _percent(row["share_of_optimum"] for row in mine if row["belief"] == belief)
        for belief in BELIEFS
    }
    return {
        "p0": threshold,
        "θ": theta,
        "all": _percent(row["share_of_optimum"] for row in mine),
        **by_belief,
        "full": _percent(row["load_factor"] for row in mine),
        "surged": _percent(row["surged_share"] for row in mine),
        "surged, half empty": _percent(
            row["surged_share"] for row in mine if row["load"] == 0.5 and row["belief"] == 1
        ),
    }


def _percent(figures: Iterator[float]) -> float:
    return round(100 * float(np.mean(list(figures))), 1)
