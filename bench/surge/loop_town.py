"""The town of the closed loop: where and when people asked, learned from a file of pickups.

Real is when and where somebody was picked up. A **baseline** is customers expected in one tick of five
minutes in a cell at a local hour of the week, learned only from days before a date. Kilometres are measured
on a plane around the middle of the town.
"""

import csv
import gzip
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import h3
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESOLUTION = 7
TICK_MINUTES = 5
TICKS_AN_HOUR = 60 // TICK_MINUTES
HOURS_OF_WEEK = 168
DAY_MINUTES = 24 * 60
DAY_BEGINS_AT_HOUR = 4  # the quietest hour: a simulated day goes from 4:00 to 4:00
_FEWEST_PICKUPS = 5  # a cell with fewer in all training days is not part of the town
_THIN = 20.0  # events at which a cell's own week weighs as much as its share of the town's (pricing.md)
_RADIUS_KM = 30.0
_KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Pickups:
    """A file as arrays, in order of time. `minute` is from midnight of `first_day`; `place` is (r, 2) km."""

    digest: str
    first_day: date
    days: int
    minute: Ints
    place: Floats
    cell: Ints  # H3 index


@dataclass(frozen=True, slots=True)
class Town:
    """What is known before a date. `near[k]` is (n, n), 1 where two cells are k steps apart.

    `baseline` is (168, n), `online` (168,) the share of the fleet that is usually on the road.
    """

    cells: Ints
    centre: Floats
    near: tuple[Floats, Floats, Floats]
    baseline: Floats
    usual: Floats
    online: Floats
    pool: tuple[Floats, ...]  # for each hour of the day the places of its pickups


def read(path: Path) -> Pickups:
    """The pickups of a file with the columns picked_up_at, latitude, longitude; gzip or plain."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    rows = sorted(
        (row["picked_up_at"], row["latitude"], row["longitude"]) for row in csv.DictReader(text.splitlines())
    )
    at = [datetime.fromisoformat(row[0]) for row in rows]
    degrees = np.array([(float(row[1]), float(row[2])) for row in rows])
    first = at[0].date()
    midnight = datetime.combine(first, datetime.min.time())
    return Pickups(
        digest=hashlib.sha256(raw).hexdigest()[:12],
        first_day=first,
        days=(at[-1].date() - first).days + 1,
        minute=np.array([int((each - midnight).total_seconds() // 60) for each in at], dtype=np.int64),
        place=_plane(degrees, np.median(degrees, axis=0)),
        cell=np.array(
            [h3.str_to_int(h3.latlng_to_cell(a, b, RESOLUTION)) for a, b in degrees], dtype=np.int64
        ),
    )


def learned(pickups: Pickups, until: date) -> Town:
    """The town as it is known on the morning of `until`, from the days before it."""
    known = pickups.minute < (until - pickups.first_day).days * DAY_MINUTES
    inside = known & (np.hypot(*pickups.place.T) < _RADIUS_KM)
    names, where, counts = np.unique(pickups.cell[inside], return_inverse=True, return_counts=True)
    kept = counts >= _FEWEST_PICKUPS
    place, minute = pickups.place[inside][kept[where]], pickups.minute[inside][kept[where]]
    cell = (np.cumsum(kept) - 1)[where][kept[where]]
    centre = np.stack([np.bincount(cell, place[:, k]) / np.bincount(cell) for k in (0, 1)], axis=1)
    hour = hours_of_week(pickups.first_day, minute)
    baseline = _baseline(hour, cell, int(kept.sum()), (until - pickups.first_day).days / 7)
    daily = np.bincount(hour % 24, minlength=24)
    return Town(
        cells=names[kept],
        centre=centre,
        near=_rings(names[kept]),
        baseline=baseline,
        usual=np.median(baseline, axis=0),
        online=_online(np.tile(daily / daily.max(), 7)),
        pool=tuple(place[(hour % 24) == each] for each in range(24)),
    )


def days(pickups: Pickups, since: date, until: date) -> list[date]:
    """The days that begin and end within the file, from `since` and before `until`."""
    last = pickups.first_day + timedelta(days=pickups.days - 1)
    return [since + timedelta(days=k) for k in range((min(until, last) - since).days)]


def hours_of_week(first: date, minute: Ints) -> Ints:
    """The local hour of the week, Monday midnight being 0, of minutes counted from midnight of a day."""
    return (first.weekday() * 24 + minute // 60) % HOURS_OF_WEEK


def _baseline(hour: Ints, cell: Ints, n: int, weeks: float) -> Floats:
    """Customers a tick at (hour of week, cell); thin cells lean on their share of the town (pricing.md)."""
    own = np.zeros((HOURS_OF_WEEK, n))
    np.add.at(own, (hour, cell), 1.0 / (weeks * TICKS_AN_HOUR))
    own = 0.25 * np.roll(own, 1, axis=0) + 0.5 * own + 0.25 * np.roll(own, -1, axis=0)
    events = np.bincount(cell, minlength=n) * 4 / weeks  # in 28 days
    weight = events / (events + _THIN)
    shared = own.sum(axis=1, keepdims=True) * (own.sum(axis=0) / own.sum())
    return np.asarray(weight * own + (1 - weight) * shared)


def _online(relative: Floats) -> Floats:
    """Assumed: as many are on the road as are asked for, softened, and never fewer than three in ten."""
    return np.asarray(np.maximum(relative**0.8, 0.3))


def _rings(cells: Ints) -> tuple[Floats, Floats, Floats]:
    index = {int(cell): k for k, cell in enumerate(cells)}
    rings = [np.zeros((len(cells), len(cells))) for _ in range(3)]
    for cell, row in index.items():
        for step in range(3):
            for other in h3.grid_ring(h3.int_to_str(cell), step):
                column = index.get(h3.str_to_int(other))
                if column is not None:
                    rings[step][row, column] = 1.0
    return rings[0], rings[1], rings[2]


def _plane(degrees: Floats, middle: Floats) -> Floats:
    north = (degrees[:, 0] - middle[0]) * _KM_PER_DEGREE
    east = (degrees[:, 1] - middle[1]) * _KM_PER_DEGREE * np.cos(np.radians(middle[0]))
    return np.stack([east, north], axis=1)
