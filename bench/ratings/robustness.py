"""Part 3: how far fakes lift somebody from the middle of the table, and what being hard to lift costs.

The past is the first 70 % of the ratings; seeds of trust are chosen from it alone. Of each method's own table
(subjects of three ratings or more) subjects between the 40th and 60th percentile are attacked, one at a time,
and the whole table is counted again. A shift is in points of percentile; 60 is about the most there is.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table as Printed

from bench.ratings import history, robustness_picture, saying, tables
from bench.ratings.attacks import ATTACKS, BOOKINGS, COUNTS, Scene
from bench.ratings.history import Edges, Floats, Ints
from bench.ratings.tables import OURS, Known, Table
from domain import ratings

PAST = 0.7
MIDDLE = (40.0, 60.0)
IN_TABLE, RATED_AT_MOST = 3, 20  # a subject of hundreds of ratings moves under no method
SUBJECTS, SUBJECTS_QUICK = 40, 8
GOAL_POINTS, GOAL_COST, AGAINST, FAKES = 5.0, 0.005, ("plain", "camouflaged", "ring"), 3
SEED = 20261122
REAL_DAYS = 1.0

Row = dict[str, Any]


def run(
    path: Path, labels: Path | None = None, *, folder: Path | None = None, quick: bool = False
) -> list[Row]:
    """Attack, print, draw. Labels are not used. Quick: fewer subjects."""
    del labels
    began, console = time.perf_counter(), saying.console()
    data = history.read(path)
    console.print(saying.opening(data))
    rows_of_past = np.arange(len(data.edges)) < int(PAST * len(data.edges))
    past, later = data.edges.where(rows_of_past), data.edges.where(~rows_of_past)
    settled = tables.known(past)
    rows = attacked(past, settled, SUBJECTS_QUICK if quick else SUBJECTS, console)
    costs = cost(past, later, settled)
    console.print(_table(rows))
    console.print(_prices(rows))
    console.print(_assumed(past, settled, SUBJECTS_QUICK if quick else SUBJECTS))
    console.print(verdict(rows, costs))
    if folder is not None:
        robustness_picture.draw(rows, folder)
    console.print(saying.closing(began, str(SEED)))
    return [*rows, {"method": OURS, "attack": "none", **costs}]


def attacked(past: Edges, settled: Known, subjects: int, console: Console) -> list[Row]:
    """Mean shift of the attacked, by method, attack and number of fakes."""
    methods = tables.tables(settled)
    rows = []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("attacks", total=len(methods) * len(ATTACKS) * len(COUNTS))
        for method, table in methods.items():
            before = table(past, settled.day)
            listed = past.received >= IN_TABLE
            chosen = _middle(before, listed, past, subjects)
            for attack in ATTACKS:
                for count in COUNTS:
                    shifts = _shifts(past, settled, (table, before, listed), chosen, (attack, count))
                    rows.append(_row(method, attack, count, shifts))
                    progress.advance(task)
    return rows


def cost(past: Edges, later: Edges, settled: Known) -> dict[str, float]:
    """RMSE of later ratings of listed subjects, from the table as it stood, beside all raters alike."""
    listed = (past.received >= IN_TABLE)[later.subject]
    subject, x = later.subject[listed], later.x[listed]
    rmse = {}
    for name, alike in (("rmse", False), ("rmse_alike", True)):
        mean = tables.believed(past, settled, settled.day, alike=alike).debiased
        rmse[name] = 2 * float(np.sqrt(np.mean((mean[subject] - x) ** 2)))
    return {**rmse, "cost": rmse["rmse"] / rmse["rmse_alike"] - 1, "tested": float(len(x))}


def _middle(score: Floats, listed: np.ndarray, past: Edges, subjects: int) -> Ints:
    table = score[listed]
    candidates = np.flatnonzero(listed & (past.received <= RATED_AT_MOST))
    places = np.array([tables.place(score, person, table) for person in candidates.tolist()])
    middle = candidates[(places >= MIDDLE[0]) & (places <= MIDDLE[1])]
    random = np.random.default_rng(SEED)
    return np.sort(random.choice(middle, min(subjects, len(middle)), replace=False))


def _shifts(
    past: Edges,
    settled: Known,
    standing: tuple[Table, Floats, np.ndarray],
    chosen: Ints,
    what: tuple[str, int],
) -> Floats:
    """Points that each of the chosen moves, the others of the table counted again too."""
    table, before, listed = standing
    attack, count = what
    random = np.random.default_rng(SEED)
    trusted = np.flatnonzero(_credible(past, settled) >= 1.0)
    liked = np.argsort(-past.received)[: len(trusted)]
    scene = Scene(past, trusted, liked, settled.day + REAL_DAYS, random)
    found = []
    for subject in chosen.tolist():
        added = ATTACKS[attack](scene, subject, count)
        every = ratings.joined(past, added)
        after = table(every, float(every.day.max()))
        now = every.people - 1 if attack == "whitewashing" else subject
        moved = tables.place(after, now, after[: past.people][listed])
        found.append(moved - tables.place(before, subject, before[listed]))
    return np.array(found)


def _credible(past: Edges, settled: Known) -> Floats:
    rules = ratings.credibility
    return rules.credibility(rules.trust_flow(rules.well_reviewed(past), settled.seeds))


def _row(method: str, attack: str, count: int, shifts: Floats) -> Row:
    return {
        "method": method,
        "attack": attack,
        "fakes": count,
        "shift": float(shifts.mean()),
        "worst": float(shifts.max(initial=-100.0)),
        "subjects": len(shifts),
        "bookings": BOOKINGS[attack](count),
    }


def _table(rows: list[Row]) -> Printed:
    printed = Printed(title="Points of percentile gained after 1 / 3 / 20 fakes, mean", title_justify="left")
    printed.add_column("attack")
    methods = list(dict.fromkeys(row["method"] for row in rows))
    for method in methods:
        printed.add_column(method, justify="right", style="bold" if method == OURS else None)
    at = {(row["method"], row["attack"], row["fakes"]): row["shift"] for row in rows}
    for attack in ATTACKS:
        cells = [" / ".join(f"{at[method, attack, count]:+.1f}" for count in COUNTS) for method in methods]
        printed.add_row(attack, *cells)
    return printed


def _prices(rows: list[Row]) -> Printed:
    """What ours makes an attacker pay: bookings, each with its fee, for so many points."""
    printed = Printed(title="Ours: bookings to pay for, and points for each", title_justify="left")
    printed.add_column("attack")
    for count in COUNTS:
        printed.add_column(f"{count} fakes" if count > 1 else "1 fake", justify="right")
    ours = {(row["attack"], row["fakes"]): row for row in rows if row["method"] == OURS}
    for attack in ATTACKS:
        found = [ours[attack, count] for count in COUNTS]
        printed.add_row(
            attack, *(f"{row['bookings']}: {row['shift'] / row['bookings']:+.2f}" for row in found)
        )
    return printed


def _assumed(past: Edges, settled: Known, subjects: int) -> str:
    return (
        f"{len(past):,} ratings of the past, {int(settled.seeds.sum())} seeds, {subjects} subjects a method. "
        "Assumed: every rating was of a paid deal; seeds stand in for verification; a rating between two "
        "stars counts for both; a paid relation is one good review by somebody fully credible. Whitewashing "
        "compares a new account with the old one; ranking leaves out effort and exploration, which fakes do "
        "not touch. Bought credibility lifts as far as anywhere: against it stands its price alone, "
        "in bookings (`GET /reviews/methodology` has it in stars)."
    )


def verdict(rows: list[Row], costs: dict[str, float]) -> str:
    """Whether three fakes move ours by five points or fewer, and at what price in RMSE."""
    moved = {
        row["attack"]: row["shift"]
        for row in rows
        if row["method"] == OURS and row["fakes"] == FAKES and row["attack"] in AGAINST
    }
    told = ", ".join(f"{attack} {shift:+.1f}" for attack, shift in moved.items())
    met = "met" if max(moved.values()) <= GOAL_POINTS else "missed"
    cheap = "met" if costs["cost"] <= GOAL_COST else "missed"
    return (
        f"Three fakes move ours by {told}; goal {GOAL_POINTS:g} points: {met}. RMSE of later ratings "
        f"{costs['rmse']:.4f} beside {costs['rmse_alike']:.4f} with all raters alike, a cost of "
        f"{costs['cost']:+.2%}; goal {GOAL_COST:.1%}: {cheap}."
    )
