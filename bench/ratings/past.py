"""Sums over what came before: for each rating, in order of time, and of nothing later."""

import numpy as np

from bench.ratings.history import Floats, Ints


def before(key: Ints, value: Floats) -> Floats:
    """For each row (N,), the sum of `value` over earlier rows of the same key."""
    return before_at(key, key, value)


def before_at(asked: Ints, key: Ints, value: Floats) -> Floats:
    """For each row (N,), the sum of `value` over earlier rows whose key is what this row asks for."""
    count = len(value)
    every = np.concatenate((asked, key))
    place = np.concatenate((2 * np.arange(count), 2 * np.arange(count) + 1))  # a row asks before it is
    added = np.concatenate((np.zeros(count), value))
    order = np.lexsort((place, every))
    total = np.cumsum(added[order]) - added[order]
    starts = np.concatenate(([True], np.diff(every[order]) != 0))
    base = np.maximum.accumulate(np.where(starts, np.arange(2 * count), 0))
    result = np.empty(2 * count)
    result[order] = total - total[base]
    return result[:count]


def running_mean(value: Floats, start: float) -> Floats:
    """The mean of all earlier rows; `start` for the first."""
    count = np.arange(len(value))
    total = np.concatenate(([0.0], np.cumsum(value)[:-1]))
    return np.where(count > 0, total / np.maximum(count, 1), start)


def last_before(asked: Ints, key: Ints, value: Floats) -> Floats:
    """For each row, the value of the latest earlier row whose key is what this row asks for; NaN if none."""
    count = len(value)
    every = np.concatenate((asked, key))
    place = np.concatenate((2 * np.arange(count), 2 * np.arange(count) + 1))
    order = np.lexsort((place, every))
    is_value = order >= count
    latest = np.maximum.accumulate(np.where(is_value, np.arange(2 * count), -1))
    sorted_keys = every[order]
    usable = (latest >= 0) & (sorted_keys[latest] == sorted_keys)
    source = np.where(usable, order[latest] - count, 0)
    result = np.empty(2 * count)
    result[order] = np.where(usable, value[source], np.nan)
    return result[:count]
