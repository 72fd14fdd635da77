"""A person's numbers in one role and category: what they are counted from, and how. Pure.

**Inputs** are all of it, as they are kept in a snapshot; **Ranked** are the parts of the score by which a
search sorts. Whoever has the inputs can count again, and arrives at the same digits.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

import numpy as np

from domain.ratings import epp, exploration, scoring

FORMULA = 1  # counts up when the way of counting changes; old snapshots keep theirs
FLAT = (0.2,) * scoring.STARS  # before a category has reviews nothing is more usual than anything else
_EPOCH = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Counts:
    """Published reviews by stars, one to five; what a mean is shown of."""

    histogram: tuple[int, ...]

    @property
    def reviews(self) -> int:
        """How many there are."""
        return sum(self.histogram)

    @property
    def mean(self) -> float | None:
        """The plain mean to a tenth of a star; None below three reviews."""
        return scoring.displayed(self.histogram)


@dataclass(frozen=True, slots=True)
class Effort:
    """How many bookings ended in a good review, out of all whose window is over, and what is usual."""

    positives: int
    eligible: int
    usual: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a ranking score is counted from. Sums of weights are decayed forward from `landmark_at`.

    `prior` are the category's shares by stars. `seed` is that of a newcomer's draw; nobody else has one.
    """

    subject_id: UUID
    at: datetime
    landmark_at: datetime
    reviews: int
    weight: float
    weighted: float
    weight_squared: float
    by_stars: tuple[float, ...]
    prior: tuple[float, ...]
    effort: Effort
    seed: str | None
    formula: int = FORMULA

    def frozen(self) -> dict[str, Any]:
        """The inputs as a document."""
        return asdict(self) | {
            "subject_id": str(self.subject_id),
            "at": self.at.isoformat(),
            "landmark_at": self.landmark_at.isoformat(),
        }

    @classmethod
    def thawed(cls, document: dict[str, Any]) -> Self:
        """The inputs out of a document."""
        return cls(
            **document
            | {
                "subject_id": UUID(document["subject_id"]),
                "at": datetime.fromisoformat(document["at"]),
                "landmark_at": datetime.fromisoformat(document["landmark_at"]),
                "by_stars": tuple(document["by_stars"]),
                "prior": tuple(document["prior"]),
                "effort": Effort(**document["effort"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranking score and its parts: it is `believed` + `doubt` + `effort`.

    `exploration` is what one searcher in ten is shown a newcomer higher by. `doubt` is negative or zero.
    `lower` and `upper` bound the 90 % interval of the mean, in stars; `effective` is how many equal reviews
    the weights are worth.
    """

    score: float
    believed: float
    doubt: float
    effort: float
    exploration: float
    lower: float
    upper: float
    effective: float

    def frozen(self) -> dict[str, Any]:
        """The parts as a document."""
        return asdict(self)


def rank(inputs: Inputs) -> Ranked:
    """The score of these inputs (`scoring.py` says why it is so)."""
    believed = scoring.posterior(_sums(inputs), inputs.prior, day=_day(inputs.at))
    mean, deviation = float(believed.debiased[0]), float(believed.deviation[0])
    done = inputs.effort
    z = epp.standardised([done.positives], [done.eligible], usual=done.usual, deviation=done.deviation)
    explored = 0.0
    if inputs.seed is not None:
        explored = exploration.draw(inputs.seed, inputs.subject_id, mean=mean, deviation=deviation)
    return Ranked(
        score=float(scoring.ranking(believed, z)[0]),
        believed=mean,
        doubt=-scoring.CAUTION * deviation,
        effort=scoring.EFFORT * float(z[0]),
        exploration=explored,
        lower=float(scoring.in_stars(believed.lower)[0]),
        upper=float(scoring.in_stars(believed.upper)[0]),
        effective=float(believed.effective[0]),
    )


def unknown(at: datetime) -> Inputs:
    """What is known of nobody in particular: nothing."""
    nothing = (0.0,) * scoring.STARS
    nobody = Effort(positives=0, eligible=0, usual=0.0, deviation=0.0)
    return Inputs(UUID(int=0), at, at, 0, 0.0, 0.0, 0.0, nothing, FLAT, nobody, seed=None)


def _sums(inputs: Inputs) -> scoring.Sums:
    return scoring.Sums(
        landmark=_day(inputs.landmark_at),
        weight=np.array([inputs.weight]),
        weighted=np.array([inputs.weighted]),
        squared=np.array([inputs.weight_squared]),
        stars=np.array([inputs.by_stars]),
        reviews=np.array([inputs.reviews]),
    )


def _day(at: datetime) -> float:
    return (at - _EPOCH) / timedelta(days=1)


UNKNOWN_SCORE = round(rank(unknown(_EPOCH)).score, 6)
"""Where somebody ranks of whom nothing is known yet."""
