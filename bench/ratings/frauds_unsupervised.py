"""Scores that no label made: how odd each rater is, read from what they gave alone."""

from collections.abc import Iterable

import numpy as np

from bench.ratings.history import Edges, Floats, Ints
from domain import ratings

SPAN, REV2, DEVIATION = "short activity span", "REV2, re-implemented", "mean deviation from others"
PROTOTYPE, OURS = "rank sum of the prototype", "ours: rater anomaly"

Scores = dict[str, Floats]
Readings = ratings.anomaly.Readings

PROTOTYPE_EXTREMES = 0.5  # ratings.md: REV2 + 2 × short span + deviation + 0.5 × share of extremes


def scores(edges: Edges, people: Ints, watched: Iterable[int]) -> Scores:
    """Every score of these people (n,), larger the odder. `watched` are the same people, with progress.

    Each of them is read from a history without what they received; ranks are among all who rated anybody.
    """
    anomaly = ratings.anomaly
    found = anomaly.readings(edges)
    deviation, extreme = _deviation(edges), _extreme(edges)
    for person in watched:
        seen = edges.without_received_by(person)
        alone = anomaly.readings(seen)
        for all_of, own in zip(_columns(found), _columns(alone), strict=True):
            all_of[person] = own[person]
        deviation[person] = _deviation(seen)[person]
    rated = edges.given.astype(np.float64)
    ranked = {
        "unfair": _ranks(found.unfair, rated),
        "short": _ranks(found.short, rated),
        "deviation": _ranks(deviation, rated),
        "extreme": _ranks(extreme, rated),
    }
    prototype = ranked["unfair"] + 2 * ranked["short"] + ranked["deviation"]
    prototype += PROTOTYPE_EXTREMES * ranked["extreme"]
    every = {
        SPAN: found.short,
        REV2: found.unfair,
        DEVIATION: deviation,
        PROTOTYPE: prototype,
        OURS: anomaly.anomaly(found, rated),
    }
    return {name: values[people] for name, values in every.items()}


def _columns(found: Readings) -> tuple[Floats, Floats, Floats, Floats]:
    return found.unfair, found.short, found.company, found.contrary


def _deviation(edges: Edges) -> Floats:
    others, _ = edges.others(0.0)
    return edges.by_rater(np.abs(edges.x - others))


def _extreme(edges: Edges) -> Floats:
    return edges.by_rater(((edges.x == 0) | (edges.x == 1)).astype(np.float64))


def _ranks(values: Floats, rated: Floats) -> Floats:
    """Ranks in 0 … 1 among those who rated; 0 for the others."""
    return ratings.anomaly.ranks(values, rated)
