"""The map of a market as arrays: its H3 cells in ascending order, who borders on whom, and sums over rings.

A **ring** k around a cell holds the cells k steps away; only cells of the grid count. All else in surge is
an array whose first axis is `Grid.cells`, so the grid decides the order once and nobody else has to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import numpy as np
from h3.api import memview_int
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, eye_array

Cells = NDArray[np.int64]
Rows = NDArray[np.int64]

NOBODY = -1  # the row of a cell that is not of the grid
SIDES = 6

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells and their neighbourhood.

    `cells` (n,): H3 indexes, ascending and distinct. `rings`: two (n, n) sparse matrices of ones, for rings 1
    and 2. `neighbours` (n, 6): the rows of ring 1, a cell's own row where the grid ends.
    """

    cells: Cells
    rings: tuple[csr_array, csr_array]
    neighbours: NDArray[np.int32]
    _sums: dict[tuple[float, float, float], csr_array] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """How many cells there are."""
        return len(self.cells)

    def rows(self, cells: ArrayLike) -> Rows:
        """The row of each of these cells; `NOBODY` where the grid has none. Shape as given."""
        wanted = np.asarray(cells, dtype=np.int64)
        if not len(self):
            return np.full(wanted.shape, NOBODY, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.cells, wanted), len(self) - 1)
        return np.where(self.cells[found] == wanted, found, NOBODY)

    def summed(self, values: NDArray[np.float32], weights: tuple[float, float, float]) -> NDArray[np.float32]:
        """Σ over own cell, ring 1 and ring 2 of weight × value, for values of shape (n, k).

        A row is added up in the order of its cells, whatever order they were given in: bit for bit the same.
        """
        if weights not in self._sums:
            self._sums[weights] = _weighted(self.rings, weights)
        summed: NDArray[np.float32] = self._sums[weights] @ values
        return summed


def grid_of(cells: Sequence[int] | Cells) -> Grid:
    """The grid of these cells, in any order and with repetitions. The last few are remembered."""
    ordered = np.asarray(cells, dtype=np.int64)
    if not (ordered[1:] > ordered[:-1]).all():
        ordered = np.sort(ordered, kind="stable")
        ordered = ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
    return _built(ordered.tobytes())


def moved(values: NDArray[_Scalar], before: Grid, after: Grid, fresh: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Values of shape (before, …) in the order of another grid; `fresh` (after, …) for cells that are new."""
    found = before.rows(after.cells)
    known = found != NOBODY
    result = fresh.copy()
    result[known] = values[found[known]]
    return result


@lru_cache(maxsize=8)
def _built(content: bytes) -> Grid:
    cells = np.frombuffer(content, dtype=np.int64)
    near, far = _disk(cells, 1), _disk(cells, 2)
    itself = eye_array(len(cells), dtype=np.float32, format="csr")
    ring_1, ring_2 = csr_array(near - itself), csr_array(far - near)
    return Grid(cells, (ring_1, ring_2), _table(ring_1))


def _disk(cells: Cells, steps: int) -> csr_array:
    """Ones where a cell of the column is within so many steps of that of the row."""
    disks = [memview_int.grid_disk(cell, steps) for cell in cells.tolist()]
    found = np.frombuffer(b"".join(disks), dtype=np.uint64).astype(np.int64)  # a loop takes a second more
    rows = np.repeat(np.arange(len(cells)), [len(disk) for disk in disks])
    columns = np.minimum(np.searchsorted(cells, found), max(len(cells) - 1, 0))
    known = cells[columns] == found if len(cells) else np.zeros(0, dtype=np.bool_)
    ones = np.ones(int(known.sum()), dtype=np.float32)
    return csr_array((ones, (rows[known], columns[known])), shape=(len(cells), len(cells)))


def _table(ring: csr_array) -> NDArray[np.int32]:
    """The rows of ring 1 as one dense table, side by side; a cell stands in for a neighbour it has not."""
    count = ring.shape[0]
    table = np.asfortranarray(np.repeat(np.arange(count, dtype=np.int32)[:, None], SIDES, axis=1))
    rows = np.repeat(np.arange(count), np.diff(ring.indptr))
    table[rows, np.arange(len(rows)) - ring.indptr[rows]] = ring.indices
    return table


def _weighted(rings: tuple[csr_array, csr_array], weights: tuple[float, float, float]) -> csr_array:
    own, first, second = (np.float32(weight) for weight in weights)
    itself = eye_array(rings[0].shape[0], dtype=np.float32, format="csr")
    weighted = csr_array(own * itself + first * rings[0] + second * rings[1])
    weighted.sort_indices()
    return weighted
