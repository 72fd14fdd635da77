"""Part 4: what scheduled prices earn of the best that could be earned, beside the usual ways.

Loads of half to three times the places, one to twenty places, with the expectation right, three tenths too
low and four tenths too high. Rivals are counted exactly (see `scheduled_rivals`); ours, whose prices remember
those before, are simulated with the same customers as the optimum. Ours was tuned on other seeds.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from bench.surge import hotel, scheduled_report, scheduled_rivals
from bench.surge.hotel import Floats, Ints
from bench.surge.scheduled_market import (
    CAPACITIES,
    LOADS,
    Market,
    market,
    profile,
    without_calling_off,
)
from bench.surge.scheduled_sale import Ours, Policy, Sold, controlled, planned, sell
from domain import surge

BELIEFS = (1.0, 0.7, 1.4)  # what is expected, over what is true
SEEDS = tuple(range(10))
TRAINING_SEEDS = (101, 102, 103)  # on which θ and p0 of `ScheduledRules` were chosen; none of the above
SLOTS, FEW_SLOTS = 100, 20  # of each scenario for each seed

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A way to price, under a belief; `exact` is its share of the optimum where it can be counted."""

    name: str
    belief: float
    policy: Policy
    exact: Floats | None = None


def run(path: Path | None, *, folder: Path | None = None, quick: bool = False) -> list[Row]:
    """Count, simulate, print, draw; a row for each policy, belief, load and capacity."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    began = time.perf_counter()
    bookings = hotel.read(path) if path is not None else None
    people = profile(bookings)
    told = references(market(without_calling_off(people)))
    selling = market(people)
    best = scheduled_rivals.optimum(selling)
    seeds, slots = (SEEDS[:2], FEW_SLOTS) if quick else (SEEDS, SLOTS)
    field = list(contestants(selling, best))
    watched = track(field, "scheduled loop", console=console, transient=True)
    rows = compete(selling, best, watched, seeds=seeds, slots=slots)
    spent = time.perf_counter() - began
    console.print(
        f"Data {bookings.digest if bookings else 'none: people are made up'}; seeds {seeds[0]}–{seeds[-1]}, "
        f"{slots} slots each of {len(CAPACITIES) * len(LOADS)} scenarios; {spent:.1f} s.",
        highlight=False,
    )
    scheduled_report.show(rows, told, console)
    if folder is not None:
        paths = list(_paths(selling, best))
        scheduled_report.draw(rows, paths, folder / "surge_scheduled_loop.png")
    return [*told, *rows]


def compete(
    selling: Market, best: Floats, field: Iterable[Contestant], *, seeds: tuple[int, ...], slots: int
) -> list[Row]:
    """A row for each contestant and scenario, who all meet the same customers."""
    controls = [
        (
            scheduled_rivals.value(selling, plan)[:, 0],
            sell(selling, planned(plan), seeds=seeds, slots=slots).revenue,
        )
        for plan in (best, scheduled_rivals.first_come(selling))
    ]
    return [
        row
        for each in field
        for row in _rows(selling, each, sell(selling, each.policy, seeds=seeds, slots=slots), controls)
    ]


def references(selling: Market) -> list[Row]:
    """The textbook's figures, where everybody comes, for every scenario.

    The optimum itself is beside its closed form, ln Σ μ^i/i! for i up to the capacity with μ = load ×
    capacity (Gallego & van Ryzin 1994): they differ by what cutting time into steps costs.
    """
    best = scheduled_rivals.optimum(selling)
    most = scheduled_rivals.value(selling, best)[:, 0]
    first = scheduled_rivals.value(selling, scheduled_rivals.first_come(selling))[:, 0] / most
    clipped = scheduled_rivals.value(selling, scheduled_rivals.clipped(best))[:, 0] / most
    return [
        {
            "policy": "reference",
            "load": float(load),
            "capacity": int(capacity),
            "first_come": float(first[at]),
            "clipped": float(clipped[at]),
            "emsrb": scheduled_rivals.emsrb(int(capacity), float(load)),
            "optimum_over_closed_form": float(most[at]) / closed_form(int(capacity), float(load)),
        }
        for at, (load, capacity) in enumerate(zip(selling.load, selling.capacity, strict=True))
    ]


def closed_form(capacity: int, load: float) -> float:
    """What the optimum earns, in base prices, when all come and time is not cut."""
    count = np.arange(1, capacity + 1)
    terms = np.cumprod(np.r_[1.0, load * capacity / count])
    return float(np.log(terms.sum()))


def contestants(selling: Market, best: Floats, beliefs: tuple[float, ...] = BELIEFS) -> Iterator[Contestant]:
    """Every policy under every belief; first come believes nothing."""
    most = scheduled_rivals.value(selling, best)[:, 0]

    def exactly(name: str, belief: float, plan: Floats) -> Contestant:
        return Contestant(name, belief, planned(plan), scheduled_rivals.value(selling, plan)[:, 0] / most)

    yield exactly("first come", 1.0, scheduled_rivals.first_come(selling))
    for belief in beliefs:
        believed = replace(selling, asking=belief * selling.asking)
        planned_best = scheduled_rivals.optimum(believed)
        yield exactly("best fixed", belief, scheduled_rivals.best_fixed(believed))
        yield exactly("Gallego–van Ryzin", belief, planned_best)
        yield exactly("the same, clipped", belief, scheduled_rivals.clipped(planned_best))
        for name, discounts in (("ours", False), ("ours, last minute", True)):
            yield Contestant(name, belief, Ours(selling, surge.ScheduledRules(), belief, discounts))


def _rows(selling: Market, each: Contestant, sold: Sold, controls: list[tuple[Floats, Floats]]) -> list[Row]:
    if each.exact is None:
        share, error = (figure / controls[0][0] for figure in controlled(sold.revenue, controls))
    else:
        share, error = each.exact, np.zeros(len(each.exact))
    falls = each.policy.falls if isinstance(each.policy, Ours) else None
    return [
        {
            "policy": each.name,
            "belief": each.belief,
            "load": float(selling.load[at]),
            "capacity": int(selling.capacity[at]),
            "share_of_optimum": float(share[at]),
            "share_error": float(error[at]),
            "load_factor": float(sold.came[at] / selling.capacity[at]),
            "surplus_a_place": float(sold.surplus[at] / selling.capacity[at]),
            "surged_share": float(sold.surged[at]),
            "price_changes": float(sold.changes[at]),
            "path_falls": falls,
        }
        for at in range(len(selling.capacity))
    ]


def _paths(selling: Market, best: Floats) -> Iterator[tuple[str, Floats, Floats]]:
    """One slot of five places at load 1.5, sold by the optimum and by ours: name, time, prices."""
    at = int(np.flatnonzero((selling.capacity == 5) & (selling.load == 1.5))[0])
    chosen = replace(
        selling,
        capacity=selling.capacity[at : at + 1],
        load=selling.load[at : at + 1],
        asking=selling.asking[:, at : at + 1],
    )
    for name, policy in (
        ("Gallego–van Ryzin", planned(best[:, at : at + 1])),
        ("ours", Ours(chosen, surge.ScheduledRules(), discounts=True)),
    ):
        seen: list[float] = []

        def watched(step: int, taken: Ints, policy: Policy = policy, seen: list[float] = seen) -> Floats:
            price = policy(step, taken)
            seen.append(float(price[0, 0]))
            return price

        sell(chosen, watched, seeds=(4,), slots=1)
        yield name, np.linspace(0, 1, len(seen)), np.array(seen)
