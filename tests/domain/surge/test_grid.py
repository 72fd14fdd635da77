import numpy as np
import pytest
from h3.api import basic_int
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from domain.surge.grid import NOBODY, grid_of, moved

HERE = basic_int.latlng_to_cell(40.75, -73.99, 7)
DISK = basic_int.grid_disk(HERE, 3)
PENTAGON = basic_int.get_pentagons(7)[0]


@pytest.fixture
def grid():
    return grid_of(DISK)


def test_cells_stand_in_ascending_order_once_each():
    assert_array_equal(grid_of([*DISK, *DISK[:5]]).cells, sorted(DISK))


def test_the_same_cells_in_any_order_are_the_same_grid(grid):
    assert grid_of(DISK[::-1]) is grid


def test_rows_are_found_and_strangers_are_nobody(grid):
    cells = [int(grid.cells[5]), PENTAGON, int(grid.cells[0])]
    assert_array_equal(grid.rows(cells), [5, NOBODY, 0])


def test_an_empty_grid_knows_nobody_and_sums_nothing():
    empty = grid_of([])
    assert_array_equal(empty.rows([HERE]), [NOBODY])
    assert empty.summed(np.zeros((0, 2), dtype=np.float32), (1, 1, 1)).shape == (0, 2)


@given(st.sets(st.sampled_from([*DISK, *basic_int.grid_disk(PENTAGON, 2)]), min_size=1))
@settings(max_examples=40, deadline=None)
def test_a_sum_weighs_each_ring_as_h3_counts_steps(cells):
    grid = grid_of(sorted(cells))
    values = np.arange(1, len(grid) + 1, dtype=np.float32)[:, None]
    weights = (1.0, 0.5, 0.25)
    expected = [
        sum(
            weight * float(values[row, 0])
            for steps, weight in enumerate(weights)
            for row in grid.rows(list(_ring(int(cell), steps)))
            if row != NOBODY
        )
        for cell in grid.cells
    ]
    assert_allclose(grid.summed(values, weights)[:, 0], expected, rtol=1e-5)


def test_a_cell_at_the_edge_stands_in_for_the_neighbours_it_has_not(grid):
    for row, around in enumerate(grid.neighbours):
        known = {int(other) for other in grid.rows(list(_ring(int(grid.cells[row]), 1))) if other != NOBODY}
        assert set(around.tolist()) - {row} == known


def test_values_move_to_another_grid_and_new_cells_start_fresh(grid):
    wider = grid_of(basic_int.grid_disk(HERE, 4))
    values = np.arange(len(grid), dtype=np.float32)[:, None]
    there = moved(values, grid, wider, np.full((len(wider), 1), -1, dtype=np.float32))
    assert_array_equal(there[wider.rows(grid.cells)], values)
    assert (there < 0).sum() == len(wider) - len(grid)


def _ring(cell, steps):
    inner = set(basic_int.grid_disk(cell, steps - 1)) if steps else set()
    return set(basic_int.grid_disk(cell, steps)) - inner
