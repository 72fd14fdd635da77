"""How odd a rater is, from what they gave and when; nothing they received is looked at.

Four readings are ranked among all who rated, and the ranks added up: fairness (REV2), how short a time they
have been active, how well others think of those they rate, and how often they say the opposite of others.
Ranks make the scales agree without a model. A high sum is a reason to look, never a reason to act.
"""

from dataclasses import dataclass

import numpy as np

from domain.ratings.edges import NEUTRAL, Edges, Floats

# Frozen before `bench ratings` reports. Found on Bitcoin OTC: the weights 1 and 2 of the first two are the
# prototype's (ratings.md); its mean deviation and share of extremes gave 0.906 in ranks among all raters, and
# company and contrariness in their place 0.942: who praises the badly reputed deviates little on average.
FAIRNESS_WEIGHT = 1.0
SPAN_WEIGHT = 2.0
COMPANY_WEIGHT = 1.0
CONTRARY_WEIGHT = 1.0

COMPANY_PRIOR = 2.0  # pseudo-ratings at the mean of all, before what others say of a subject is believed
CONTRARY_PRIOR = (0.1, 1.0)  # a tenth of one contrary rating in one: one early mistake is not a habit

FAIRNESS_PRIOR = 0.5  # REV2: where fairness starts, with the weight of one rating
_PSEUDO = 1.0
_ITERATIONS = 50
_CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Rev2:
    """Fairness (people,) in 0 … 1, goodness (people,) in −1 … 1, reliability (N,) in 0 … 1."""

    fairness: Floats
    goodness: Floats
    reliability: Floats


def rev2(edges: Edges) -> Rev2:
    """Fairness, goodness and reliability, each of the other two (Kumar and others, *REV2*, WSDM 2018).

    Goodness is the reliable mean of what a subject got; a rating is reliable if its rater is fair and it is
    near the goodness; fairness is the mean reliability of what one gave. Each is shrunk with a pseudo-rating,
    and the halves of reliability weigh the same; the paper's behaviour term stands apart, as the span.
    """
    signed, given, received = edges.signed, edges.given, edges.received
    fairness = np.ones(edges.people)
    goodness = np.zeros(edges.people)
    reliability = np.ones(len(edges))
    for _ in range(_ITERATIONS):
        goodness = np.bincount(edges.subject, reliability * signed, edges.people) / (_PSEUDO + received)
        near = 1 - np.abs(signed - goodness[edges.subject]) / 2
        reliability = (fairness[edges.rater] + near) / 2
        total = np.bincount(edges.rater, reliability, edges.people)
        latest = (FAIRNESS_PRIOR * _PSEUDO + total) / (_PSEUDO + given)
        done = float(np.abs(latest - fairness).max(initial=0)) < _CLOSE_ENOUGH
        fairness = latest
        if done:
            break
    return Rev2(fairness, goodness, reliability)


def span_days(edges: Edges) -> Floats:
    """Days from the first to the last rating each person gave; 0 for one or none. Shape (people,)."""
    first, last = np.full(edges.people, np.inf), np.full(edges.people, -np.inf)
    np.minimum.at(first, edges.rater, edges.day)
    np.maximum.at(last, edges.rater, edges.day)
    return np.where(edges.given > 0, last - first, 0.0)


def company(edges: Edges) -> Floats:
    """How well others think of those whom each person rated, in 0 … 1; shape (people,)."""
    others, _ = edges.others(COMPANY_PRIOR)
    return edges.by_rater(others)


def contrary(edges: Edges) -> Floats:
    """The share of each person's ratings that praise where others blame or the reverse, shrunk; (people,)."""
    others, how_many = edges.others(0.0)
    against = (edges.x > NEUTRAL) != (others > NEUTRAL)
    odd = np.bincount(edges.rater, (against & (how_many > 0)).astype(np.float64), edges.people)
    prior, weight = CONTRARY_PRIOR
    return (odd + prior) / (edges.given + weight)


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """The four readings (people,), each larger the odder."""

    unfair: Floats
    short: Floats
    company: Floats
    contrary: Floats

    def weighted(self) -> tuple[tuple[float, Floats], ...]:
        """Each reading with its frozen weight."""
        return (
            (FAIRNESS_WEIGHT, self.unfair),
            (SPAN_WEIGHT, self.short),
            (COMPANY_WEIGHT, self.company),
            (CONTRARY_WEIGHT, self.contrary),
        )


def readings(edges: Edges) -> Readings:
    """The four readings of everybody."""
    return Readings(-rev2(edges).fairness, -span_days(edges), -company(edges), contrary(edges))


def anomaly(found: Readings, rated: Floats) -> Floats:
    """How odd each person is among those who `rated` (people,) anything: mean rank in 0 … 1, else 0."""
    parts = found.weighted()
    total = sum(weight for weight, _ in parts)
    score = np.zeros(len(rated))
    for weight, values in parts:
        score += weight / total * ranks(values, rated)
    return score


def ranks(values: Floats, rated: Floats) -> Floats:
    """Mid-ranks of values (people,) among those who `rated` anything, in 0 … 1; 0 for the others."""
    among = np.flatnonzero(rated)
    ranked = np.zeros(len(rated))
    ranked[among] = _ranks(values[among]) / max(len(among), 1)
    return ranked


def _ranks(values: Floats) -> Floats:
    """Ranks from one, equal values sharing the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks
