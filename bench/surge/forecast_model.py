"""Our forecast: a product of the baseline and corrections, each to a power that is fitted on the past.

    log λ = Σ w_k · log f_k          f: the baseline, other baselines over it, and ratios of seen to expected

With one power of 1 it is `estimate.forecast_rate`. The powers are those of the greatest Poisson likelihood,
found by a few Newton steps with hardly any ridge; the spread of the negative binomial around λ likewise.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from bench.surge.forecast_features import Known
from domain import surge

Reals = NDArray[np.float32]
Weights = NDArray[np.float64]

# Chosen on June after fitting on April and May; July was not looked at.
PLAIN = ("usual", "days", "share", "narrow", "near 30", "near 180", "own 180", "own 1440")
PLAIN_MARKET = ("market 15", "market 60", "market 180")
BY_VOLUME = ("days", "share", "narrow", "near 30", "own 180")
_RIDGE = 1e-4
_STEPS = 25
_EXTREMES = (-12.0, 6.0)


def documented(known: Known) -> Reals:
    """The form of pricing.md: baseline times pooled ratio."""
    ratio = np.exp(known.logs["near 180"])
    lowest, highest = surge.estimate.LOWEST_RATIO, surge.estimate.HIGHEST_RATIO
    rate: Reals = known.usual * np.clip(ratio, np.float32(lowest), np.float32(highest))
    return rate


def fitted(known: Known, came: Reals, periods: slice) -> Weights:
    """The powers that make these periods likeliest."""
    columns, target = design(known, periods), came[periods].reshape(-1).astype(np.float64)
    weights = np.zeros(columns.shape[1])
    weights[0] = np.log(max(target.mean(), 1e-9))
    ridge = _RIDGE * len(target) * np.eye(len(weights))
    ridge[0, 0] = 0
    for _ in range(_STEPS):
        mean = np.exp(np.clip(columns @ weights, *_EXTREMES))
        slope = columns.T @ (target - mean) - ridge @ weights
        curve = (columns * mean[:, None].astype(np.float32)).T @ columns + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def forecast(known: Known, weights: Weights) -> Reals:
    """λ of every period."""
    everything = slice(0, len(known.usual))
    mean = np.exp(np.clip(design(known, everything) @ weights, *_EXTREMES))
    return mean.reshape(known.usual.shape).astype(np.float32)


def design(known: Known, periods: slice) -> Reals:
    """The factors' logarithms as columns, one row for each period and cell, after a column of ones."""
    volume = known.logs["volume"][periods]
    columns = [np.ones_like(volume)]
    columns += [known.logs[name][periods] for name in (*PLAIN, *PLAIN_MARKET)]
    columns += [known.logs[name][periods] * volume for name in BY_VOLUME]
    return np.stack([column.reshape(-1) for column in columns], axis=1)


def dispersion(rate: Reals, came: Reals) -> float:
    """φ of variance λ + φ λ², of the greatest likelihood."""
    mean, count = np.maximum(rate.astype(np.float64), 1e-3), came.astype(np.float64)

    def unlikely(log_phi: float) -> float:
        size = np.exp(-log_phi)
        chance = gammaln(count + size) - gammaln(size) - gammaln(count + 1)
        chance += size * np.log(size / (size + mean)) + count * np.log(mean / (size + mean))
        return -float(chance.mean())

    return float(np.exp(minimize_scalar(unlikely, bounds=(-9, 3), method="bounded").x))
