"""Part 4: what rings of five, twenty and fifty gain in a real trust graph, and what that costs in agreement.

Two rings of each shape and size. In a ring of **new accounts** one person who is known and others whom nobody
else knows confirm one another; in a ring of **known people** all of them held something before. The gain is
what the ring holds together, after beside before. That it stays below 1/α = 2 has a proof
(`domain.standing.formula`); this shows that the code keeps to it, and what counting lets happen.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress
from rich.table import Table as Printed

from bench.contributions import rings_picture, trust
from bench.contributions.shapes import SHAPES, SIZES
from bench.contributions.trust import METHODS, OURS, Confirmations
from bench.ratings import history, saying
from bench.ratings.history import Floats, Ints
from domain import standing

SEEDS = 500
DRAWS, DRAWS_QUICK = (1, 2, 3), (1,)
RINGS, RINGS_QUICK = 20, 4  # of each shape and size in each draw
NEW, KNOWN = "new accounts", "known people"
GOAL_GAIN, GOAL_STAR, GOAL_AGREEMENT = 1 / standing.formula.ALPHA * 1.02, 1.01, 0.75

Row = dict[str, Any]


def run(path: Path, *, folder: Path | None = None, quick: bool = False) -> list[Row]:
    """Inject, print, draw. Quick: one draw of seeds and fewer rings."""
    began, console = time.perf_counter(), saying.console()
    data = history.read(path)
    console.print(saying.opening(data))
    given, candidates = trust.confirmations(data), trust.eligible(data)
    draws = DRAWS_QUICK if quick else DRAWS
    rows, agreements = [], []
    with Progress(console=console, transient=True) as progress:
        for draw in progress.track(draws, description="rings"):
            seeds = trust.drawn(candidates, SEEDS, draw)
            agreements.append(agreement(given, seeds) | {"draw": draw})
            rows += gains(given, seeds, data.highest, draw, RINGS_QUICK if quick else RINGS)
    found = summed(rows)
    console.print(_table(found))
    console.print(_assumed(given, int(candidates.sum())))
    console.print(verdict(found, agreements))
    if folder is not None:
        rings_picture.draw(found, folder)
    console.print(saying.closing(began, ", ".join(map(str, draws))))
    return [*found, *agreements]


def gains(given: Confirmations, seeds: Floats, value: float, draw: int, rings: int) -> list[Row]:
    """What each ring holds after beside before, by method."""
    before = {name: method(given, seeds) for name, method in METHODS.items()}
    random = np.random.default_rng(draw)
    holding = np.flatnonzero((before[OURS] > 0) & (seeds == 0))
    rows = []
    for shape, size, of, members in _rings(holding, given.people, random, rings):
        people = max(given.people, int(members.max()) + 1)
        ring = trust.extended(given, SHAPES[shape](members), value, people)
        known = members[members < given.people]
        wider = np.concatenate((seeds, np.zeros(people - given.people)))
        for name, method in METHODS.items():
            gain = float(method(ring, wider)[members].sum() / before[name][known].sum())
            rows.append({"method": name, "shape": shape, "size": size, "of": of, "draw": draw, "gain": gain})
    return rows


def agreement(given: Confirmations, seeds: Floats) -> Row:
    """Spearman's rank correlation of standing with how often people were confirmed, seeds and all."""
    counts = np.bincount(given.contributor, minlength=given.people).astype(np.float64)
    held, others = METHODS[OURS](given, seeds), seeds == 0
    return {
        "method": OURS,
        "agreement": _spearman(held, counts),
        "agreement_without_seeds": _spearman(held[others], counts[others]),
        "seeds": int(seeds.sum()),
        "reached": int((held > 0).sum()),
    }


def summed(rows: list[Row]) -> list[Row]:
    """Median and largest gain by method, shape, size and of whom."""
    groups: dict[tuple[str, str, int, str], list[float]] = {}
    for row in rows:
        groups.setdefault((row["method"], row["shape"], row["size"], row["of"]), []).append(row["gain"])
    return [
        {
            "method": method,
            "shape": shape,
            "size": size,
            "of": of,
            "rings": len(found),
            "median_gain": float(np.median(found)),
            "largest_gain": max(found),
        }
        for (method, shape, size, of), found in groups.items()
    ]


def verdict(found: list[Row], agreements: list[Row]) -> str:
    """Whether the goals are met, in a sentence for each."""
    ours = [row for row in found if row["method"] == OURS]
    largest = max(row["largest_gain"] for row in ours)
    star = max(row["largest_gain"] for row in ours if row["shape"] == "star" and row["of"] == NEW)
    least = min(row["agreement"] for row in agreements)
    rivals = ", ".join(
        f"{name} ×{max(row['largest_gain'] for row in found if row['method'] == name):,.0f}"
        for name in METHODS
        if name != OURS
    )
    return (
        f"Largest gain {largest:.3f}; goal {GOAL_GAIN:.2f}: {_met(largest <= GOAL_GAIN)} (beside {rivals}). "
        f"Star of new accounts {star:.3f}; goal {GOAL_STAR}: {_met(star <= GOAL_STAR)}. Rank agreement with "
        f"counts {least:.3f} or more with {agreements[0]['seeds']} seeds; goal {GOAL_AGREEMENT}: "
        f"{_met(least >= GOAL_AGREEMENT)}."
    )


def _rings(
    holding: Ints, people: int, random: np.random.Generator, rings: int
) -> Iterator[tuple[str, int, str, Ints]]:
    for shape in SHAPES:
        for size in SIZES:
            for _ in range(rings):
                insider = random.choice(holding, 1)
                yield shape, size, NEW, np.concatenate((insider, people + np.arange(size - 1)))
                yield shape, size, KNOWN, random.choice(holding, size, replace=False)


def _spearman(first: Floats, second: Floats) -> float:
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: Floats) -> Floats:
    """Places from the lowest; equals share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    shared: Floats = last[place] - (count[place] - 1) / 2
    return shared


def _table(found: list[Row]) -> Printed:
    printed = Printed(title="Median gain of rings of 5 / 20 / 50", title_justify="left")
    printed.add_column("ring")
    for name in METHODS:
        printed.add_column(name, justify="right", style="bold" if name == OURS else None)
    at = {(row["method"], row["shape"], row["of"], row["size"]): row["median_gain"] for row in found}
    for of in (NEW, KNOWN):
        for shape in SHAPES:
            cells = [" / ".join(_times(at[name, shape, of, size]) for size in SIZES) for name in METHODS]
            printed.add_row(f"{shape} of {of}", *cells)
    return printed


def _times(gain: float) -> str:
    return f"×{gain:,.3f}" if gain < 10 else f"×{gain:,.0f}"


def _assumed(given: Confirmations, candidates: int) -> str:
    return (
        f"{len(given.value):,} ratings above zero as confirmations; {SEEDS} seeds are drawn by lot from "
        f"{candidates} who pass the rule for seeds as far as the file can show it (ratings given stand for "
        "settled bookings, a rating below zero for an upheld case). Rings confirm one another today, for "
        "the most that anybody in the file is rated; nobody in a ring is a seed."
    )


def _met(is_met: bool) -> str:  # noqa: FBT001 -- what is said of it is all it is for
    return "met" if is_met else "missed"
