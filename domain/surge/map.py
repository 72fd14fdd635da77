"""A snapshot as a map: hexagons with what they cost, why, and how many providers are free, in ranges.

Everybody sees the same map, and it tells of places, never of people: counts are `bucket`s of a cell and what
is around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import numpy as np
from h3.api.basic_int import cell_to_latlng, latlng_to_cell
from numpy.typing import NDArray

from domain.surge.buckets import bucket
from domain.surge.errors import MapUnfit
from domain.surge.kinds import Absence, Reason
from domain.surge.reading import Published

# As many hexagons as a telephone draws without stuttering; 1.5 MB of GeoJSON before compression.
MOST_HEXAGONS = 5_000
_FINEST = 9  # the smallest cells that any policy prices by; the larger ones are their parents


class Corners(NamedTuple):
    """The corners of a part of the map in degrees; `west` may lie east of `east`, over the 180th meridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Hexagon:
    """A cell and its price; `free` is a range of providers free here and around, `usual` as mostly."""

    cell: int
    multiplier_bp: int
    reasons: Reason
    free: str
    usual: str


@dataclass(frozen=True, slots=True)
class PriceMap:
    """The hexagons of a category, or why there are none; `snapshot_id` is the same for the same map."""

    category: str
    hexagons: Sequence[Hexagon] = ()
    absence: Absence | None = None
    snapshot_id: UUID | None = None
    tick_at: datetime | None = None


def cell_at(latitude: float, longitude: float) -> int:
    """The cell of a point, fine enough to find the cell of any snapshot around it."""
    return int(latlng_to_cell(latitude, longitude, _FINEST))


def price_map(found: Published | None, category: str, *, at: datetime, within: Corners | None) -> PriceMap:
    """The map of a category, all of it or the cells whose middle lies within the corners.

    Raises `MapUnfit`.
    """
    if found is None:
        return PriceMap(category, absence=Absence.NO_SNAPSHOT)
    if not found.is_fresh(at):
        return PriceMap(category, absence=Absence.STALE, snapshot_id=found.id, tick_at=found.tick_at)
    if category not in found.categories:
        return PriceMap(category, absence=Absence.NOT_IN_FORCE, snapshot_id=found.id, tick_at=found.tick_at)
    rows = _rows(found.cells, within)
    if len(rows) > MOST_HEXAGONS:
        raise MapUnfit(f"There are {len(rows)} hexagons; ask for a part.", field="bbox", most=MOST_HEXAGONS)
    hexagons = _hexagons(found, found.categories[category], rows)
    return PriceMap(category, hexagons, snapshot_id=found.id, tick_at=found.tick_at)


def _rows(cells: NDArray[np.int64], within: Corners | None) -> NDArray[np.intp]:
    if within is None:
        return np.arange(len(cells))
    latitude, longitude = _middles(cells.tobytes())
    inside = (latitude >= within.south) & (latitude <= within.north)
    east_of, west_of = longitude >= within.west, longitude <= within.east
    inside &= (east_of & west_of) if within.west <= within.east else (east_of | west_of)
    return np.flatnonzero(inside)


@lru_cache(maxsize=16)
def _middles(cells: bytes) -> NDArray[np.float64]:
    """Latitudes and longitudes, shape (2, cells); the same cells come with every tick."""
    found = [cell_to_latlng(cell) for cell in np.frombuffer(cells, np.int64).tolist()]
    return np.asarray(found, dtype=np.float64).reshape(-1, 2).T


def _hexagons(found: Published, column: int, rows: NDArray[np.intp]) -> list[Hexagon]:
    cells = found.cells[rows].tolist()
    shown, why, near, usual = (
        found.live[name][rows, column].tolist() for name in ("shown_bp", "reasons", "near", "usual_near")
    )
    return [
        Hexagon(cell, multiplier, Reason(flags), bucket(free), bucket(mostly))
        for cell, multiplier, flags, free, mostly in zip(cells, shown, why, near, usual, strict=True)
    ]
