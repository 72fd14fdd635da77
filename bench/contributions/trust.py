"""A real trust graph as confirmations, who in it is a seed, and three ways to count what somebody holds.

A rating above zero is taken as a confirmation of that value. A seed is somebody of whom the file shows what
our rule asks of bookings: three ratings given or more, of two people or more, over sixty days or more, and
nobody rated them below zero.
"""

from collections.abc import Callable

import numpy as np

from bench.ratings.history import Flags, Floats, History, Ints
from domain import standing

Confirmations = standing.formula.Confirmations
Method = Callable[[Confirmations, Floats], Floats]

OURS = "standing"
COUNTING = "counting"
ROOTS = "square roots"


def confirmations(history: History) -> Confirmations:
    """What was rated above zero, as old as it was when the file ends."""
    edges = history.edges
    good = edges.signed > 0
    return Confirmations(
        edges.people,
        edges.rater[good],
        edges.subject[good],
        edges.signed[good] * history.highest,
        float(edges.day.max()) - edges.day[good],
    )


def eligible(history: History) -> Flags:
    """Who passes for a seed (people,)."""
    edges = history.edges
    first, last = np.full(edges.people, np.inf), np.full(edges.people, -np.inf)
    np.minimum.at(first, edges.rater, edges.day)
    np.maximum.at(last, edges.rater, edges.day)
    given = np.unique(edges.rater * edges.people + edges.subject) // edges.people
    rated = np.bincount(given, minlength=edges.people)
    blamed = np.bincount(edges.subject[edges.signed < 0], minlength=edges.people)
    records = zip(edges.given.tolist(), rated.tolist(), (last - first).tolist(), blamed.tolist(), strict=True)
    return np.array([standing.formula.is_seed(standing.formula.BookingRecord(*record)) for record in records])


def drawn(candidates: Flags, count: int, seed: int) -> Floats:
    """So many of them as seeds (people,), drawn by lot."""
    random = np.random.default_rng(seed)
    chosen = np.flatnonzero(candidates)
    seeds = np.zeros(len(candidates))
    seeds[random.choice(chosen, min(count, len(chosen)), replace=False)] = 1.0
    return seeds


def counting(given: Confirmations, seeds: Floats) -> Floats:
    """What everybody was confirmed for, added up."""
    del seeds
    total: Floats = np.bincount(given.contributor, given.weight, given.people).astype(np.float64)
    return total


def roots(given: Confirmations, seeds: Floats) -> Floats:
    """The square roots of what each person confirmed somebody for, added up: much from one counts less."""
    del seeds
    pair, place = np.unique(given.confirmer * given.people + given.contributor, return_inverse=True)
    total = np.bincount(place, given.weight)
    rooted: Floats = np.bincount(pair % given.people, np.sqrt(total), given.people).astype(np.float64)
    return rooted


METHODS: dict[str, Method] = {
    COUNTING: counting,
    ROOTS: roots,
    OURS: standing.formula.standing_scores,
}


def extended(given: Confirmations, pairs: tuple[Ints, Ints], value: float, people: int) -> Confirmations:
    """With these confirmations more, of so much each, given today."""
    confirmer, contributor = pairs
    return Confirmations(
        people,
        np.concatenate((given.confirmer, confirmer)),
        np.concatenate((given.contributor, contributor)),
        np.concatenate((given.value, np.full(len(confirmer), value))),
        np.concatenate((given.age, np.zeros(len(confirmer)))),
    )
