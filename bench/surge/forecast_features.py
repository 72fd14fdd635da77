"""What is known before a period begins, as arrays (periods, cells). Ours and gradient boosting get the same.

Weekly baselines are kept in slots of a quarter of an hour and learned week by week, so a forecast uses what
was known when its week began. Sums of what was seen and expected fade by half-lives and run up to the very
tick before the period.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from bench.surge.forecast_counts import TICK_MINUTES, TICKS_A_DAY, Counts
from domain import surge

Reals = NDArray[np.float32]

_SLOT_MINUTES = 15
_TICKS_A_SLOT = _SLOT_MINUTES // TICK_MINUTES
SLOTS_A_DAY = TICKS_A_DAY // _TICKS_A_SLOT
SLOTS_A_WEEK = 7 * SLOTS_A_DAY

# Widths of smoothing in slots: about that of ¼, ½, ¼ over hours; narrower; and far wider.
USUAL_WIDTH, NARROW_WIDTH = 3.0, 2.0
DAILY_ALPHA = 0.03
_SHARE_HALF_LIFE = 28 * 24 * 60
_LEAST = 0.02  # customers an hour; keeps the logarithm of a cell where nobody came finite
HALF_LIVES = (15, 30, 60, 180, 1440)
_PRIOR_OWN, _PRIOR_MANY = 3.0, 8.0


@dataclass(frozen=True)
class Known:
    """All features of all periods. `logs` by name; `usual` the baseline B in customers a period."""

    minutes: int
    usual: Reals
    logs: dict[str, Reals]
    sums: dict[str, Reals]


def known(counts: Counts, minutes: int) -> Known:
    """What is known before each period of so many minutes."""
    slots = counts.periods(_SLOT_MINUTES)
    by_slot = weekly(slots, SLOTS_A_WEEK, surge.baseline.ALPHA, USUAL_WIDTH)
    usual = _over(by_slot, minutes)
    expected: Reals = np.repeat(by_slot / np.float32(_TICKS_A_SLOT), _TICKS_A_SLOT, axis=0)
    sums, logs = {}, {}
    for half_life in HALF_LIVES:
        seen, hoped = (faded(values, half_life, minutes) for values in (counts.ticks, expected))
        for name, pool, prior in _pools(counts):
            a, b = seen @ pool, hoped @ pool
            sums[f"{name} {half_life}"] = a
            logs[f"{name} {half_life}"] = np.log((a + prior) / (b + prior))
    logs |= _levels(counts, slots, usual, minutes)
    return Known(minutes, usual, logs, sums)


def weekly(slots: Reals, period: int, alpha: float, width: float) -> Reals:
    """The smoothed mean of each slot as known before its week (or day): discounted, of those before.

    The first few count alike; smoothing is Gaussian, `width` slots wide, around the circle.
    """
    rounds = -(-len(slots) // period)
    padded = np.full((rounds * period, slots.shape[1]), np.nan, dtype=np.float32)
    padded[: len(slots)] = slots
    mean = np.zeros((period, slots.shape[1]), dtype=np.float32)
    result = []
    for number, came in enumerate(padded.reshape(rounds, period, -1)):
        result.append(_around(mean, width))
        step = max(alpha, 1 / (number + 1))
        mean = np.where(np.isnan(came), mean, mean + np.float32(step) * (came - mean))
    return np.concatenate(result)[: len(slots)]


def faded(ticks: Reals, half_life: float, minutes: int) -> Reals:
    """The discounted sum up to, and without, the first tick of each period."""
    left = 2 ** (-TICK_MINUTES / half_life)
    sums = lfilter([1.0], [1.0, -left], ticks.astype(np.float64), axis=0)
    before = np.concatenate((np.zeros((1, ticks.shape[1])), sums[:-1]))
    return before[:: minutes // TICK_MINUTES].astype(np.float32)


def _pools(counts: Counts) -> list[tuple[str, Reals, float]]:
    """Who is added up with whom: a cell alone, with its rings, and the whole market for everybody."""
    size = len(counts.grid)
    alone, market = np.eye(size, dtype=np.float32), np.ones((size, size), dtype=np.float32)
    return [("own", alone, _PRIOR_OWN), ("near", counts.near.T, _PRIOR_MANY), ("market", market, _PRIOR_MANY)]


def _levels(counts: Counts, slots: Reals, usual: Reals, minutes: int) -> dict[str, Reals]:
    """Logarithms of the baseline, and of how others differ from it; each also times the cell's volume.

    A thin cell does better with the mean of its days, or with its share of the market's week; a busy one with
    its own week, less smoothed. The volume lets weights find out where one becomes the other.
    """
    least = np.float32(_LEAST * minutes / 60)
    month = faded(counts.ticks, _SHARE_HALF_LIFE, minutes)
    share = month / np.maximum(month.sum(axis=1, keepdims=True), 1)
    market = _over(
        weekly(slots.sum(axis=1, keepdims=True), SLOTS_A_WEEK, surge.baseline.ALPHA, NARROW_WIDTH), minutes
    )
    others = {
        "days": _over(weekly(slots, SLOTS_A_DAY, DAILY_ALPHA, USUAL_WIDTH), minutes),
        "narrow": _over(weekly(slots, SLOTS_A_WEEK, surge.baseline.ALPHA, NARROW_WIDTH), minutes),
        "share": share * market,
    }
    an_hour = month * np.float32(np.log(2) * 60 / _SHARE_HALF_LIFE)
    log_usual = np.log(usual + least)
    logs = {name: np.log(level + least) - log_usual for name, level in others.items()}
    return logs | {"usual": log_usual, "volume": np.clip(np.log(an_hour + _LEAST), -3, 2)}


def _over(slots: Reals, minutes: int) -> Reals:
    """Slots added up to periods."""
    together: Reals = slots.reshape(-1, minutes // _SLOT_MINUTES, slots.shape[1]).sum(axis=1)
    return together


def _around(week: Reals, width: float) -> Reals:
    reach = int(3 * width)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / width) ** 2)
    weights /= weights.sum()
    result = np.zeros_like(week)
    for offset, weight in zip(offsets.tolist(), weights.tolist(), strict=True):
        result += np.float32(weight) * np.roll(week, -offset, axis=0)
    return result
