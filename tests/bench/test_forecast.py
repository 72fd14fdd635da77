"""That the forecasts of `bench surge` know nothing of what they forecast, and that their scores can tell."""

import gzip
from datetime import date, timedelta
from functools import partial

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from bench.surge import forecast_baselines as baselines
from bench.surge import forecast_model as model
from bench.surge.forecast import LAST_EIGHT, OURS, run
from bench.surge.forecast_counts import TICKS_A_DAY, Counts, counts, first_test_day, read
from bench.surge.forecast_features import known
from bench.surge.forecast_scores import coverage, score

DAYS, TEST_DAY = 70, 56
PLACES = [(40.75 + 0.02 * row, -73.99 + 0.02 * column) for row in range(2) for column in range(3)]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Ten weeks of six places, busier by day and on weekdays, with moods of an afternoon."""
    chance = np.random.default_rng(4)
    lines = ["picked_up_at,latitude,longitude"]
    for day in range(DAYS):
        mood = chance.gamma(6, 1 / 6)
        for hour in range(24):
            mean = mood * (0.3 + 1.5 * (8 <= hour < 20)) * (1.5 if day % 7 < 5 else 0.7)
            for latitude, longitude in PLACES:
                lines += [
                    f"{date(2014, 4, 7) + timedelta(days=day)}T{hour:02}:{minute:02},{latitude},{longitude}"
                    for minute in chance.integers(60, size=chance.poisson(mean))
                ]
    path = tmp_path_factory.mktemp("demand") / "demand.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


@pytest.fixture(scope="module")
def counted(file) -> Counts:
    return counts(read(file), 7, TEST_DAY)


def other_future(counted: Counts, tick: int) -> Counts:
    ticks = counted.ticks.copy()
    ticks[tick:] = np.random.default_rng(9).poisson(1, ticks[tick:].shape)
    return Counts(ticks, counted.grid, counted.test_tick, counted.outside, counted.first_weekday)


@pytest.mark.parametrize("minutes", [15, 60])
def test_nothing_that_is_known_before_a_period_depends_on_it_or_on_later_ones(counted, minutes):
    period = 30 * TICKS_A_DAY * 5 // minutes + 7
    changed = other_future(counted, period * minutes // 5)
    for one, other in zip(_everything(counted, minutes), _everything(changed, minutes), strict=True):
        np.testing.assert_array_equal(one[: period + 1], other[: period + 1])
        assert (one[period + 1 :] != other[period + 1 :]).any()


def _everything(counted, minutes):
    features, came = known(counted, minutes), counted.periods(minutes)
    naive = [baselines.seasonal_naive(came, minutes), baselines.last_eight(came, minutes)]
    levels = [baselines.slot_ewma(came, minutes), baselines.ewma(counted, minutes, slice(0, 100))]
    return [*features.logs.values(), *features.sums.values(), features.usual, *naive, *levels]


def test_the_mean_of_eight_is_of_the_same_slots_of_the_weeks_before(counted):
    came = counted.periods(60)
    period = 9 * 168 + 10
    weeks = [came[period - 168 * back] for back in range(1, 9)]
    np.testing.assert_allclose(baselines.last_eight(came, 60)[period], np.mean(weeks, axis=0))


def test_intervals_of_a_right_forecast_cover_ninety_percent_and_too_narrow_ones_less():
    chance = np.random.default_rng(1)
    mean = chance.gamma(0.5, 2, 200_000) + 0.01
    came = chance.poisson(chance.gamma(5, mean / 5)).astype(float)  # variance λ + 0.2 λ²
    assert coverage(mean, came, 0.2) == pytest.approx(0.9, abs=0.003)
    assert coverage(mean, came, 1e-6) < 0.88
    assert coverage(mean, came, 1.0) > 0.92


def test_the_spread_is_found_again():
    chance = np.random.default_rng(2)
    mean = chance.gamma(2, 2, 100_000)
    came = chance.poisson(chance.gamma(5, mean / 5)).astype(np.float32)
    assert model.dispersion(mean.astype(np.float32), came) == pytest.approx(0.2, rel=0.05)


def test_who_knows_the_truth_has_the_least_deviance_and_no_bias():
    chance = np.random.default_rng(3)
    mean = chance.gamma(2, 1, (50_000, 2)).astype(np.float32)
    came = chance.poisson(mean).astype(np.float32)
    right, high = score(mean, came, 0.01), score(mean * np.float32(1.2), came, 0.01)
    assert right.deviance < high.deviance
    assert abs(right.bias) < 0.02 < high.bias


def test_the_test_is_the_last_fifth_unless_a_day_is_given(file):
    located = read(file)
    assert first_test_day(located, None) == DAYS - DAYS // 5
    assert first_test_day(located, date(2014, 4, 17)) == 10


def test_a_plain_file_reads_like_a_gzipped_one(file, tmp_path):
    plain = tmp_path / "demand.csv"
    plain.write_bytes(gzip.decompress(file.read_bytes()))
    assert (read(plain).at == read(file).at).all()


def test_the_page_tells_every_forecaster_and_draws_a_picture(file, tmp_path, monkeypatch):
    trees = partial(HistGradientBoostingRegressor, loss="poisson", random_state=0, max_leaf_nodes=4)
    monkeypatch.setattr(baselines, "_TREES", lambda **how: trees(**(how | {"max_iter": 3})))
    rows = run(file, test_from=None, folder=tmp_path, quick=True)
    assert {row["minutes"] for row in rows} == {60, 30, 15}
    hourly = {row["forecaster"]: row for row in rows if row["minutes"] == 60}
    assert hourly[OURS]["rmse"] < hourly[LAST_EIGHT]["rmse"]
    assert (tmp_path / "surge_forecast.png").stat().st_size > 10_000
