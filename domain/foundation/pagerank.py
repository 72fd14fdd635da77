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
AdjacencyMatrix = csr_array

TOLERANCE = 1e-12  # of all the mass there is


def adjacency_matrix(start: Ints, end: Ints, weight: Floats, nodes: int) -> AdjacencyMatrix:
    """Roads (N,) as a matrix (people, people): row i, column j is the weight of i to j, parallel ones added.

    A road of weight zero or from somebody to themselves leads nowhere and is left out.
    """
    kept = (weight > 0) & (start != end)
    return csr_array((weight[kept], (start[kept], end[kept])), shape=(nodes, nodes))


def personalized_pagerank(
    adjacency: AdjacencyMatrix, seeds: Floats, *, damping: float, iterations: int = 200
) -> Floats:
    """Where it comes to rest: f (people,) of sum one, f = d·Aᵀ·f + (1 − d)·p.

    d is `passed_on`, A the roads with rows of sum one, p the seeds as shares. What somebody without a road
    onwards would pass on goes back to the seeds. Stops when a round moves less than 1e-12 of the mass, or
    after so many rounds. No seeds, no flow.
    """
    total = float(seeds.sum())
    if total <= 0:
        return np.zeros(len(seeds))
    start: Floats = seeds / total
    out = out_weights(adjacency)
    is_sink = out <= 0
    transition_matrix = csr_array((diags_array(1 / np.where(is_sink, 1.0, out)) @ adjacency).T)
    ranks = start
    for _ in range(iterations):
        moved = transition_matrix @ ranks + float(ranks[is_sink].sum()) * start
        latest = damping * moved + (1 - damping) * start
        is_converged = float(np.abs(latest - ranks).sum()) < TOLERANCE
        ranks = latest
        if is_converged:
            break
    return ranks


def out_weights(adjacency: AdjacencyMatrix) -> Floats:
    """The weight of all roads that leave each person; shape (people,)."""
    leaving: Floats = np.asarray(adjacency.sum(axis=1), dtype=np.float64).ravel()
    return leaving
