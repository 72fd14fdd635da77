"""Flow along weighted roads: what starts at a few, and is passed on by whoever it reaches.

This is personalised PageRank (Page and others 1999; as a defence: Gyöngyi and others, *TrustRank*, 2004).
Ratings use it for trust among those who worked for one another, contributions for standing among those who
confirmed one another. Pure; people are rows 0 … n − 1.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Roads = csr_array

CLOSE_ENOUGH = 1e-12  # of all the mass there is


def roads(start: Ints, end: Ints, weight: Floats, people: int) -> Roads:
    """Roads (N,) as a matrix (people, people): row i, column j is the weight of i to j, parallel ones added.

    A road of weight zero or from somebody to themselves leads nowhere and is left out.
    """
    kept = (weight > 0) & (start != end)
    return csr_array((weight[kept], (start[kept], end[kept])), shape=(people, people))


def settle(ways: Roads, seeds: Floats, *, passed_on: float, iterations: int = 200) -> Floats:
    """Where it comes to rest: f (people,) of sum one, f = d·Aᵀ·f + (1 − d)·p.

    d is `passed_on`, A the roads with rows of sum one, p the seeds as shares. What somebody without a road
    onwards would pass on goes back to the seeds. Stops when a round moves less than 1e-12 of the mass, or
    after so many rounds. No seeds, no flow.
    """
    total = float(seeds.sum())
    if total <= 0:
        return np.zeros(len(seeds))
    start: Floats = seeds / total
    out = given(ways)
    ends = out <= 0
    onward = csr_array((diags_array(1 / np.where(ends, 1.0, out)) @ ways).T)
    flow = start
    for _ in range(iterations):
        moved = onward @ flow + float(flow[ends].sum()) * start
        latest = passed_on * moved + (1 - passed_on) * start
        done = float(np.abs(latest - flow).sum()) < CLOSE_ENOUGH
        flow = latest
        if done:
            break
    return flow


def given(ways: Roads) -> Floats:
    """The weight of all roads that leave each person; shape (people,)."""
    leaving: Floats = np.asarray(ways.sum(axis=1), dtype=np.float64).ravel()
    return leaving
