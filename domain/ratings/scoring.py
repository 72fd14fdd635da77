"""What reviews add up to: running sums that any order of events leaves the same, and the scores they give.

A review is x = (stars − 1)/4. It weighs w = c · v · d: the credibility of who wrote it, the value of what was
booked, and its age. Age is *forward decay* (Cormode and others, "Forward decay", ICDE 2009): a review written
at t weighs 2^((t − L)/H) against a landmark L, permanently, so adding and removing are sums, in any order and
more than once undone; what it weighs today is that over 2^((now − L)/H). Pure; arrays over subjects.

The **displayed** score is the plain mean, which a reader can count again. The **ranking** score never is:

    m − 0.5 · sd + 0.15 · z        m with raters' bias taken out, sd of the posterior

to which a search adds what a newcomer's exploration comes to for who is searching.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STARS = 5
X = np.linspace(0.0, 1.0, STARS)  # one to five stars
HALF_LIFE_DAYS = 180.0  # a season and its opposite; what was true a year ago counts a quarter
FURTHEST = 40.0  # half-lives from the landmark: 2⁴⁰ leaves 12 bits of a double for what is oldest
PRIOR = (
    8.0  # reviews like the category's, before one's own are believed; the Bayesian mean's best on Bitcoin OTC
)
VALUE_WEIGHT = (0.5, 2.0)  # a booking of four times the median counts double, and never more
BIAS_PRIOR, LARGEST_BIAS = 4.0, 0.25
LEVEL = 0.90  # of the interval on which tiers are gated
SHOWN_FROM = 3  # reviews; below it a mean says more about chance than about a person
CAUTION, EFFORT = 0.5, 0.15  # what the standard deviation and z of the EPP count in the ranking


@dataclass(frozen=True, slots=True)
class Sums:
    """Running sums of S subjects at a landmark, in days of any calendar: all that a score needs.

    `weight`, `weighted` (w·x without the rater's bias), `squared` (w²): (S,). `stars`: weights by stars
    (S, 5). `reviews`: a plain count (S,).
    """

    landmark: float
    weight: Floats
    weighted: Floats
    squared: Floats
    stars: Floats
    reviews: Ints

    def __len__(self) -> int:
        """How many subjects."""
        return len(self.weight)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings (N,) as they count: whom they are about, the stars, the rater's bias, c · v, and the day."""

    subject: Ints
    stars: Ints
    bias: Floats
    weight: Floats
    day: Floats


def nothing(subjects: int, landmark: float) -> Sums:
    """No reviews yet."""
    zeros = np.zeros(subjects)
    return Sums(
        landmark, zeros, zeros, zeros, np.zeros((subjects, STARS)), np.zeros(subjects, dtype=np.int64)
    )


def added(sums: Sums, ratings: Ratings) -> Sums:
    """The sums with these ratings."""
    return _changed(sums, ratings, 1)


def removed(sums: Sums, ratings: Ratings) -> Sums:
    """The sums without these ratings, which were added before. Of no review nothing is left, exactly."""
    left = _changed(sums, ratings, -1)
    some = left.reviews > 0
    return replace(
        left,
        weight=np.where(some, left.weight, 0.0),
        weighted=np.where(some, left.weighted, 0.0),
        squared=np.where(some, left.squared, 0.0),
        stars=np.where(some[:, None], left.stars, 0.0),
    )


def moved(sums: Sums, landmark: float) -> Sums:
    """The same sums at another landmark."""
    less = _decay(sums.landmark - landmark)
    return Sums(
        landmark,
        sums.weight * less,
        sums.weighted * less,
        sums.squared * less * less,
        sums.stars * less,
        sums.reviews,
    )


def renormalised(sums: Sums, day: float) -> Sums:
    """The sums at a landmark near enough to `day` to go on counting in doubles."""
    return moved(sums, day) if (day - sums.landmark) / HALF_LIFE_DAYS > FURTHEST else sums


def value_weight(value_amount: ArrayLike, usual_amount: ArrayLike) -> Floats:
    """v: the root of what was paid over what is usual in the category, ½ to 2; one where nothing is usual."""
    usual = np.asarray(usual_amount, dtype=np.float64)
    ratio = np.asarray(value_amount, dtype=np.float64) / np.where(usual > 0, usual, 1.0)
    return np.where(usual > 0, np.clip(np.sqrt(ratio), *VALUE_WEIGHT), 1.0)


def bias(differences: ArrayLike, given: ArrayLike) -> Floats:
    """How much higher than others a rater rates: the sum of differences over (n + 4), within ±0.25."""
    shrunk = np.asarray(differences, dtype=np.float64) / (np.asarray(given, dtype=np.float64) + BIAS_PRIOR)
    return np.clip(shrunk, -LARGEST_BIAS, LARGEST_BIAS)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed of S subjects' x: mean, standard deviation, and the 90 % interval; all in 0 … 1.

    `debiased` is the mean with raters' biases taken out, `effective` how many equal reviews the weights are
    worth (Kish 1965).
    """

    mean: Floats
    deviation: Floats
    lower: Floats
    upper: Floats
    debiased: Floats
    effective: Floats


def posterior(sums: Sums, histogram: ArrayLike, *, day: float) -> Posterior:
    """A Dirichlet over five stars, its prior eight reviews like the category's `histogram` (shares, (5,)).

    The interval is that of the Beta with the same mean and variance.
    """
    prior = PRIOR * np.asarray(histogram, dtype=np.float64)
    now = moved(sums, day)
    belief = prior + now.stars
    total = belief.sum(axis=1)
    mean = belief @ X / total
    variance = np.maximum(belief @ X**2 / total - mean**2, 0.0) / (total + 1)
    lower, upper = _interval(mean, variance)
    debiased = (prior @ X + now.weighted) / (PRIOR + now.weight)
    effective = np.divide(now.weight**2, now.squared, out=np.zeros(len(now)), where=now.squared > 0)
    return Posterior(mean, np.sqrt(variance), lower, upper, np.clip(debiased, 0.0, 1.0), effective)


def ranking(believed: Posterior, effort: ArrayLike) -> Floats:
    """The score a search sorts by: what is believed, less for doubt, more for who leaves nobody silent."""
    cautious = believed.debiased - CAUTION * believed.deviation
    return cautious + EFFORT * np.asarray(effort, dtype=np.float64)


def displayed(counts: ArrayLike) -> float | None:
    """The mean that is shown, in stars to one decimal, of counts by stars (5,); None below three reviews."""
    number = np.asarray(counts, dtype=np.int64)
    reviews = int(number.sum())
    if reviews < SHOWN_FROM:
        return None
    tenths = 10 * int(number @ np.arange(1, STARS + 1))
    return (2 * tenths + reviews) // (2 * reviews) / 10  # halves go up, as a reader rounds


def in_stars(x: ArrayLike) -> Floats:
    """Values in 0 … 1 as stars."""
    return 1 + 4 * np.asarray(x, dtype=np.float64)


def _changed(sums: Sums, ratings: Ratings, sign: int) -> Sums:
    size = len(sums)
    weight = sign * ratings.weight * _decay(ratings.day - sums.landmark)
    x = np.clip(X[ratings.stars - 1] - ratings.bias, 0.0, 1.0)
    place = ratings.subject * STARS + ratings.stars - 1
    return Sums(
        sums.landmark,
        sums.weight + np.bincount(ratings.subject, weight, size),
        sums.weighted + np.bincount(ratings.subject, weight * x, size),
        sums.squared + sign * np.bincount(ratings.subject, weight * weight, size),
        sums.stars + np.bincount(place, weight, size * STARS).reshape(size, STARS),
        sums.reviews + sign * np.bincount(ratings.subject, minlength=size),
    )


def _decay(days: ArrayLike) -> Floats:
    return np.exp2(np.asarray(days, dtype=np.float64) / HALF_LIFE_DAYS)


def _interval(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The central interval of the Beta of this mean and variance; a point where there is no variance."""
    inner = np.clip(mean, 1e-9, 1 - 1e-9)
    spread = np.clip(variance, 1e-12, None)
    size = np.maximum(inner * (1 - inner) / spread - 1, 1e-6)
    tail = (1 - LEVEL) / 2
    lower, upper = (betaincinv(inner * size, (1 - inner) * size, share) for share in (tail, 1 - tail))
    return np.asarray(lower), np.asarray(upper)
