"""A file of ratings as arrays: who rated whom, how well, and when; and which raters were found to be fraud.

Ratings: a CSV, plain or gzipped, whose first four columns are rater, ratee, rating and time (seconds since
1970 or an ISO instant), with or without a heading. Ratings may have any range; its ends become 0 and 1.
Labels: a CSV of user and 1 (fraud) or 0. Names of people may be anything.
"""

import csv
import gzip
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain import ratings

Edges = ratings.Edges
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Ratings in order of time. `lowest` and `highest` are the ends of the scale in the file."""

    digest: str
    names: list[str]
    edges: Edges
    lowest: float
    highest: float

    @property
    def steps(self) -> Floats:
        """The values of x that occur, ascending."""
        return np.unique(self.edges.x)


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Raters who are labelled and gave at least one rating: rows of people, and whether they are fraud."""

    digest: str
    people: Ints
    fraud: Flags
    without_ratings: int
    unknown: int


def read(path: Path) -> History:
    """The ratings of a file. The scale is symmetric about zero where ratings below zero occur."""
    content, rows = _rows(path)
    rater, ratee, rating = ([row[column] for row in rows] for column in range(3))
    at = np.array([_seconds(row[3]) for row in rows])
    order = np.argsort(at, kind="stable")
    names, row = np.unique(np.array(rater + ratee), return_inverse=True)
    value = np.array(rating, dtype=np.float64)
    highest = float(value.max())
    lowest = float(value.min())
    if lowest < 0:
        highest = max(highest, -lowest)
        lowest = -highest
    x = (value - lowest) / (highest - lowest)
    edges = Edges(
        len(names), row[: len(rows)][order], row[len(rows) :][order], x[order], at[order] / _DAY_SECONDS
    )
    return History(_digest(content), names.tolist(), edges, lowest, highest)


def labels(path: Path, history: History) -> Labelled:
    """The labelled raters of a history: of who never rated anybody outgoing ratings can say nothing."""
    content, rows = _rows(path)
    row_of = {name: row for row, name in enumerate(history.names)}
    known = [(row_of[name], int(fraud)) for name, fraud in (row[:2] for row in rows) if name in row_of]
    rated = [(row, fraud) for row, fraud in known if history.edges.given[row]]
    return Labelled(
        _digest(content),
        np.array([row for row, _ in rated], dtype=np.int64),
        np.array([fraud for _, fraud in rated], dtype=np.bool_),
        len(known) - len(rated),
        len(rows) - len(known),
    )


def _rows(path: Path) -> tuple[bytes, list[list[str]]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    rows = [row for row in csv.reader(text.splitlines()) if row]
    return content, rows if _is_number(rows[0][-1]) else rows[1:]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _seconds(text: str) -> float:
    return float(text) if _is_number(text) else datetime.fromisoformat(text).timestamp()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
