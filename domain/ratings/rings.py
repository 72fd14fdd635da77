"""Groups of raters who praise the same subjects far more than their numbers of ratings would have them do.

A shared subject counts 1/ln(ratings it got + 5): that many like a popular place says nothing, that a few like
an unknown one does (Hooi and others, *FRAUDAR*, KDD 2016). What is usual is a random graph in which everybody
gives and gets as many ratings as here.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from domain.ratings.edges import NEUTRAL, Edges, Floats, Ints

TIMES_USUAL = 3.0  # ratings.md
SHARED_AT_LEAST = 3  # two raters who share fewer subjects may do so by chance
SMALLEST_RING = 3
TOO_POPULAR = 2_000  # such a subject weighs next to nothing and would pair all who rated it


@dataclass(frozen=True, slots=True)
class Ring:
    """Raters (rows of people), subjects that two or more of them share, and the density beside the usual."""

    raters: tuple[int, ...]
    subjects: tuple[int, ...]
    density: float
    usual: float

    @property
    def times(self) -> float:
        """How many times as dense as usual."""
        return self.density / self.usual


def rings(edges: Edges) -> list[Ring]:
    """Groups of three or more who co-praise at three times the usual density or more; the densest first."""
    praise = edges.where(edges.x > NEUTRAL)
    if not len(praise):
        return []
    got = praise.received
    weight = np.where(got <= TOO_POPULAR, 1 / np.log(got + 5), 0.0)
    ones = csr_array(
        (np.ones(len(praise)), (praise.rater, praise.subject)), shape=(edges.people, edges.people)
    )
    ones.data[:] = 1.0  # a pair that rated twice still shares one subject
    usual = _usual(ones, weight)
    linked = _linked(ones, weight, usual)
    count, member = connected_components(linked, directed=False)
    sizes = np.bincount(member, minlength=count)
    groups = np.flatnonzero(sizes >= SMALLEST_RING)
    found = [_ring(ones, weight, np.flatnonzero(member == group), usual) for group in groups]
    return sorted((ring for ring in found if ring.times >= TIMES_USUAL), key=lambda ring: -ring.times)


@dataclass(frozen=True, slots=True, eq=False)
class _Usual:
    """What two raters share in a random graph of the same degrees is `gave[i] · gave[j] · each`."""

    gave: Floats
    each: float


def _usual(ones: csr_array, weight: Floats) -> _Usual:
    gave: Floats = np.asarray(ones.sum(axis=1), dtype=np.float64).ravel()
    got = np.asarray(ones.sum(axis=0)).ravel()
    edges = float(gave.sum())
    return _Usual(gave, float((weight * got * np.maximum(got - 1, 0)).sum()) / edges**2)


def _linked(ones: csr_array, weight: Floats, usual: _Usual) -> csr_array:
    """Who shares enough, and enough more than usual, to be looked at together."""
    narrow = csr_array(ones * (weight > 0)[None, :])
    shared = coo_array(narrow @ narrow.T)
    weighted = csr_array(csr_array(narrow * weight[None, :]) @ narrow.T)
    first, second = shared.coords
    close = (shared.data >= SHARED_AT_LEAST) & (first < second)
    first, second = first[close], second[close]
    value = np.asarray(weighted[first, second]).ravel()
    far = value >= TIMES_USUAL * usual.gave[first] * usual.gave[second] * usual.each
    return csr_array((np.ones(int(far.sum())), (first[far], second[far])), shape=ones.shape)


def _ring(ones: csr_array, weight: Floats, raters: Ints, usual: _Usual) -> Ring:
    theirs = csr_array(ones[raters])
    times = np.asarray(theirs.sum(axis=0)).ravel()
    pairs = len(raters) * (len(raters) - 1) / 2
    density = float((weight * times * (times - 1) / 2).sum()) / pairs
    gave = usual.gave[raters]
    expected = (float(gave.sum()) ** 2 - float((gave**2).sum())) / 2 * usual.each / pairs
    shared = np.flatnonzero(times > 1)
    return Ring(tuple(raters.tolist()), tuple(shared.tolist()), density, max(expected, 1e-12))
