"""Ratings as arrays: who rated whom, how well, and when. What detectors and the trust flow work on.

People are rows 0 … `people` − 1 of the arrays that come out. A rating x is in 0 … 1, (stars − 1)/4, so that
one half is neither praise nor blame.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEUTRAL = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Ratings (N,): `rater` and `subject` are rows of people, `x` in 0 … 1, `day` in days of any calendar."""

    people: int
    rater: Ints
    subject: Ints
    x: Floats
    day: Floats

    def __len__(self) -> int:
        """How many ratings there are."""
        return len(self.x)

    @property
    def signed(self) -> Floats:
        """The ratings in −1 … 1, as the literature on signed networks has them."""
        return 2 * self.x - 1

    @property
    def given(self) -> Ints:
        """How many ratings each person gave; shape (people,)."""
        return np.bincount(self.rater, minlength=self.people)

    @property
    def received(self) -> Ints:
        """How many ratings each person received; shape (people,)."""
        return np.bincount(self.subject, minlength=self.people)

    def where(self, kept: Flags) -> "Edges":
        """Only these ratings, of the same people."""
        return Edges(self.people, self.rater[kept], self.subject[kept], self.x[kept], self.day[kept])

    def before(self, day: float) -> "Edges":
        """Only what was known before that day."""
        return self.where(self.day < day)

    def without_received_by(self, person: int) -> "Edges":
        """All but what this person received: what may be looked at where being rated badly is the answer."""
        return self.where(self.subject != person)

    def by_rater(self, values: Floats) -> Floats:
        """The mean over the ratings each person gave of values (N,); 0 for who gave none. Shape (people,)."""
        return np.bincount(self.rater, values, self.people) / np.maximum(self.given, 1)

    def others(self, prior: float) -> tuple[Floats, Ints]:
        """What others say of each rating's subject, the rating itself left out, and how many they are; (N,).

        The mean is shrunk to the mean of all ratings with `prior` pseudo-ratings, of which there may be none:
        then a subject nobody else rated is neutral.
        """
        others = self.received[self.subject] - 1
        total = np.bincount(self.subject, self.x, self.people)[self.subject] - self.x
        usual = float(self.x.mean()) if len(self) else NEUTRAL
        weight = others + prior
        known = weight > 0
        mean = np.where(known, (total + prior * usual) / np.where(known, weight, 1), NEUTRAL)
        return mean, others


def joined(first: Edges, second: Edges) -> Edges:
    """Both, of as many people as the larger has."""
    return Edges(
        max(first.people, second.people),
        np.concatenate((first.rater, second.rater)),
        np.concatenate((first.subject, second.subject)),
        np.concatenate((first.x, second.x)),
        np.concatenate((first.day, second.day)),
    )
