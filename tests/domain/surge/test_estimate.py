import numpy as np
import pytest
from h3.api import basic_int
from numpy.testing import assert_allclose
from scipy.stats import nbinom

from domain.surge import estimate
from domain.surge.estimate import Sums
from domain.surge.grid import grid_of

HERE = basic_int.latlng_to_cell(40.75, -73.99, 7)
GRID = grid_of(basic_int.grid_disk(HERE, 2))
MIDDLE = int(GRID.rows(HERE))


def everywhere(value):
    return np.full((len(GRID), 1), value, dtype=np.float32)


def test_half_of_a_sum_is_left_after_its_half_life():
    assert_allclose(estimate.discount(15, [15, 30]), [0.5, 0.5**0.5], rtol=1e-6)


def test_sums_fade_and_take_in_what_was_asked_and_expected():
    sums = estimate.updated(
        Sums(everywhere(4), everywhere(2)),
        asked=everywhere(3),
        baseline=everywhere(1),
        left=np.float32([0.5]),
    )
    assert_allclose(sums.seen, 5)
    assert_allclose(sums.expected, 2)


def test_a_missing_tick_only_fades_and_does_not_say_that_nobody_came():
    before = Sums(everywhere(4), everywhere(2))
    terms = {"baseline": everywhere(1), "left": np.float32([0.5])}
    missing = estimate.updated(before, asked=everywhere(np.nan), **terms)
    nobody = estimate.updated(before, asked=everywhere(0), **terms)
    assert_allclose(missing.seen / missing.expected, 2)
    assert (nobody.seen / nobody.expected < missing.seen / missing.expected).all()


def test_a_market_where_nothing_was_seen_is_as_usual():
    assert_allclose(estimate.market_ratio(Sums(everywhere(0), everywhere(0))), 1)


@pytest.mark.parametrize(("ratio", "anomaly"), [(0.32, True), (0.34, False), (2.9, False), (3.1, True)])
def test_a_market_far_from_usual_is_an_anomaly(ratio, anomaly):
    assert estimate.is_anomaly(np.float32([ratio])).tolist() == [anomaly]


def test_the_control_form_is_that_of_the_design():
    rng = np.random.default_rng(1)
    seen, expected, baseline = (rng.gamma(2, 1, (len(GRID), 1)).astype(np.float32) for _ in range(3))
    sums = Sums(seen, expected)
    ratio = estimate.market_ratio(sums)
    steps = [basic_int.grid_distance(HERE, int(cell)) for cell in GRID.cells]
    near = 0.35 ** np.array(steps)[:, None]
    a, b = (0.8 * values[MIDDLE, 0] + 0.2 * (near * values).sum() for values in (seen, expected))
    r0 = (seen.sum() + 6) / (expected.sum() + 6)
    wanted = baseline[MIDDLE, 0] * (a + 0.3 * r0) / (b + 0.3)
    assert_allclose(estimate.control_rate(GRID, sums, baseline, ratio)[MIDDLE], wanted, rtol=1e-5)
    a, b = ((near * values).sum() for values in (seen, expected))
    wanted = baseline[MIDDLE, 0] * (a + 8) / (b + 8)
    assert_allclose(estimate.forecast_rate(GRID, sums, baseline)[MIDDLE], wanted, rtol=1e-5)


@pytest.mark.parametrize(("seen", "believed"), [(1_000, 12), (0, 0.2)])
def test_a_cell_is_never_believed_to_be_further_from_usual_than_the_limits(seen, believed):
    sums = Sums(everywhere(seen), everywhere(20))
    rate = estimate.control_rate(GRID, sums, everywhere(1), estimate.market_ratio(sums))
    assert_allclose(rate, believed)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_an_interval_holds_its_level_or_more_and_not_a_count_too_many(level):
    rate, dispersion = 7.0, 0.2
    lower, upper = estimate.interval(rate, dispersion, level)
    size = 1 / dispersion
    chance = size / (size + rate)
    assert nbinom.cdf(upper, size, chance) - nbinom.cdf(lower - 1, size, chance) >= level
    assert nbinom.cdf(upper - 1, size, chance) < (1 + level) / 2
    assert nbinom.cdf(lower - 1, size, chance) < (1 - level) / 2


def test_where_nobody_is_expected_the_interval_is_nobody():
    assert [int(end) for end in estimate.interval(0.0, 0.1, 0.9)] == [0, 0]
