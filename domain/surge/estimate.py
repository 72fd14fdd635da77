"""How many customers are expected: the usual number of the slot of the week, corrected by what is seen now.

What was **seen** and what was **expected** are discounted sums, a and b, of a Gamma–Poisson model:

    a = δ a + y        b = δ b + B        δ = 2^(−minutes / half-life)

Their ratio says how far now is from usual. A cell alone has seen too little to tell, so it borrows from its
neighbours and from the whole market. **Control** (a price) borrows little, so that a price is of its place;
a **forecast** borrows as much as helps.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from domain.surge.grid import Grid

Reals = NDArray[np.float32]

# Tuned on a prototype over half a year of pickups in New York; see the forecast part of `bench surge`.
NEAR = (1.0, 0.35, 0.35**2)  # what rings 0, 1 and 2 weigh when a cell borrows from those around it
OWN_SHARE, NEAR_SHARE = 0.8, 0.2
_CONTROL = (OWN_SHARE + NEAR_SHARE * NEAR[0], NEAR_SHARE * NEAR[1], NEAR_SHARE * NEAR[2])
PRIOR_MARKET = 6.0  # customers as usual, added to the market's before it is believed
PRIOR_CONTROL = 0.3  # the same for a cell, at the market's ratio
PRIOR_FORECAST = 8.0
FORECAST_HALF_LIFE_MINUTES = 180.0
LOWEST_RATIO, HIGHEST_RATIO = 0.2, 12.0  # a cell is never believed to be further from usual than this
_SIDE_BY_SIDE = 64  # cells in one long row where a market is added up
USUAL_MARKET = (0.33, 3.0)  # a whole market further from usual than this is an anomaly, not a busy evening


@dataclass(frozen=True, slots=True)
class Sums:
    """The discounted sums, each of shape (cells, categories), in weighted customers."""

    seen: Reals
    expected: Reals


def discount(minutes: float, half_lives: ArrayLike) -> Reals:
    """What is left of a sum after so many minutes: one half for each half-life."""
    lives: NDArray[np.float64] = np.asarray(half_lives, dtype=np.float64)
    left: Reals = np.exp2(-minutes / lives).astype(np.float32)
    return left


def updated(before: Sums, *, asked: Reals, baseline: Reals, left: Reals) -> Sums:
    """The sums after a tick, of which `left` (one for each category) is left of the time before.

    A missing tick (NaN) is skipped, not read as nobody: time goes by for both sums alike and nothing is added
    to either, so the ratio leans back to the prior.
    """
    added = np.fmax(asked, np.float32(0))  # of NaN and a number the number
    hoped = baseline * ~np.isnan(asked)
    return Sums(left * before.seen + added, left * before.expected + hoped)


def market_ratio(sums: Sums) -> Reals:
    """How many times as many as usual ask in the whole market; one value for each category."""
    seen, expected = _total(sums.seen), _total(sums.expected)
    ratio: Reals = ((seen + PRIOR_MARKET) / (expected + PRIOR_MARKET)).astype(np.float32)
    return ratio


def is_anomaly(ratio: Reals) -> NDArray[np.bool_]:
    """Whether a market's ratio is so far from usual that somebody should look."""
    lowest, highest = USUAL_MARKET
    return (ratio < lowest) | (ratio > highest)


def control_rate(grid: Grid, sums: Sums, baseline: Reals, ratio: Reals) -> Reals:
    """λ of shape (cells, categories), in customers a tick: the form that sets prices."""
    prior = np.float32(PRIOR_CONTROL)
    seen, expected = _pooled(grid, sums, _CONTROL)
    return baseline * _believed((seen + prior * ratio) / (expected + prior))


def forecast_rate(grid: Grid, sums: Sums, baseline: Reals) -> Reals:
    """λ in the form that forecasts: all that is near is one pool, with a half-life of hours."""
    prior = np.float32(PRIOR_FORECAST)
    seen, expected = _pooled(grid, sums, NEAR)
    return baseline * _believed((seen + prior) / (expected + prior))


def interval(
    rate: ArrayLike, dispersion: ArrayLike, level: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The central interval of a negative binomial of this mean and variance `mean + dispersion × mean²`.

    Ends are counts and belong to the interval, so it covers the level or more.
    """
    mean = np.maximum(np.asarray(rate, dtype=np.float64), 1e-9)
    size = 1 / np.maximum(np.asarray(dispersion, dtype=np.float64), 1e-9)
    chance = size / (size + mean)
    return _quantile((1 - level) / 2, size, chance), _quantile((1 + level) / 2, size, chance)


def _total(values: Reals) -> NDArray[np.float64]:
    """The sum over cells. Added up in long rows, many cells side by side: five times as fast."""
    categories, whole = values.shape[1], len(values) // _SIDE_BY_SIDE * _SIDE_BY_SIDE
    rows = values[:whole].reshape(-1, _SIDE_BY_SIDE * categories).sum(axis=0, dtype=np.float64)
    rest = values[whole:].sum(axis=0, dtype=np.float64)
    total: NDArray[np.float64] = rows.reshape(_SIDE_BY_SIDE, categories).sum(axis=0) + rest
    return total


def _pooled(grid: Grid, sums: Sums, weights: tuple[float, float, float]) -> tuple[Reals, Reals]:
    """Both sums over own cell and rings, in one pass over the map."""
    both = grid.summed(np.concatenate((sums.seen, sums.expected), axis=1), weights)
    categories = sums.seen.shape[1]
    return both[:, :categories], both[:, categories:]


def _believed(ratio: Reals) -> Reals:
    return np.clip(ratio, np.float32(LOWEST_RATIO), np.float32(HIGHEST_RATIO))


def _quantile(tail: float, size: NDArray[np.float64], chance: NDArray[np.float64]) -> NDArray[np.int64]:
    """The smallest k with P(X ≤ k) = I_chance(size, k + 1) ≥ tail, X negative binomial; by halving."""
    high = np.ones(chance.shape, dtype=np.int64)
    while (short := betainc(size, high + 1.0, chance) < tail).any():
        high = np.where(short, 2 * high, high)
    low = np.full(chance.shape, -1, dtype=np.int64)
    while (high - low > 1).any():
        middle = (low + high) // 2
        reached = betainc(size, middle + 1.0, chance) >= tail
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high
