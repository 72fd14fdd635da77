"""A located demand file as counts: how many were picked up in each cell in each five minutes.

The form is `picked_up_at,latitude,longitude` with local times to the minute, gzipped or not. Times have no
zone and are taken as they stand, so an hour that a clock change skips or repeats is as in the file.
"""

import csv
import gzip
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from h3.api import basic_int
from numpy.typing import NDArray

from domain import surge

Counted = NDArray[np.float32]

TICK_MINUTES = 5
TICKS_A_DAY = 24 * 60 // TICK_MINUTES
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Located:
    """Pickups in the order of the file, and the first twelve hex digits of the file's SHA-256."""

    at: NDArray[np.datetime64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    digest: str

    @property
    def first_day(self) -> np.datetime64:
        """The day of the earliest pickup."""
        return np.datetime64(self.at.min(), "D")

    @property
    def days(self) -> int:
        """How many days there are, first and last included."""
        return int((self.at.max().astype("datetime64[D]") - self.first_day) / _DAY) + 1

    def cells(self, resolution: int) -> NDArray[np.int64]:
        """The H3 cell of each pickup."""
        places = zip(self.latitude.tolist(), self.longitude.tolist(), strict=True)
        return np.array([basic_int.latlng_to_cell(*place, resolution) for place in places], dtype=np.int64)


@dataclass(frozen=True)
class Counts:
    """Counts (ticks, cells) of five minutes, with where the test begins and what is left out.

    Cells are those with a pickup a day or more before the test; `outside` is the share of the test's pickups
    in other cells. `first_weekday` is that of the first day, Monday 0.
    """

    ticks: Counted
    grid: surge.Grid
    test_tick: int
    outside: float
    first_weekday: int

    def periods(self, minutes: int) -> Counted:
        """Counts (periods, cells) of so many minutes."""
        counted: Counted = self.ticks.reshape(-1, minutes // TICK_MINUTES, len(self.grid)).sum(axis=1)
        return counted

    @cached_property
    def near(self) -> NDArray[np.float32]:
        """What each cell (column) weighs when a cell (row) borrows from those around it."""
        return self.grid.summed(np.eye(len(self.grid), dtype=np.float32), surge.estimate.NEAR)


def read(path: Path) -> Located:
    """The pickups of a file."""
    content = path.read_bytes()
    plain = gzip.decompress(content) if path.suffix == ".gz" else content
    rows = list(csv.DictReader(plain.decode().splitlines()))
    return Located(
        at=np.array([row["picked_up_at"] for row in rows], dtype="datetime64[m]"),
        latitude=np.array([row["latitude"] for row in rows], dtype=np.float64),
        longitude=np.array([row["longitude"] for row in rows], dtype=np.float64),
        digest=hashlib.sha256(content).hexdigest()[:12],
    )


def first_test_day(located: Located, test_from: date | None) -> int:
    """The first day of the test, counted from the first of the file; by default its last fifth."""
    if test_from is None:
        return located.days - located.days // 5
    return int((np.datetime64(test_from) - located.first_day) / _DAY)


def counts(located: Located, resolution: int, day: int) -> Counts:
    """Counts at this H3 resolution, with the test from this day on."""
    cells = located.cells(resolution)
    ticks = ((located.at - located.first_day) / np.timedelta64(TICK_MINUTES, "m")).astype(np.int64)
    test_tick = day * TICKS_A_DAY
    seen, times = np.unique(cells[ticks < test_tick], return_counts=True)
    grid = surge.grid_of(seen[times >= day])
    rows = grid.rows(cells)
    counted = np.zeros((located.days * TICKS_A_DAY, len(grid)), dtype=np.float32)
    np.add.at(counted, (ticks[rows >= 0], rows[rows >= 0]), 1)
    outside = float((rows[ticks >= test_tick] < 0).mean())
    return Counts(counted, grid, test_tick, outside, int(located.first_day.astype(date).weekday()))
