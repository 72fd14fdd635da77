"""What flows along roads comes to rest where the equation says, and nothing of it is lost."""

import numpy as np
import pytest

from domain.foundation import flow


def a_graph(people=40, roads=160, seed=3):
    random = np.random.default_rng(seed)
    start, end = random.integers(0, people // 2, roads), random.integers(0, people, roads)
    return flow.roads(start, end, random.uniform(0, 3, roads), people)


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
    assert flow.settle(ways, seeds, passed_on=passed_on) == pytest.approx(solved, abs=1e-11)


def test_nothing_is_lost_and_nothing_is_below_zero():
    settled = flow.settle(a_graph(), some_seeds(), passed_on=0.5)
    assert settled.sum() == pytest.approx(1.0, abs=1e-12)
    assert settled.min() >= 0
    assert (settled[20:] > 0).any()  # half of them pass nothing on, and hold what they got


def test_without_seeds_nothing_flows():
    assert not flow.settle(a_graph(), np.zeros(40), passed_on=0.5).any()


def test_parallel_roads_add_up_and_a_road_to_oneself_leads_nowhere():
    ways = flow.roads(np.array([0, 0, 1, 0]), np.array([1, 1, 1, 2]), np.array([1.0, 2.0, 5.0, 0.0]), 3)
    assert ways.toarray().tolist() == [[0, 3, 0], [0, 0, 0], [0, 0, 0]]
    assert flow.given(ways).tolist() == [3, 0, 0]
