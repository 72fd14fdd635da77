from datetime import datetime

import numpy as np
import pytest
from h3.api import basic_int
from numpy.testing import assert_allclose

from domain.surge import baseline
from domain.surge.grid import grid_of

HERE = basic_int.latlng_to_cell(40.75, -73.99, 7)


def reals(*values):
    return np.array(values, dtype=np.float32)


def week_of(hourly, cells=1):
    return np.full((baseline.SLOTS, cells, 1), hourly, dtype=np.float32)


@pytest.mark.parametrize(
    ("local", "slot"),
    [
        ("2014-06-02T00:59", 0),  # a Monday
        ("2014-06-02T01:00", 1),
        ("2014-06-08T23:30", 167),
    ],
)
def test_slots_are_the_hours_of_the_local_week_from_monday_on(local, slot):
    assert baseline.slot_of(datetime.fromisoformat(local)) == slot


def test_the_first_weeks_count_alike_and_later_ones_by_alpha():
    learned = reals(0)
    for updates, counted in enumerate((4, 8, 6)):
        learned = baseline.learned(learned, reals(counted), updates)
    assert_allclose(learned, 6)
    assert_allclose(baseline.learned(reals(10), reals(20), 50), 10 + baseline.ALPHA * 10, rtol=1e-6)


def test_a_missing_hour_is_skipped_and_not_read_as_nobody():
    learned = baseline.learned(reals(10, 10), reals(np.nan, 0), 50)
    assert_allclose(learned, [10, 10 - baseline.ALPHA * 10], rtol=1e-6)


def test_what_an_hour_brings_spreads_to_the_hours_beside_it_around_the_week():
    week = week_of(0)
    week[0] = 8
    smooth = baseline.smoothed_week(week)[:, 0, 0]
    assert_allclose(smooth[[0, 1, 167]], [4, 2, 2])
    assert smooth.sum() == week.sum()


def test_half_of_all_hours_bring_less_than_usual():
    week = week_of(0)
    week[:, 0, 0] = np.arange(baseline.SLOTS)
    assert (week < baseline.usual(week)).sum() == baseline.SLOTS / 2


def test_a_cell_where_much_happens_is_believed_and_a_thin_one_leans_on_its_parent():
    parent = np.zeros(2, dtype=np.int64)
    own, seen = reals([5], [0]), reals([20_000], [0])
    busy, thin = baseline.leaning(own, seen, parent)[:, 0]
    assert_allclose(busy, 5, rtol=1e-3)
    assert_allclose(thin, 5 / 20_002, rtol=1e-3)


def test_a_cell_of_twenty_events_is_believed_by_half():
    parent = np.zeros(2, dtype=np.int64)
    own, seen = reals([1], [3]), reals([20], [62])
    share = 21 / 84
    assert_allclose(baseline.leaning(own, seen, parent)[0, 0], 0.5 * 1 + 0.5 * share * 4, rtol=1e-6)


def test_leaning_does_not_reach_beyond_the_parent():
    grid = grid_of(list(basic_int.grid_disk(HERE, 4)))
    parent = baseline.parents(grid)
    crowded = np.where(parent == parent[0], np.float32(7), np.float32(0))[:, None]
    leaning = baseline.leaning(crowded, np.zeros_like(crowded), parent)
    assert (leaning[parent == parent[0]] > 0).all()
    assert not leaning[parent != parent[0]].any()


def test_cells_have_the_parent_that_h3_gives_them():
    grid = grid_of(list(basic_int.grid_disk(HERE, 3)))
    above = [basic_int.cell_to_parent(int(cell)) for cell in grid.cells]
    numbers = baseline.parents(grid)
    assert all((numbers[i] == numbers[0]) == (above[i] == above[0]) for i in range(len(grid)))


def test_events_of_28_days_are_four_weeks_of_what_is_usual():
    assert_allclose(baseline.events(week_of(0.5)), 4 * baseline.SLOTS * 0.5)


def test_a_tick_has_its_share_of_the_hour():
    assert_allclose(baseline.a_tick(reals(12), 5), 1)
