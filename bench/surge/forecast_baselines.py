"""What people would forecast with instead: λ of every period (periods, cells), one step ahead."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from bench.surge.forecast_counts import TICK_MINUTES, Counts
from bench.surge.forecast_features import Known, faded
from domain import surge

Reals = NDArray[np.float32]

WEEKS = 8
EWMA_HALF_LIVES = (15, 30, 60, 120, 240)  # minutes; the best on the past is taken
_DAY_MINUTES = 24 * 60
_LEAST = 1e-3
_TREES = partial(
    HistGradientBoostingRegressor,
    loss="poisson",
    learning_rate=0.05,
    max_leaf_nodes=31,
    min_samples_leaf=100,
    random_state=0,
)


def seasonal_naive(came: Reals, minutes: int) -> Reals:
    """What came in the same slot a week ago."""
    return _lagged(came, 7 * _DAY_MINUTES // minutes)


def last_eight(came: Reals, minutes: int) -> Reals:
    """The mean of the last eight same slots, or of as many as there are."""
    week = 7 * _DAY_MINUTES // minutes
    total: Reals = np.zeros_like(came)
    known = np.zeros((len(came), 1), dtype=np.float32)
    for back in range(week, (WEEKS + 1) * week, week):
        total += _lagged(came, back)
        known[back:] += 1
    return np.divide(total, np.maximum(known, 1), dtype=np.float32)


def ewma(counts: Counts, minutes: int, past: slice) -> Reals:
    """A discounted mean of the last hours, with the half-life that did best on the past."""
    came = counts.periods(minutes)
    tried = []
    for half_life in EWMA_HALF_LIVES:
        weight = 1 - 2 ** (-TICK_MINUTES / half_life)
        level: Reals = faded(counts.ticks, half_life, minutes) * np.float32(weight * minutes / TICK_MINUTES)
        tried.append(level)
    return min(tried, key=lambda level: float(np.square(came[past] - level[past]).mean()))


def slot_ewma(came: Reals, minutes: int) -> Reals:
    """S_p: a discounted mean of the same slot of the week, α as in the product, without smoothing."""
    week = 7 * _DAY_MINUTES // minutes
    mean, result = np.zeros((week, came.shape[1]), dtype=np.float32), np.zeros_like(came)
    for number, start in enumerate(range(0, len(came), week)):
        now = came[start : start + week]
        result[start : start + week] = mean[: len(now)]
        step = np.float32(max(surge.baseline.ALPHA, 1 / (number + 1)))
        mean[: len(now)] += step * (now - mean[: len(now)])
    return result


def gradient_boosting(counts: Counts, known: Known, fit: slice) -> Reals:
    """Poisson gradient boosting on all that ours knows, on raw lags, and on hour, weekday and cell.

    How many trees: as many as do best on the last quarter of the past, then fitted again on the whole of it.
    """
    columns = _table(counts, known)
    came = counts.periods(known.minutes)
    cut = fit.stop - (fit.stop - fit.start) // 4
    early, late = (_rows(columns, came, part) for part in (slice(fit.start, cut), slice(cut, fit.stop)))
    trial = _TREES(max_iter=500, early_stopping=True, n_iter_no_change=15)
    trial.fit(*early, X_val=late[0], y_val=late[1])
    trees = _TREES(max_iter=max(trial.n_iter_, 20), early_stopping=False)
    trees.fit(*_rows(columns, came, fit))
    everything = np.stack([column.reshape(-1) for column in columns], axis=1)
    return np.asarray(trees.predict(everything), dtype=np.float32).reshape(came.shape)


def _table(counts: Counts, known: Known) -> list[Reals]:
    minutes, came = known.minutes, counts.periods(known.minutes)
    day, shape = _DAY_MINUTES // minutes, came.shape
    period = np.arange(len(came))[:, None]
    hour, weekday = period % day * minutes / 60, (period // day + counts.first_weekday) % 7
    cell = np.arange(shape[1])[None, :]
    calendar = [np.broadcast_to(each, shape).astype(np.float32) for each in (hour, weekday, cell)]
    lags = [_lagged(came, back) for back in (1, 2, 3, 4, day - 1, day, day + 1, 7 * day)]
    levels = [known.usual, last_eight(came, minutes), slot_ewma(came, minutes)]
    return [*calendar, *lags, *levels, *known.sums.values(), *known.logs.values()]


def _rows(columns: list[Reals], came: Reals, part: slice) -> tuple[Reals, Reals]:
    return np.stack([column[part].reshape(-1) for column in columns], axis=1), came[part].reshape(-1)


def _lagged(came: Reals, periods: int) -> Reals:
    lagged = np.zeros_like(came)
    lagged[periods:] = came[:-periods]
    return lagged
