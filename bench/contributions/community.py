"""A real community as files: what happened to its members' reputation day by day, and what was published.

Events: a CSV of event_id, day, kind, beneficiary_id, post_id, points. Users: a CSV of user_id and
published_reputation. Their order within a day is that of the file.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Happening:
    """Something happened to somebody's reputation: when, of what kind, and for how many points."""

    day: date
    kind: str
    user_id: str
    points: int


@dataclass(frozen=True, slots=True)
class Community:
    """What happened, by day and in order, and every member's published reputation."""

    digest: str
    days: Mapping[date, list[Happening]]
    published: Mapping[str, int]

    @property
    def events(self) -> int:
        """How many things happened."""
        return sum(map(len, self.days.values()))

    @property
    def active(self) -> list[str]:
        """Members to whom anything happened, in the order of the users' file."""
        touched = {one.user_id for happened in self.days.values() for one in happened}
        return [user_id for user_id in self.published if user_id in touched]


def read(events: Path, users: Path) -> Community:
    """The community of two files."""
    happened = [
        Happening(date.fromisoformat(row["day"]), row["kind"], row["beneficiary_id"], int(row["points"]))
        for row in _rows(events)
    ]
    happened.sort(key=lambda one: one.day)
    return Community(
        digest=hashlib.sha256(events.read_bytes() + users.read_bytes()).hexdigest()[:12],
        days={day: list(those) for day, those in groupby(happened, key=lambda one: one.day)},
        published={row["user_id"]: int(row["published_reputation"]) for row in _rows(users)},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
