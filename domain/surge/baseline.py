"""What an hour of the week usually brings, per cell and category, learned hour by hour.

    learned    S_p += α (y − S_p)                      once the hour is over; α = 0.12, a memory of two months
    smoothed   B_p = ¼ S_{p−1} + ½ S_p + ¼ S_{p+1}     the week is a circle
    thin       B = w·B_own + (1−w)·share·B_parent      w = n/(n + 20), n events in 28 days

p is the local **slot**: 0 is the hour after Sunday's midnight, 167 the last of Sunday. A **parent** is the
cell one resolution coarser, about seven times as large. All values are weighted customers an hour.
"""

from datetime import datetime

import numpy as np
from h3.api import memview_int
from numpy.typing import NDArray

from domain.surge.grid import Grid

Reals = NDArray[np.float32]

SLOTS = 168  # hours of a week
ALPHA = 0.12
THIN = 20.0  # events in 28 days at which a cell is believed as much as its parent
_BEFORE, _ITSELF, _AFTER = 0.25, 0.5, 0.25
_WEEKS = 4
_FINEST, _RESOLUTION_BIT = 15, 52  # of H3: the finest resolution, and where an index tells its own


def slot_of(local: datetime) -> int:
    """The hour of the week of an instant in the market's own time."""
    return local.weekday() * 24 + local.hour


def learned(before: Reals, counted: Reals, updates: int) -> Reals:
    """S_p after one more week, in which `counted` came in this slot; NaN where the count is missing.

    `updates`: how many weeks are in it. The first few count alike, as a plain mean: from α alone it would
    take two months to forget the zero it began with. What is missing is skipped, not read as nobody.
    """
    step = np.float32(max(ALPHA, 1 / (updates + 1)))
    result: Reals = np.where(np.isnan(counted), before, before + step * (counted - before))
    return result


def smoothed(before: Reals, itself: Reals, after: Reals) -> Reals:
    """B_p of a slot from S of it and of those beside it."""
    result: Reals = np.float32(_BEFORE) * before + np.float32(_ITSELF) * itself + np.float32(_AFTER) * after
    return result


def smoothed_week(week: Reals) -> Reals:
    """B of all slots from S of all slots, along the first axis, which is a circle."""
    return smoothed(np.roll(week, 1, axis=0), week, np.roll(week, -1, axis=0))


def usual(week: Reals) -> Reals:
    """The median over the week, of shape (cells, categories); half of all hours bring less."""
    return np.median(week, axis=0).astype(np.float32)


def events(week: Reals) -> Reals:
    """About how many came in 28 days, as S remembers it: four weeks of it. Shape (cells, categories)."""
    together: Reals = np.float32(_WEEKS) * week.sum(axis=0, dtype=np.float32)
    return together


def parents(grid: Grid) -> NDArray[np.int64]:
    """For each cell the number of its parent, 0 … parents − 1. All cells have one resolution.

    Of an H3 index bits 52 to 55 are the resolution r, and the r-th digit of three bits is the child's place
    within the parent; 7 stands for none. Cells in ascending order have parents in ascending order.
    """
    if not len(grid):
        return np.zeros(0, dtype=np.int64)
    resolution = memview_int.get_resolution(int(grid.cells[0]))
    place = np.int64(7 << 3 * (_FINEST - resolution))
    above = (grid.cells | place) - np.int64(1 << _RESOLUTION_BIT)
    return np.append(0, np.cumsum(above[1:] != above[:-1]))


def leaning(own: Reals, seen: Reals, parent: NDArray[np.int64]) -> Reals:
    """B with thin cells leaning on their parent: on its sum, at the cell's share of its events.

    `own` (…, cells, categories), `seen` (cells, categories) as of `events`, `parent` (cells,). One event is
    added to each cell's share, so a cell where nobody was yet is not thought to be empty permanently.
    """
    trust = seen / (seen + np.float32(THIN))
    share = (seen + 1) / _together(seen + 1, parent)
    leaned: Reals = trust * own + (1 - trust) * share * _together(own, parent)
    return leaned


def a_tick(hourly: Reals, minutes: float) -> Reals:
    """Customers in one tick of so many minutes."""
    ticked: Reals = hourly * np.float32(minutes / 60)
    return ticked


def _together(values: Reals, parent: NDArray[np.int64]) -> Reals:
    """For each cell the sum over all cells of its parent, along the axis of cells, the last but one."""
    count = int(parent.max(initial=-1)) + 1
    cells_first = np.moveaxis(values, -2, 0)
    sums = np.zeros((count, *cells_first.shape[1:]), dtype=np.float32)
    np.add.at(sums, parent, cells_first)
    return np.moveaxis(sums[parent], 0, -2)
