"""Tables of subjects: what four ways of adding ratings up make of everybody, and where one stands."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.ratings.history import Edges, Floats, Ints
from domain import ratings

MEAN, WILSON, REV2, OURS = "plain mean", "Wilson lower bound", "REV2 goodness", "ours"
_Z = 1.959964  # 95 %, as rankings by Wilson's bound usually have it

Table = Callable[[Edges, float], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What was settled before an attack: seeds (people,), the histogram by stars, and the day."""

    seeds: Floats
    histogram: Floats
    day: float


def known(past: Edges) -> Known:
    """As of the last day of the past: seeds are chosen from it and stay, whatever comes."""
    day = float(past.day.max())
    below = stars_below(past.x)
    nearer = 1 + 4 * past.x - below
    below_counts = np.bincount(below - 1, 1 - nearer, ratings.scoring.STARS)
    above_counts = np.bincount(below, nearer, ratings.scoring.STARS)
    shares: Floats = (below_counts + above_counts) / len(past)
    return Known(ratings.credibility.seeds_before(past, day), shares, day)


def tables(settled: Known) -> dict[str, Table]:
    """Each method: from ratings and the day it is, a score for everybody."""
    return {
        MEAN: lambda edges, _: _mean(edges),
        WILSON: lambda edges, _: _wilson(edges),
        REV2: lambda edges, _: ratings.anomaly.rev2(edges).goodness,
        OURS: lambda edges, day: ratings.scoring.ranking(believed(edges, settled, day), 0.0),
    }


def believed(edges: Edges, settled: Known, day: float, *, alike: bool = False) -> "ratings.scoring.Posterior":
    """The product's own posterior: credibility, cap, pairs, decay, bias. `alike`: every rater weighs one.

    A rating between two numbers of stars counts for each as far as it is near.
    """
    scoring = ratings.scoring
    weight = np.ones(len(edges)) if alike else weights(edges, settled.seeds)
    leaning = ratings.credibility.leanings(edges, weight)[edges.rater]
    below = stars_below(edges.x)
    nearer = 1 + 4 * edges.x - below
    sums = scoring.nothing(edges.people, settled.day)
    for stars, share in ((below, 1 - nearer), (below + 1, nearer)):
        counted = scoring.Ratings(edges.subject, stars, leaning, weight * share, edges.day)
        sums = scoring.added(sums, counted)
    return scoring.posterior(sums, settled.histogram, day=day)


def weights(edges: Edges, seeds: Floats) -> Floats:
    """What each rating weighs: the credibility of its rater, repeated pairs less, strangers capped."""
    rules = ratings.credibility
    padded = np.concatenate((seeds, np.zeros(edges.people - len(seeds))))
    return rules.weights(edges, rules.credibility(rules.trust_flow(rules.well_reviewed(edges), padded)))


def place(score: Floats, subject: int, table: Floats) -> float:
    """Where a subject's score stands among those of the table, 0 … 100; ties count half."""
    own = score[subject]
    return 100 * float((table < own).mean() + (table == own).mean() / 2)


def stars_below(x: Floats) -> Ints:
    """The number of stars, one to four, at or below each x."""
    return np.minimum(np.floor(1 + 4 * x).astype(np.int64), ratings.scoring.STARS - 1)


def _mean(edges: Edges) -> Floats:
    total = np.bincount(edges.subject, edges.x, edges.people)
    return total / np.maximum(edges.received, 1)


def _wilson(edges: Edges) -> Floats:
    """The lower bound of the share of praise, a rating counting for as much praise as its x (Wilson 1927)."""
    count = np.maximum(edges.received, 1)
    share = np.bincount(edges.subject, edges.x, edges.people) / count
    spread = _Z * np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return (share + _Z**2 / (2 * count) - spread) / (1 + _Z**2 / count)
