from dataclasses import fields, replace

import numpy as np
import pytest
from h3.api import basic_int
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from domain.surge import response
from domain.surge.grid import grid_of
from domain.surge.live import LiveInputs, LiveState
from domain.surge.policy import ONE_BP, SurgePolicy
from domain.surge.tick import Axes, aligned, empty_state, reprice
from tests.domain.surge.generated import town

PER_CELL = (
    "asked",
    "baseline",
    "usual",
    "unmet",
    "idle",
    "soon",
    "left",
    "caps_bp",
    "floors_bp",
    "cap_reasons",
)


@pytest.fixture(scope="module")
def story():
    """A town that was lived through before any test changed a rule, in whatever order tests come."""
    return town(7, ticks=30, radius=8)


def bits(prices):
    arrays = [getattr(prices, field.name) for field in fields(prices) if field.name != "state"]
    arrays += [getattr(prices.state, field.name) for field in fields(LiveState)]
    return [array.tobytes() for array in arrays]


def differing(policy, lived):
    return sum(bits(reprice(each.inputs, policy)) != bits(each.prices) for each in lived)


def test_the_same_inputs_give_the_same_prices_bit_for_bit(story):
    assert differing(story.policy, story.ticks) == 0


def test_a_price_with_chance_in_it_is_found(story, monkeypatch):
    chance, demand = np.random.default_rng(), response.demand
    monkeypatch.setattr(
        response, "demand", lambda *terms: demand(*terms) * np.float32(1 + 1e-5 * chance.random())
    )
    assert differing(story.policy, story.ticks) > 0


def shuffled(inputs: LiveInputs, order, place) -> LiveInputs:
    """The same tick as somebody would gather it who knows the cells in another order."""
    arrays = {name: getattr(inputs, name)[order][place] for name in PER_CELL}
    state = {field.name: getattr(inputs.state, field.name)[order][place] for field in fields(LiveState)}
    return replace(inputs, grid=grid_of(inputs.grid.cells[order]), state=LiveState(**state), **arrays)


def test_the_order_in_which_cells_are_gathered_changes_no_price(story):
    for each in story.ticks[-3:]:
        order = np.random.default_rng(2).permutation(len(each.inputs.grid))
        place = np.argsort(each.inputs.grid.cells[order])
        assert bits(reprice(shuffled(each.inputs, order, place), story.policy)) == bits(each.prices)


def test_arrays_that_do_not_follow_the_order_of_the_grid_are_found(story):
    last = story.ticks[-1]
    order = np.random.default_rng(2).permutation(len(last.inputs.grid))
    unsorted = shuffled(last.inputs, order, np.arange(len(order)))
    assert bits(reprice(unsorted, story.policy)) != bits(last.prices)


def test_equal_inputs_have_equal_prices(story):
    """Two categories with the same rules, asked for alike, cost the same in every cell."""
    lived, policy = story.ticks[-1], story.policy
    first = policy.live[policy.categories[0]]
    same = policy.model_copy(update={"live": dict.fromkeys(policy.categories, first)})
    twice = {name: np.repeat(getattr(lived.inputs, name)[:, :1], 4, axis=1) for name in PER_CELL}
    state = LiveState(
        **{
            field.name: np.repeat(getattr(lived.inputs.state, field.name)[:, :1], 4, axis=1)
            for field in fields(LiveState)
        }
    )
    prices = reprice(replace(lived.inputs, state=state, **twice), same)
    for array in (prices.state.shown_bp, prices.raw_bp, prices.reasons):
        assert (array == array[:, :1]).all()


def cheaper_with_more_demand(story):
    """How many prices fall when more ask, or rise when more are free, all else equal."""
    fell, rng = 0, np.random.default_rng(5)
    for each in story.ticks:
        more = replace(each.inputs, asked=each.inputs.asked + _some(rng, each.inputs.asked.shape))
        fewer = replace(each.inputs, idle=each.inputs.idle + _some(rng, each.inputs.idle.shape))
        shown = reprice(each.inputs, story.policy).state.shown_bp
        fell += int((reprice(more, story.policy).state.shown_bp < shown).sum())
        fell += int((reprice(fewer, story.policy).state.shown_bp > shown).sum())
    return fell


def test_no_price_falls_when_more_ask_or_rises_when_more_are_free(story):
    assert cheaper_with_more_demand(story) == 0


def test_a_response_that_turns_with_demand_is_found(story, monkeypatch):
    pressure = response.pressure
    monkeypatch.setattr(
        response, "pressure", lambda *terms: np.minimum(pressure(*terms), 0.9) * (pressure(*terms) < 0.9)
    )
    assert cheaper_with_more_demand(story) > 0


def test_a_missing_tick_raises_no_price_and_is_not_nobody(story):
    last, policy = story.ticks[-1], story.policy
    missing, nobody = (
        reprice(replace(last.inputs, asked=np.full_like(last.inputs.asked, value)), policy)
        for value in (np.nan, 0)
    )
    assert (missing.rate >= nobody.rate).all()
    assert (missing.rate > nobody.rate).any()


@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_towns_of_a_few_cells_have_prices_too(seed, radius):
    small = town(seed, ticks=3, radius=radius)
    for each in small.ticks:
        assert (each.shown <= each.inputs.caps_bp).all()
        assert (each.shown >= each.inputs.floors_bp).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [("idle", -1), ("idle", np.nan), ("baseline", np.inf), ("asked", -1), ("asked", np.inf), ("caps_bp", -1)],
)
def test_inputs_that_cannot_be_are_refused(story, name, value):
    inputs = story.ticks[0].inputs
    wrong = getattr(inputs, name).copy()
    wrong[0, 0] = value
    with pytest.raises(ValueError, match=name):
        reprice(replace(inputs, **{name: wrong}), story.policy)


def test_inputs_of_another_shape_are_refused(story):
    inputs = story.ticks[0].inputs
    with pytest.raises(ValueError, match="shape"):
        reprice(replace(inputs, idle=inputs.idle[1:]), story.policy)


def test_a_market_without_live_categories_or_cells_has_no_prices(story):
    inputs, grid = story.ticks[0].inputs, grid_of([])
    nothing = {name: getattr(inputs, name)[:0] for name in PER_CELL}
    nowhere = replace(inputs, grid=grid, state=empty_state(grid, story.policy.categories), **nothing)
    assert reprice(nowhere, story.policy).state.shown_bp.shape == (0, 4)
    assert SurgePolicy().categories == ()


def test_a_state_follows_its_cells_and_categories():
    here = basic_int.latlng_to_cell(40.75, -73.99, 7)
    before = Axes(grid_of(basic_int.grid_disk(here, 1)), ("a", "b"))
    after = Axes(grid_of(basic_int.grid_disk(here, 2)), ("b", "c"))
    state = replace(empty_state(*_axes(before)), shown_bp=np.arange(14, dtype=np.int32).reshape(7, 2))
    moved = aligned(state, before, after)
    rows = after.grid.rows(before.grid.cells)
    assert_array_equal(moved.shown_bp[rows, 0], state.shown_bp[:, 1])
    assert (moved.shown_bp[:, 1] == ONE_BP).all()
    assert (moved.shown_bp == ONE_BP).sum() == 19 + 12
    assert bits_of(aligned(moved, after, after)) == bits_of(moved)


def bits_of(state):
    return [getattr(state, field.name).tobytes() for field in fields(LiveState)]


def _some(rng, shape):
    return rng.poisson(0.5, shape).astype(np.float32)


def _axes(axes):
    return axes.grid, axes.categories
