"""A file of bookings as arrays: when each was made, for which day, and whether and when it was called off.

The form is that of Antonio, de Almeida, Nunes (2019), *Hotel booking demand datasets*: columns `booked_on`,
`arrives_on`, `outcome` (Check-Out, Canceled, No-Show) and `outcome_on`; others are not read.
"""

import csv
import gzip
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bookings:
    """Bookings (n,). `arrives` counts days from `first_on`, the first day on which anybody was to arrive.

    `booked` and `gone` are days before arrival on which it was made and called off; `gone` is NaN where they
    came. Who did not show up is gone on the day itself: until then nobody knew.
    """

    digest: str
    first_on: date
    arrives: Ints
    booked: Floats
    gone: Floats

    @property
    def days(self) -> int:
        """From the first to the last day of arrival."""
        return int(self.arrives.max()) + 1


def read(path: Path) -> Bookings:
    """The bookings of a file, plain or gzipped."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    rows = list(csv.DictReader(text.splitlines()))
    booked, arrives, outcome_on = (
        np.array([date.fromisoformat(row[name]).toordinal() for row in rows])
        for name in ("booked_on", "arrives_on", "outcome_on")
    )
    outcome = np.array([row["outcome"] for row in rows])
    gone = np.where(outcome == "Canceled", arrives - outcome_on, 0).astype(np.float64)
    return Bookings(
        digest=hashlib.sha256(content).hexdigest()[:12],
        first_on=date.fromordinal(int(arrives.min())),
        arrives=arrives - arrives.min(),
        booked=(arrives - booked).astype(np.float64),
        gone=np.where(outcome == "Check-Out", np.nan, gone),
    )
