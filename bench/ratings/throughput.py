"""Part 4, the numerics: ten million ratings, added as they come, and counted again from nothing.

Only arithmetic is timed, in seconds of one processor, on ratings already in memory: reading them, writing
rows and the way from a reveal to a score through HTTP are not in these figures. Batches are as a worker might
take them; a part of each is taken back and comes again, as after removals and appeals.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.ratings import saying
from domain import ratings

RATINGS, RATINGS_QUICK = 10_000_000, 1_000_000
SUBJECTS, RATERS = 100_000, 1_000_000
BATCH = 100_000
REMOVED_SHARE = 0.02
DAYS = 3 * 365.0
GOAL_A_SECOND, GOAL_REBUILD_SECONDS = 1_000_000, 60.0
AGREE = 1e-9
SEED = 20261122

Row = dict[str, Any]
Sums = ratings.scoring.Sums
Ratings = ratings.scoring.Ratings


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """Ratings in order of time as they count, and the raters they are of."""

    given: Ratings
    rater: np.ndarray


def run(
    path: Path | None = None, labels: Path | None = None, *, folder: Path | None = None, quick: bool = False
) -> list[Row]:
    """Measure and print. Ratings are made up: files are not used. Quick: a tenth of the ratings."""
    del path, labels, folder
    began, console = time.perf_counter(), saying.console()
    town = made_up(RATINGS_QUICK if quick else RATINGS)
    incremental, sums = by_and_by(town, console)
    rebuild, again = at_once(town)
    apart = difference(sums, again)
    scored = _timed(lambda: _scores(sums))
    flow = _timed(lambda: trust(town))
    rows = [
        _row("incremental, with removals", incremental, len(town.rater) * (1 + REMOVED_SHARE)),
        _row("full rebuild of the sums", rebuild, len(town.rater)),
        _row("posterior, interval and ranking of all subjects", scored, SUBJECTS),
        _row("credibility: trust flow, pairs, cap", flow, len(town.rater)),
    ]
    console.print(_table(rows))
    console.print(
        f"{len(town.rater):,} made-up ratings of {SUBJECTS:,} subjects by {RATERS:,} raters (popularity "
        "falls "
        "as 1/rank), in memory; reading, writing and HTTP are not in it."
    )
    console.print(verdict(rows, apart))
    console.print(saying.closing(began, str(SEED)))
    return [{**row, "apart": apart} for row in rows]


def made_up(count: int) -> Town:
    """Ratings over three years, subjects of very different popularity."""
    random = np.random.default_rng(SEED)
    share = np.cumsum(1 / np.arange(1, SUBJECTS + 1))
    subject = np.minimum(np.searchsorted(share, random.random(count) * share[-1]), SUBJECTS - 1)
    given = Ratings(
        subject,
        random.choice(np.arange(1, 6), count, p=[0.03, 0.02, 0.05, 0.2, 0.7]),
        np.clip(random.normal(0, 0.05, count), -0.25, 0.25),
        random.uniform(0.02, 2.0, count),
        np.sort(random.uniform(0, DAYS, count)),
    )
    return Town(given, random.integers(0, RATERS, count))


def by_and_by(town: Town, console: Console) -> tuple[float, Sums]:
    """Batch after batch, in each of which some ratings go and come back. Processor seconds, and the sums."""
    sums = ratings.scoring.nothing(SUBJECTS, 0.0)
    spent = 0.0
    starts = range(0, len(town.rater), BATCH)
    for start in track(starts, "batches", console=console, transient=True):
        batch = _part(town.given, slice(start, start + BATCH))
        edited = _part(town.given, slice(start, start + int(BATCH * REMOVED_SHARE / 2)))
        began = time.process_time()
        sums = ratings.scoring.renormalised(sums, float(batch.day[-1]))
        sums = ratings.scoring.added(sums, batch)
        sums = ratings.scoring.added(ratings.scoring.removed(sums, edited), edited)
        spent += time.process_time() - began
    return spent, sums


def at_once(town: Town) -> tuple[float, Sums]:
    """All ratings into empty sums: what the weekly replay does."""
    began = time.process_time()
    sums = ratings.scoring.added(ratings.scoring.nothing(SUBJECTS, 0.0), town.given)
    return time.process_time() - began, sums


def difference(sums: Sums, again: Sums) -> float:
    """The largest relative difference of any sum of any subject; a count that differs is infinitely far."""
    if not np.array_equal(sums.reviews, again.reviews):
        return float("inf")
    pairs = (
        (sums.weight, again.weight),
        (sums.weighted, again.weighted),
        (sums.squared, again.squared),
        (sums.stars, again.stars),
    )
    return max(float((np.abs(one - other) / np.maximum(np.abs(other), 1e-12)).max()) for one, other in pairs)


def trust(town: Town) -> None:
    """One night: trust over all ratings, discount of repeated pairs, cap of strangers."""
    rules, given = ratings.credibility, town.given
    x = ratings.scoring.X[given.stars - 1]
    # Providers rate their customers too: without roads back trust would end after one step.
    back = slice(None, None, 2)
    edges = ratings.Edges(
        SUBJECTS + RATERS,
        np.concatenate((SUBJECTS + town.rater, given.subject[back])),
        np.concatenate((given.subject, SUBJECTS + town.rater[back])),
        np.concatenate((x, x[back])),
        np.concatenate((given.day, given.day[back])),
    )
    seeds = np.zeros(edges.people)
    seeds[:1_000] = 1.0
    credible = rules.credibility(rules.trust_flow(rules.well_reviewed(edges), seeds))[SUBJECTS + town.rater]
    weight = credible * rules.pair_discount(town.rater, given.subject, given.day)
    rules.capped(weight, credible, given.subject, given.day)


def _scores(sums: Sums) -> None:
    histogram = sums.stars.sum(axis=0) / sums.stars.sum()
    ratings.scoring.ranking(ratings.scoring.posterior(sums, histogram, day=DAYS), 0.0)


def _part(given: Ratings, rows: slice) -> Ratings:
    return Ratings(
        given.subject[rows], given.stars[rows], given.bias[rows], given.weight[rows], given.day[rows]
    )


def _timed(work: Any) -> float:  # noqa: ANN401 -- a call without arguments, whatever it answers
    began = time.process_time()
    work()
    return time.process_time() - began


def _row(what: str, seconds: float, count: float) -> Row:
    return {"what": what, "seconds": seconds, "count": int(count), "a_second": count / seconds}


def _table(rows: list[Row]) -> Table:
    table = Table(title="Numerics, one thread, seconds of processor", title_justify="left")
    table.add_column("what")
    for name in ("seconds", "of", "a second"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row["what"], f"{row['seconds']:.2f}", f"{row['count']:,}", f"{row['a_second']:,.0f}")
    return table


def verdict(rows: list[Row], apart: float) -> str:
    """Whether both goals are met, and incremental equals recount."""
    incremental, rebuild = rows[0], rows[1]
    quick = "met" if incremental["a_second"] >= GOAL_A_SECOND else "missed"
    short = "met" if rebuild["seconds"] < GOAL_REBUILD_SECONDS else "missed"
    same = "the same" if apart <= AGREE else "not the same"
    return (
        f"Goal {GOAL_A_SECOND:,} updates a second: {quick}. "
        f"Rebuild under {GOAL_REBUILD_SECONDS:g} s: {short}. "
        f"Incremental and rebuilt sums are {same}: {apart:.1e} apart at most, relative."
    )
