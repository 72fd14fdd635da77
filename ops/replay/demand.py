"""What people asked for: requests with a time and a place from a file, and what each of them means. Pure.

The form is `picked_up_at,latitude,longitude`, local time to the minute. The first day is moved to the day of
the same weekday and season in 2027, whenever the replay runs; all others keep their distance to it. A file
of pickups does not tell where people went: distance and length of a ride are drawn, from the seed and the
request's number alone, so that a second run asks for the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from math import isfinite
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from ops.imports import reading
from ops.imports.listings import Refused

REPLAY_YEAR: Final = 2027  # a constant, so that a replay is the same on whatever day it runs

NEEDED: Final = frozenset({"picked_up_at", "latitude", "longitude"})

GRID: Final = timedelta(minutes=5)  # the category's; starts and lengths of rides lie on it
LEAD: Final = timedelta(minutes=5)  # the car comes five to ten minutes after it is asked for
LONGEST: Final = timedelta(minutes=90)
MOST_KM: Final = 40
TYPICAL_KM: Final = 3.5  # the median taxi trip in New York in 2014 was 1.8 miles (TLC trip records), by road
SPREAD: Final = 0.75  # of the logarithm; the mean of those trips was 1.6 times their median
KM_PER_HOUR: Final = 17.0  # New York's taxis in 2014, all hours (New York City DOT, mobility report 2016)


@dataclass(frozen=True, slots=True)
class Request:
    """One customer's wish: asked at `at`, to be fetched at `start`, so many kilometres until `end`."""

    number: int
    line: int
    at: datetime
    latitude: float
    longitude: float
    start: datetime
    end: datetime
    kilometres: int


@dataclass(frozen=True, slots=True)
class Demand:
    """The requests in the order of their time, and the rows of the file that were none."""

    requests: Sequence[Request]
    refused: Sequence[Refused]


@dataclass(frozen=True, slots=True)
class Pickup:
    """A row of the file: a wall time and a place."""

    line: int
    wall: datetime
    latitude: float
    longitude: float


def read(path: Path, *, most: int, since: date | None) -> tuple[list[Pickup], list[Refused]]:
    """The first `most` pickups from `since` on, by their time, and every row before them that is none."""
    refused: list[Refused] = []
    found = islice(_pickups(path, since, refused), most)
    return sorted(found, key=lambda pickup: (pickup.wall, pickup.line)), refused


def requests(pickups: Sequence[Pickup], *, first_on: date, zone: ZoneInfo, seed: int) -> list[Request]:
    """The pickups as requests, the first day's on `first_on`."""
    if not pickups:
        return []
    moved = first_on - pickups[0].wall.date()
    return [_request(number, pickup, moved, zone, seed) for number, pickup in enumerate(pickups)]


def replay_day(day: date) -> date:
    """The day of the same weekday in the replay's year that is nearest in the season to `day`."""
    weeks = round((date(REPLAY_YEAR, 1, 1) - date(day.year, 1, 1)).days / 7)
    return day + timedelta(weeks=weeks)


def _pickups(path: Path, since: date | None, refused: list[Refused]) -> Iterator[Pickup]:
    for row in reading.rows(path, NEEDED):
        if isinstance(row, reading.Misfit):
            refused.append(Refused(row.line, row.reason))
        elif isinstance(pickup := _pickup(row), Refused):
            refused.append(pickup)
        elif since is None or pickup.wall.date() >= since:
            yield pickup


def _pickup(row: reading.Row) -> Pickup | Refused:
    try:
        wall = datetime.fromisoformat(row["picked_up_at"])
    except ValueError:
        return Refused(row.line, f"has a time that is none: {row['picked_up_at']!r}")
    if wall.tzinfo is not None:
        return Refused(row.line, f"has an offset, where local time is meant: {row['picked_up_at']!r}")
    try:
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
    except ValueError:
        latitude = longitude = float("nan")
    if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 -- degrees of the globe
        return Refused(row.line, f"is nowhere: {row['latitude']!r}, {row['longitude']!r}")
    return Pickup(row.line, wall, latitude, longitude)


def _request(number: int, pickup: Pickup, moved: timedelta, zone: ZoneInfo, seed: int) -> Request:
    at = (pickup.wall + moved).replace(tzinfo=zone).astimezone(UTC)
    dice = Random(f"{seed}/{number}")
    kilometres = min(MOST_KM, max(1, round(TYPICAL_KM * dice.lognormvariate(0, SPREAD))))
    takes = min(LONGEST, _up(timedelta(hours=kilometres / KM_PER_HOUR)))
    start = _on_grid(at + LEAD)
    return Request(
        number, pickup.line, at, pickup.latitude, pickup.longitude, start, start + takes, kilometres
    )


def _on_grid(moment: datetime) -> datetime:
    """The next instant on the grid; it counts from the hour, in every zone of whole quarters."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour + _up(moment - hour)


def _up(length: timedelta) -> timedelta:
    return -(-length // GRID) * GRID
