"""Each step by itself; that they hold together over many ticks is in `test_invariants_of_a_tick`."""

import numpy as np
import pytest
from h3.api import basic_int
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.surge import livable
from domain.surge.grid import grid_of
from domain.surge.kinds import Reason
from domain.surge.livable import Bounds, Moved
from domain.surge.live import LiveState
from domain.surge.policy import Livable

HERE = basic_int.latlng_to_cell(40.75, -73.99, 7)
RULES = Livable()


def points(*values):
    return np.array(values, dtype=np.int32)[:, None]


def reals(*values):
    return np.array(values, dtype=np.float32)[:, None]


def moved(*values):
    return Moved(points(*values), np.zeros((len(values), 1), dtype=np.uint16))


def state(*shown):
    empty = np.zeros((len(shown), 1), dtype=np.float32)
    turns = np.zeros((len(shown), 1), dtype=np.int8)
    return LiveState(empty, empty, points(*shown), turns, points(*(0 for _ in shown)))


def told(result):
    return result.shown_bp[:, 0].tolist(), result.reasons[:, 0].tolist()


@pytest.mark.parametrize(
    ("shown", "raw", "price", "reason"),
    [
        (10_000, 10_400, 10_000, Reason.NONE),
        (10_000, 10_740, 10_000, Reason.HELD_BY_HYSTERESIS),
        (10_000, 10_750, 11_000, Reason.NONE),
        (12_000, 11_300, 12_000, Reason.HELD_BY_HYSTERESIS),
        (12_000, 11_250, 11_000, Reason.NONE),
        (11_000, 10_000, 10_000, Reason.NONE),
        (10_000, 17_432, 17_000, Reason.NONE),
    ],
)
def test_a_price_stays_while_the_raw_value_is_near_it(shown, raw, price, reason):
    assert told(livable.hysteresis(moved(shown), reals(raw), RULES)) == ([price], [reason])


@pytest.mark.parametrize(
    ("shown", "wanted", "price"),
    [(10_000, 20_000, 13_000), (20_000, 10_000, 17_000), (10_000, 12_000, 12_000)],
)
def test_a_price_moves_only_so_far_in_a_tick(shown, wanted, price):
    limited = livable.rate(moved(wanted), points(shown), RULES)
    assert told(limited) == ([price], [Reason.LIMITED_BY_RATE if price != wanted else Reason.NONE])


@pytest.mark.parametrize(
    ("turned", "elapsed", "wanted", "price"),
    [
        (1, 5, 11_000, 12_000),  # just rose, would fall
        (1, 10, 11_000, 11_000),  # long enough
        (1, 5, 13_000, 13_000),  # goes on rising
        (-1, 5, 13_000, 12_000),  # just fell, would rise
        (0, 0, 13_000, 13_000),  # never moved
    ],
)
def test_a_price_that_has_just_moved_does_not_turn_back(turned, elapsed, wanted, price):
    turns = np.array([[turned]], dtype=np.int8)
    held = livable.dwell(moved(wanted), points(12_000), turns, points(elapsed), RULES)
    assert told(held) == ([price], [Reason.LIMITED_BY_DWELL if price != wanted else Reason.NONE])


def test_what_was_shown_under_another_grid_is_lowered_to_this_one():
    bounds = Bounds(points(20_000), points(8_000), np.zeros((1, 1), dtype=np.uint16))
    none, grid = np.zeros((1, 1), dtype=np.uint16), grid_of([HERE])
    now = livable.livable(reals(11_400), none, state(11_700), bounds, grid, RULES, points(5))
    assert told(now) == ([11_000], [Reason.NONE])


def test_caps_are_lowered_to_the_grid_and_say_whose_they_are():
    bounds = Bounds(points(12_500, 20_000), points(8_000, 8_000), np.full((2, 1), 1_024, dtype=np.uint16))
    capped = livable.caps(moved(20_000, 20_000), bounds, RULES)
    assert told(capped) == ([12_000, 20_000], [Reason.CAPPED_BY_EMERGENCY, Reason.NONE])


def test_floors_are_raised_to_the_grid():
    bounds = Bounds(points(20_000), points(8_500), np.zeros((1, 1), dtype=np.uint16))
    assert told(livable.floors(moved(8_000), bounds, RULES)) == ([9_000], [Reason.RAISED_TO_FLOOR])


def test_no_floor_breaks_a_cap_below_it():
    grid = grid_of([HERE])
    bounds = Bounds(points(9_000), points(10_000), np.full((1, 1), 1_024, dtype=np.uint16))
    raised = livable.livable(
        reals(10_000), np.zeros((1, 1), np.uint16), state(10_000), bounds, grid, RULES, points(5)
    )
    assert raised.shown_bp.tolist() == [[9_000]]


@given(st.lists(st.integers(8, 50), min_size=19, max_size=19), st.sampled_from([1_000, 2_500, 3_000]))
@settings(max_examples=60, deadline=None)
def test_neighbours_are_lowered_to_the_highest_map_without_a_tear(prices, limit):
    """That is, for each cell, the least of price + steps × limit over all cells, the limit in whole steps."""
    grid = grid_of(basic_int.grid_disk(HERE, 2))
    before = moved(*(price * 1_000 for price in prices))
    after = livable.neighbours(before, grid, Livable(neighbour_bp=limit))
    steps = [[basic_int.grid_distance(int(a), int(b)) for b in grid.cells] for a in grid.cells]
    allowed = before.shown_bp[:, 0] + np.array(steps) * (limit // 1_000 * 1_000)
    assert after.shown_bp[:, 0].tolist() == allowed.min(axis=1).tolist()


def test_neighbours_of_one_category_do_not_lower_another():
    grid = grid_of(basic_int.grid_disk(HERE, 1))
    shown = np.full((7, 2), 20_000, dtype=np.int32)
    shown[0, 0] = 10_000
    after = livable.neighbours(Moved(shown, np.zeros((7, 2), dtype=np.uint16)), grid, RULES)
    assert (after.shown_bp[:, 1] == 20_000).all()
    assert after.shown_bp[:, 0].max() < 20_000
    assert (shown == 20_000).sum() == 13  # what went in is left alone


@pytest.mark.parametrize("changed", [{"rate_bp": 500}, {"neighbour_bp": 500}])
def test_steps_smaller_than_the_grid_are_refused(changed):
    with pytest.raises(ValueError, match="one step of the grid"):
        Livable(**changed)
