"""The ranks satisfy the equation of personalized PageRank and sum to one."""

import numpy as np
import pytest

from domain.foundation import pagerank


def a_graph(people=40, edges=160, seed=3):
    random = np.random.default_rng(seed)
    start, end = random.integers(0, people // 2, edges), random.integers(0, people, edges)
    return pagerank.adjacency_matrix(start, end, random.uniform(0, 3, edges), people)


def some_seeds(people=40):
    seeds = np.zeros(people)
    seeds[[0, 7]] = 2.0
    return seeds


@pytest.mark.parametrize("passed_on", [0.5, 0.8, 0.85])
def test_it_is_the_solution_of_its_equation(passed_on):
    ways, seeds = a_graph(), some_seeds()
    start = seeds / seeds.sum()
    dense = ways.toarray()
    out = dense.sum(axis=1, keepdims=True)
    rows = np.where(out > 0, dense / np.where(out > 0, out, 1), start)
    solved = np.linalg.solve(np.eye(40) - passed_on * rows.T, (1 - passed_on) * start)
    assert pagerank.personalized_pagerank(ways, seeds, damping=passed_on) == pytest.approx(solved, abs=1e-11)


def test_nothing_is_lost_and_nothing_is_below_zero():
    ranks = pagerank.personalized_pagerank(a_graph(), some_seeds(), damping=0.5)
    assert ranks.sum() == pytest.approx(1.0, abs=1e-12)
    assert ranks.min() >= 0
    assert (ranks[20:] > 0).any()  # half of the nodes have no outgoing edges, but have ranks


def test_without_seeds_nothing_flows():
    assert not pagerank.personalized_pagerank(a_graph(), np.zeros(40), damping=0.5).any()


def test_parallel_roads_add_up_and_a_road_to_oneself_leads_nowhere():
    ways = pagerank.adjacency_matrix(
        np.array([0, 0, 1, 0]), np.array([1, 1, 1, 2]), np.array([1.0, 2.0, 5.0, 0.0]), 3
    )
    assert ways.toarray().tolist() == [[0, 3, 0], [0, 0, 0], [0, 0, 0]]
    assert pagerank.out_weights(ways).tolist() == [3, 0, 0]
