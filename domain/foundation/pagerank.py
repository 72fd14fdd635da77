"""Personalized PageRank (Page et al., 1999; against manipulation: Gyöngyi et al., *TrustRank*, 2004).

Ratings use it for trust between people who worked for each other, contributions for standing between people
who confirmed each other. Pure functions; nodes (people) are the indexes 0 … n − 1.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
AdjacencyMatrix = csr_array

TOLERANCE = 1e-12  # L1 change of the ranks per iteration; the ranks sum to one


def adjacency_matrix(start: Ints, end: Ints, weight: Floats, nodes: int) -> AdjacencyMatrix:
    """Sparse matrix (nodes, nodes) of the edges: row i, column j is the sum of the weights from i to j.

    `start`, `end` and `weight` have shape (edges,). Edges of weight zero and self-loops are left out.
    """
    kept = (weight > 0) & (start != end)
    return csr_array((weight[kept], (start[kept], end[kept])), shape=(nodes, nodes))


def personalized_pagerank(
    adjacency: AdjacencyMatrix, seeds: Floats, *, damping: float, iterations: int = 200
) -> Floats:
    """Ranks f, shape (nodes,), sum one: the fixed point of f = d·Aᵀ·f + (1 − d)·p.

    d is `damping`, A the adjacency matrix with rows normalised to sum one, p the normalised seeds (nodes,).
    The rank of a node without outgoing edges returns to the seeds. Iterates until the change is below
    `TOLERANCE`, at most `iterations` times. All ranks are zero if all seeds are zero.
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
    """The sum of the weights of each node's outgoing edges; shape (nodes,)."""
    leaving: Floats = np.asarray(adjacency.sum(axis=1), dtype=np.float64).ravel()
    return leaving
