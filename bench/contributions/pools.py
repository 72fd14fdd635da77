"""Part 2: pools are given out exactly, arranging changes nothing, shares of a saving obey Shapley's axioms.

Random periods are valued as the clock does it, and beside it as one would at first: each claim by itself, in
the order in which it comes, scaled and rounded. What that loses and what arranging gains there is printed,
for a check that finds nothing anywhere would prove nothing.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
from rich.progress import Progress
from rich.table import Table

from bench.contributions.pool_cases import Case, period
from bench.ratings import saying
from domain import pricing
from domain.contributions import valuation

CASES, CASES_QUICK = 20_000, 1_000
GAMES, GAMES_QUICK = 2_000, 200
SEED = 2_018
NANO = 10**6  # billionths of a credit in a thousandth
Row = dict[str, Any]
Worths = Mapping[UUID, int]


def run(*, folder: Path | None = None, quick: bool = False) -> list[Row]:  # noqa: ARG001 -- there is nothing to draw
    """Try, count, print."""
    began, console = time.perf_counter(), saying.console()
    with Progress(console=console, transient=True) as progress:
        cases = progress.track(range(CASES_QUICK if quick else CASES), description="periods")
        rows = valued(cases)
        games = progress.track(range(GAMES_QUICK if quick else GAMES), description="games")
        rows += axioms(games)
    console.print(_table(rows))
    console.print(_verdict(rows))
    console.print(saying.closing(began, str(SEED)))
    return rows


def valued(cases: Any) -> list[Row]:  # noqa: ANN401 -- numbers, perhaps with a bar that moves
    """What goes wrong in each way of valuing, over random periods."""
    dice = Random(SEED)
    found = {way: Counter[str]() for way in WAYS}
    tried = 0
    for _ in cases:
        case = period(dice)
        tried += 1
        arranged, raw = _arranged(case, dice), valuation.period_valuation.value_claims(**case).raw_nano
        for way, value in WAYS.items():
            found[way].update(_wrong(case, arranged, raw, value))
    return [
        {"what": what, "way": way, "cases": tried, "wrong": found[way][what]}
        for what in ("pool not given out exactly", "fee of a booking exceeded", "gained by arranging")
        for way in WAYS
    ]


def ours(case: Case) -> Worths:
    """As the clock does it."""
    worths = valuation.period_valuation.value_claims(**case).worths
    return {claim_id: worth.credits for claim_id, worth in worths.items()}


def one_by_one(case: Case) -> Worths:
    """Each claim by itself in its order, in floating point, scaled by the pool and rounded."""
    past = {key: (one.units_milli, one.raw_nano / NANO) for key, one in case["past"].items()}
    raw: dict[UUID, float] = {}
    for claim in case["claims"]:
        units, worth = past.get((claim.cluster_id, claim.kind), (0, 0.0))
        rate = claim.rate
        kappa = rate.kappa_milli / 1_000
        grown = math.log1p((units + claim.units_milli) / 1_000 / kappa) - math.log1p(units / 1_000 / kappa)
        per_unit = rate.base * rate.factor_milli * rate.quality_milli / 10**6
        raw[claim.id] = min(per_unit * kappa * grown, max(0.0, rate.cap - worth))
        past[claim.cluster_id, claim.kind] = units + claim.units_milli, worth + raw[claim.id]
    _keep_fees(case, raw)
    pooled = sum(raw[claim.id] for claim in case["claims"] if not claim.from_fee)
    scale = min(1.0, case["pool"] / pooled) if pooled else 1.0
    return {
        claim.id: math.floor(raw[claim.id] * (1.0 if claim.from_fee else scale) + 0.5)
        for claim in case["claims"]
    }


def axioms(games: Any) -> list[Row]:  # noqa: ANN401 -- as above
    """Efficiency, symmetry, nothing for nothing, additivity, and both ways of counting alike."""
    dice, wrong, tried, slowest = Random(SEED), Counter[str](), 0, 0.0
    for _ in games:
        tried += 1
        tasks = dice.randint(1, pricing.shapley.MOST_TASKS if tried % 50 == 0 else 6)
        one, other = _game(dice, tasks), _game(dice, tasks)
        began = time.perf_counter()
        shares = pricing.shapley.shares(one, tasks)
        slowest = max(slowest, time.perf_counter() - began)
        wrong.update(_broken(one, other, tasks, shares))
    names = ("efficiency", "symmetry", "nothing for nothing", "additivity", "by subsets")
    return [
        {"what": f"Shapley: {name}", "way": "ours", "cases": tried, "wrong": wrong[name], "seconds": slowest}
        for name in names
    ]


def _wrong(case: Case, arranged: Case, raw: int, value: Callable[[Case], Worths]) -> Counter[str]:
    worths = value(case)
    found = Counter[str]()
    given = sum(worths[claim.id] for claim in case["claims"] if not claim.from_fee)
    if given > case["pool"] or (0 < raw >= case["pool"] * NANO and given != case["pool"]):
        found["pool not given out exactly"] += 1
    about = Counter[UUID | None]()
    for claim in case["claims"]:
        about[claim.booking_id] += worths[claim.id]
    if any(about[booking_id] > bears for booking_id, bears in case["fees"].items()):
        found["fee of a booking exceeded"] += 1
    if _by_cluster(arranged, value(arranged)) != _by_cluster(case, worths):
        found["gained by arranging"] += 1
    return found


def _by_cluster(case: Case, worths: Worths) -> Counter[tuple[UUID, str]]:
    found = Counter[tuple[UUID, str]]()
    for claim in case["claims"]:
        found[claim.cluster_id, claim.kind] += worths[claim.id]
    return +found


def _arranged(case: Case, dice: Random) -> Case:
    """The same claims cut in pieces and in another order."""
    pieces: list[valuation.period_valuation.VerifiedClaim] = []
    for claim in case["claims"]:
        cut = dice.randint(0, claim.units_milli)
        pieces += [replace(claim, units_milli=units) for units in (cut, claim.units_milli - cut) if units]
    dice.shuffle(pieces)
    renamed = [replace(piece, id=UUID(int=number)) for number, piece in enumerate(pieces, 100)]
    return Case(claims=renamed, past=case["past"], fees=case["fees"], pool=case["pool"])


def _keep_fees(case: Case, raw: dict[UUID, float]) -> None:
    for booking_id, bears in case["fees"].items():
        about = [claim.id for claim in case["claims"] if claim.booking_id == booking_id]
        total = sum(raw[claim_id] for claim_id in about)
        for claim_id in about if total > bears else ():
            raw[claim_id] *= bears / total


def _game(dice: Random, tasks: int) -> list[tuple[Sequence[int], int]]:
    """Dividends of some sets of tasks; the last task never matters where there is more than one."""
    last = max(1, tasks - 1)
    return [
        (sorted(dice.sample(range(last), dice.randint(1, last))), dice.randint(0, 10_000))
        for _ in range(dice.randint(1, 8))
    ]


def _broken(
    one: list[tuple[Sequence[int], int]],
    other: list[tuple[Sequence[int], int]],
    tasks: int,
    shares: list[int],
) -> Counter[str]:
    shapley, found = pricing.shapley, Counter[str]()
    whole = sum(amount for _, amount in one)
    mirrored = [([tasks - 1 - place for place in members], amount) for members, amount in one]
    together = shapley.shares([*one, *other], tasks)
    added = [a + b for a, b in zip(shares, shapley.shares(other, tasks), strict=True)]
    found["efficiency"] += sum(shares) != whole * shapley.PARTS
    found["symmetry"] += shapley.shares(mirrored, tasks) != shares[::-1]
    found["nothing for nothing"] += tasks > 1 and shares[-1] != 0
    found["additivity"] += together != added
    if tasks <= 8:
        found["by subsets"] += shapley.shares_by_subsets(_savings(one, tasks)) != shares
    return found


def _savings(dividends: list[tuple[Sequence[int], int]], tasks: int) -> Any:  # noqa: ANN401 -- an array of integers
    """V of every set, at the number whose bits are the set's tasks."""
    savings = np.zeros(1 << tasks, dtype=np.int64)
    sets = np.arange(1 << tasks)
    for members, amount in dividends:
        within = sum(1 << place for place in members)
        savings[sets & within == within] += amount
    return savings


def _table(rows: list[Row]) -> Table:
    table = Table(title="What goes wrong in random cases", title_justify="left")
    for name in ("what", "way"):
        table.add_column(name)
    for name in ("cases", "wrong"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row["what"], row["way"], f"{row['cases']:,}", f"{row['wrong']:,}")
    return table


def _verdict(rows: list[Row]) -> str:
    is_exact = not sum(row["wrong"] for row in rows if row["way"] == "ours")
    slowest = max(row.get("seconds", 0.0) for row in rows)
    return (
        f"Exact in every case: {'met' if is_exact else 'missed'}. The slowest division took {slowest:.4f} s."
    )


WAYS: Mapping[str, Callable[[Case], Worths]] = {"ours": ours, "one by one": one_by_one}
