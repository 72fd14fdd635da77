"""How good predictions of the next rating are: errors, chances of a bad one, and intervals that hold.

Every method is turned into chances and intervals in one way, from how it did in the past: the chance of a bad
rating by a logistic curve over its predictions, intervals from what came where it predicted much the same.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from bench.ratings.history import Floats, Ints
from bench.ratings.next_predictors import REFITS
from domain import ratings

LEVELS = (0.5, 0.8, 0.95)
BINS = 20
COLD = 3  # ratings: below that the product shows no score
TWICE = 2.0  # errors are told on the scale −1 … 1 of the literature
_CHANCE_BOUND = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """Chance of a bad rating, and the share of the past that was below and up to what came; (tested,)."""

    bad: Floats
    below: Floats
    up_to: Floats


def calibrated(predicted: Floats, x: Floats, first: int, tested_from: int) -> Calibrated:
    """Walk forward over rows from `tested_from`; each slice learns from rows `first` to its own beginning."""
    cuts = np.linspace(tested_from, len(x), REFITS + 1).astype(np.int64).tolist()
    parts = [
        _slice(predicted[first:begins], x[first:begins], predicted[begins:ends], x[begins:ends])
        for begins, ends in pairwise(cuts)
    ]
    bad, below, up_to = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Calibrated(bad, below, up_to)


def measured(
    predicted: Floats, x: Floats, received: Floats, found: Calibrated, random: np.random.Generator
) -> dict[str, float]:
    """All figures over the tested rows (n,). `received`: how many ratings the subject had."""
    error = TWICE * (predicted - x)
    is_bad = x < ratings.NEUTRAL
    cold = received < COLD
    at = found.below + random.random(len(x)) * (found.up_to - found.below)
    figures = {
        "rmse": _root(error),
        "mae": float(np.abs(error).mean()),
        "log_loss": float(log_loss(is_bad, np.clip(found.bad, _CHANCE_BOUND, 1 - _CHANCE_BOUND))),
        "auc_bad": float(roc_auc_score(is_bad, found.bad)),
        "rmse_cold": _root(error[cold]),
        "rmse_warm": _root(error[~cold]),
        "share_cold": float(cold.mean()),
    }
    for level in LEVELS:
        figures[f"coverage_{level:.0%}"] = float((np.abs(at - 0.5) <= level / 2).mean())
        inside = (found.up_to > (1 - level) / 2) & (found.below < (1 + level) / 2)
        figures[f"coverage_closed_{level:.0%}"] = float(inside.mean())
    return figures


def reductions(
    errors: Floats, rival: Floats, rater: Ints, random: np.random.Generator, times: int
) -> tuple[float, float, float]:
    """By how much RMSE is below the rival's, and the central 95 % over draws of raters with replacement.

    A rater's ratings are alike, so raters are drawn, not ratings (as often as Poisson with mean one).
    """
    ours, theirs = (np.bincount(rater, each**2) for each in (errors, rival))
    drawn = random.poisson(1.0, (times, len(ours))).astype(np.float64)
    below = 1 - np.sqrt((drawn @ ours) / (drawn @ theirs))
    lower, upper = np.quantile(below, [0.025, 0.975])
    return 1 - _root(errors) / _root(rival), float(lower), float(upper)


def _slice(learned: Floats, came: Floats, predicted: Floats, x: Floats) -> tuple[Floats, Floats, Floats]:
    model = LogisticRegression(C=1e3).fit(_curve(learned), came < ratings.NEUTRAL)
    bad = model.predict_proba(_curve(predicted))[:, 1]
    edges = np.unique(np.quantile(learned, np.linspace(0, 1, BINS + 1)[1:-1]))
    past, now = np.searchsorted(edges, learned), np.searchsorted(edges, predicted)
    below, up_to = np.zeros(len(x)), np.ones(len(x))
    for each in np.unique(now):
        known = np.sort(came[past == each])
        here = now == each
        if len(known):
            below[here] = np.searchsorted(known, x[here], side="left") / len(known)
            up_to[here] = np.searchsorted(known, x[here], side="right") / len(known)
    return bad, below, up_to


def _curve(predicted: Floats) -> Floats:
    return np.column_stack((predicted, predicted**2))


def _root(error: Floats) -> float:
    return float(np.sqrt(np.mean(error**2)))
