"""How good a forecast is: errors, deviance, bias, and whether its intervals hold what they promise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

Reals = NDArray[np.float32]

LEVEL = 0.9
_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Score:
    """`deviance` is the mean Poisson deviance, `coverage` that of 90 % intervals; over cells and periods."""

    rmse: float
    deviance: float
    wmape: float
    bias: float
    coverage: float


def score(rate: Reals, came: Reals, phi: float) -> Score:
    """The score of forecasts λ with variance λ + φ λ²."""
    mean, count = np.maximum(rate.astype(np.float64), _LEAST), came.astype(np.float64)
    logs = np.where(count > 0, count * np.log(np.maximum(count, 1) / mean), 0)
    error = rate.astype(np.float64) - count
    return Score(
        rmse=float(np.sqrt((error**2).mean())),
        deviance=float(2 * (logs - count + mean).mean()),
        wmape=float(np.abs(error).sum() / count.sum()),
        bias=float(error.mean()),
        coverage=coverage(mean, count, phi),
    )


def coverage(mean: NDArray[np.float64], count: NDArray[np.float64], phi: float) -> float:
    """How often the central 90 % of the predictive negative binomial held what came.

    Counts are coarse: with λ = 0.1 the interval {0} alone covers more than 90 %. So an outcome counts with
    the share of its own probability that lies between the 5 % and 95 % points, which is what a randomised
    interval covers on average (Czado, Gneiting and Held, "Predictive model assessment for count data",
    2009). Of a right forecast it is 90 % exactly, however thin the cell.
    """
    size = 1 / phi
    chance = size / (size + mean)
    upper, lower = nbinom.cdf(count, size, chance), nbinom.cdf(count - 1, size, chance)
    low, high = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    inside = np.clip(np.minimum(upper, high) - np.maximum(lower, low), 0, None)
    return float((inside / np.maximum(upper - lower, 1e-12)).mean())
