"""From who looked for what to how many ask: distinct customers, weighted, per cell and category. Pure.

A search weighs 0.2 and a quote 1; a booking weighs nothing, because its quote did. Whoever looks again within
ten minutes of the look before is the same wish: only what weighs more than all of it so far adds the
difference, so refreshing raises no price. One customer adds so much to one tick at most, over all cells and
categories together, so a bot that walks the map counts as a few people and no more.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from domain.surge.grid import NOBODY, Grid

Reals = NDArray[np.float32]

AGAIN_SECONDS = 600.0  # pricing.md: ten minutes
# A wish that is refreshed for ever is a new one once an hour: who still looks then still goes without.
LONGEST_WISH = timedelta(hours=1)
MOST_PER_CUSTOMER = 3.0  # in one tick; a family that looks for three things in two places stays below
SEARCH, QUOTE = 20, 100  # hundredths of a customer
_ROOM = 1_000  # above every weight, so that a running maximum starts anew with every wish


@dataclass(frozen=True, slots=True)
class Signs:
    """What people did, one entry each, in any order; arrays of the same length.

    `customers` are numbers that tell people apart, `categories` the places of the category axis, `at` seconds
    since 1970, `hundredths` the weights, `unmet` whether they went without.
    """

    customers: NDArray[np.int64]
    cells: NDArray[np.int64]
    categories: NDArray[np.int64]
    at: NDArray[np.float64]
    hundredths: NDArray[np.int64]
    unmet: NDArray[np.bool_]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.customers)


def weights(signs: Signs, *, since: float, until: float) -> NDArray[np.float64]:
    """What each sign adds to the tick from `since` up to, and not including, `until`; (n,).

    Zero for signs outside and for repetitions. `signs` reach back before `since` as far as wishes may last.
    """
    order = np.lexsort((-signs.hundredths, signs.at, signs.categories, signs.cells, signs.customers))
    at, weight = signs.at[order], signs.hundredths[order]
    wish = np.cumsum(_begins(signs, order))
    highest = np.maximum.accumulate(wish * _ROOM + weight) - wish * _ROOM
    before = np.where(_begins(signs, order), 0, np.concatenate([[0], highest[:-1]]))
    added = np.where((at >= since) & (at < until), np.maximum(weight - before, 0), 0) / QUOTE
    result = np.zeros(len(signs))
    result[order] = added
    return bounded(result, signs.customers)


def bounded(added: NDArray[np.float64], customers: NDArray[np.int64]) -> NDArray[np.float64]:
    """The same, scaled down for customers who would add more than one may."""
    if not len(added):
        return added
    number = np.unique(customers, return_inverse=True)[1]
    together = np.bincount(number, weights=added)
    scale = MOST_PER_CUSTOMER / np.maximum(together, MOST_PER_CUSTOMER)
    return np.asarray(added * scale[number])


def asked(signs: Signs, grid: Grid, categories: int, *, since: float, until: float) -> Reals:
    """Weighted distinct customers per cell and category in a tick."""
    return _on(grid, categories, signs, weights(signs, since=since, until=until))


def went_without(
    signs: Signs, grid: Grid, categories: int, *, windows: NDArray[np.float64], until: float
) -> Reals:
    """Distinct customers who went without in the last so many seconds, `windows` (categories,)."""
    recent = signs.unmet & (signs.at >= until - windows[signs.categories]) & (signs.at < until)
    whose = np.stack([signs.customers, signs.cells, signs.categories])[:, recent]
    once = np.unique(whose, axis=1, return_index=True)[1]
    counted = np.zeros(len(signs))
    counted[np.flatnonzero(recent)[once]] = 1.0
    return _on(grid, categories, signs, bounded(counted, signs.customers))


def _begins(signs: Signs, order: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether a wish begins with this sign: somebody else's, elsewhere, or long after the one before."""
    begins = np.ones(len(order), dtype=np.bool_)
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for values in (signs.customers, signs.cells, signs.categories):
        same &= values[order][1:] == values[order][:-1]
    begins[1:] = ~same | (np.diff(signs.at[order]) >= AGAIN_SECONDS)
    return begins


def _on(grid: Grid, categories: int, signs: Signs, values: NDArray[np.float64]) -> Reals:
    rows = grid.rows(signs.cells)
    known = rows != NOBODY
    places = rows[known] * categories + signs.categories[known]
    summed = np.bincount(places, weights=values[known], minlength=len(grid) * categories)
    return summed.astype(np.float32).reshape(len(grid), categories)
