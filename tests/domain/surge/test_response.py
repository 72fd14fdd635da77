import numpy as np
import pytest
from h3.api import basic_int
from numpy.testing import assert_allclose
from scipy.special import gammaincinv, ndtri
from scipy.stats import poisson

from domain.surge import response
from domain.surge.grid import grid_of
from domain.surge.kinds import Reason

HERE = basic_int.latlng_to_cell(40.75, -73.99, 7)


def reals(*values):
    return np.array(values, dtype=np.float32)[:, None]


def rules(**changed):
    usual = {"theta": 1.6, "threshold": 0.65, "lowest_bp": 8_500, "without_unmet_bp": 15_000}
    return response.Answers(**{name: np.float32([value]) for name, value in (usual | changed).items()})


def test_demand_and_supply_count_those_around_in_part():
    grid = grid_of(basic_int.grid_disk(HERE, 2))
    there, nobody = np.zeros((len(grid), 1), dtype=np.float32), np.zeros((len(grid), 1), dtype=np.float32)
    there[grid.rows(HERE)] = 4
    steps = np.array([basic_int.grid_distance(HERE, int(cell)) for cell in grid.cells])
    asking = response.demand(grid, there, tick_minutes=5)[:, 0]
    assert_allclose(asking, np.array([12, 1.5, 0])[steps])
    free = response.supply(grid, idle=there, soon=nobody, left=nobody)[:, 0]
    assert_allclose(free, np.array([4, 1, 0.24])[steps], rtol=1e-6)
    halves = response.supply(grid, idle=nobody, soon=there, left=there)[:, 0]
    assert_allclose(halves, free, rtol=1e-6)


@pytest.mark.parametrize("free", [0, 1, 5])
def test_pressure_is_the_probability_that_one_more_asks_than_is_free(free):
    asking = np.linspace(free + 0.5, 15, 50, dtype=np.float32)[:, None]
    pressed = response.pressure(asking, np.full_like(asking, free), np.float32([0.65]))
    assert_allclose(pressed, poisson.sf(free, asking + response.ONE_MORE), rtol=1e-5)


@pytest.mark.parametrize("threshold", [0.1, 0.4, 0.5])
def test_pressure_that_is_not_counted_is_below_the_threshold(threshold):
    rng = np.random.default_rng(3)
    asking, free = (rng.gamma(1, 4, (200_000, 1)).astype(np.float32) for _ in range(2))
    spared = response.pressure(asking, free, np.float32([threshold]))
    counted = response.pressure(asking, free, np.float32([0]))
    assert (spared == 0).any()
    assert (counted[spared == 0] < threshold).all()
    assert_allclose(spared[spared > 0], counted[spared > 0])


def test_no_quantile_up_to_the_median_is_below_its_bound():
    places = np.concatenate([np.linspace(1, 5, 2_000), np.geomspace(5, 1e5, 2_000)])
    chances = np.concatenate([np.geomspace(1e-6, 0.5, 200), [0.5]])[:, None]
    bound = places - 1 / 3 + ndtri(chances) * np.sqrt(places)
    assert (gammaincinv(places, chances) > bound).all()


def test_the_second_key_turns_next_to_who_went_without_and_no_further():
    grid = grid_of(basic_int.grid_disk(HERE, 2))
    unmet = np.zeros((len(grid), 1), dtype=np.float32)
    unmet[grid.rows(HERE)] = 1
    steps = np.array([basic_int.grid_distance(HERE, int(cell)) for cell in grid.cells])
    assert_allclose(response.went_without(grid, unmet)[:, 0], np.array([1, 1, 0])[steps])


def test_the_price_is_that_without_surge_up_to_the_threshold_and_theta_more_in_the_end():
    pressed = reals(0, 0.65, 0.825, 1)
    wanted, reasons = response.raw(pressed, reals(0, 0, 0, 0), reals(1, 1, 1, 1), rules())
    assert_allclose(wanted[:, 0], [10_000, 10_000, 18_000, 26_000], rtol=1e-6)
    more = Reason.MORE_ASK_THAN_ARE_FREE
    assert reasons[:, 0].tolist() == [0, 0, more, more]


def test_a_forecast_alone_raises_a_price_only_so_far():
    wanted, reasons = response.raw(reals(1, 1, 0.7), reals(0, 0, 0), reals(0, 1, 0), rules())
    assert_allclose(wanted[:2, 0], [15_000, 26_000])
    waiting = [bool(reason & Reason.WAITING_FOR_UNMET_QUOTE) for reason in reasons[:, 0]]
    assert waiting == [True, False, False]


def test_it_is_cheaper_where_it_is_quiet_and_many_are_free():
    asking, free = reals(0.2, 0.2, 0.2, 6), reals(16, 0, 16, 16)
    baseline, usual = reals(0.1, 0.1, 0.1, 0.1), reals(1, 1, 0.1, 1)
    calm = response.quiet(asking, free, baseline, usual)
    assert calm[0, 0] == pytest.approx(1, abs=1e-3)
    assert calm[1:, 0].tolist() == [0, 0, 0]  # nobody free; not a quiet hour; too many ask
    wanted, reasons = response.raw(reals(0, 0, 0, 0), calm, reals(0, 0, 0, 0), rules())
    assert wanted[0, 0] == pytest.approx(8_500, rel=1e-3)
    assert reasons[:, 0].tolist() == [Reason.FEW_ASK, 0, 0, 0]


def test_quiet_is_the_probability_of_no_more_than_a_quarter_of_those_free():
    free, asking = reals(8, 8, 8), reals(0.8, 1.2, 1.5)
    calm = response.quiet(asking, free, reals(0, 0, 0), reals(1, 1, 1))
    wanted = np.maximum(poisson.cdf(2, asking) - 0.8, 0) / 0.2
    assert_allclose(calm, wanted, rtol=1e-4)
