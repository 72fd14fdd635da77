"""How the next rating is predicted, each from earlier ratings only: means, ours, and ours weighed by ridge.

Ours is what the product counts: a mean weighted by the credibility of raters as the last trust flow found it,
freed of each rater's own bias (k = 4, |b| ≤ 0.25), shrunk to the mean of all. To predict a rating the bias of
its rater is added back. Ridge weighs that and what else is known of both, fitted on the past of each slice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

from bench.ratings.history import Edges, Flags, Floats, Ints
from bench.ratings.past import before, before_at, last_before, running_mean
from domain import ratings

RATER_BIAS_PRIOR, RATER_BIAS_AT_MOST = 4.0, 0.25  # ratings.md
SUBJECT_PRIOR = 0.5  # pseudo-ratings; 0.25 to 1 are within 0.2 %
LEARN_FROM = 0.05  # of the history is too early to learn from
FLOWS = 38  # how often trust flows over the history, at equal counts; the product does it nightly
REFITS = 14
_RIDGE = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Ours:
    """Predictions (N,), and what they are of: the subject's mean, the rater's bias, both credibilities."""

    prediction: Floats
    debiased: Floats
    bias: Floats
    rater_credible: Floats
    subject_credible: Floats
    residual: Floats


def raw_mean(edges: Edges) -> Floats:
    """The subject's plain mean so far; the mean of all where nobody rated them yet."""
    return bayesian(edges, 0.0)


def bayesian(edges: Edges, strength: float) -> Floats:
    """The subject's mean so far, shrunk to the mean of all so far with so many pseudo-ratings."""
    usual = running_mean(edges.x, ratings.NEUTRAL)
    count, total = before(edges.subject, np.ones(len(edges))), before(edges.subject, edges.x)
    weight = count + strength
    return np.where(weight > 0, (total + strength * usual) / np.where(weight > 0, weight, 1), usual)


def ours(edges: Edges, watched: Callable[[range], range], *, credible: bool = True) -> Ours:
    """The product's numbers at each rating. Without `credible` everybody weighs the same."""
    rater_credible, subject_credible = credibilities(edges, watched)
    weight = rater_credible if credible else np.ones(len(edges))
    first = edges.x - bayesian(edges, SUBJECT_PRIOR)
    rough = _bias(edges, first)
    usual = running_mean(edges.x, ratings.NEUTRAL)
    total = before(edges.subject, weight * (edges.x - rough)) + SUBJECT_PRIOR * usual
    debiased = total / (before(edges.subject, weight) + SUBJECT_PRIOR)
    residual = edges.x - debiased
    bias = _bias(edges, residual)
    return Ours(debiased + bias, debiased, bias, rater_credible, subject_credible, residual)


def credibilities(edges: Edges, watched: Callable[[range], range]) -> tuple[Floats, Floats]:
    """Of each rating's rater and subject, from the last flow before it; the floor before the first."""
    cuts = np.linspace(int(LEARN_FROM * len(edges)), len(edges), FLOWS + 1).astype(np.int64)
    rater = np.full(len(edges), ratings.credibility.FLOOR)
    subject = np.full(len(edges), ratings.credibility.FLOOR)
    for at in watched(range(FLOWS)):
        slice_ = slice(int(cuts[at]), int(cuts[at + 1]))
        found = credibility_at(edges, int(cuts[at]))
        rater[slice_], subject[slice_] = found[edges.rater[slice_]], found[edges.subject[slice_]]
    return rater, subject


def credibility_at(edges: Edges, row: int) -> Floats:
    """Credibility of everybody from the ratings before a row, seeds too."""
    past = edges.where(np.arange(len(edges)) < row)
    seeds = ratings.credibility.seeds_before(past, float(edges.day[row]))
    trust = ratings.credibility.trust_flow(ratings.credibility.well_reviewed(past), seeds)
    return ratings.credibility.credibility(trust)


def known(edges: Edges, found: Ours, *, reciprocal: bool) -> Floats:
    """What ridge weighs (N, k). `reciprocal`: also how the subject rated the rater before, if so.

    A sealed market cannot know that of the same deal; a market of open ratings is made of it. What the
    subject said of this rater is in no other column either.
    """
    rater, subject, ones = edges.rater, edges.subject, np.ones(len(edges))
    usual = running_mean(edges.x, ratings.NEUTRAL)
    back = _back(edges, edges.x)
    told = ~np.isnan(back)
    negative = (edges.x < ratings.NEUTRAL).astype(np.float64)
    got, gave = before(subject, ones), before(rater, ones)
    subject_gave = before_at(subject, rater, ones) - told
    reputed = _reputed(edges, found.rater_credible, usual) - usual
    leaning = before_at(subject, rater, found.residual) - np.nan_to_num(_back(edges, found.residual))
    columns = [
        found.prediction, found.debiased - usual, found.bias, reputed, usual,
        leaning / (subject_gave + RATER_BIAS_PRIOR),
        np.log1p(got), np.log1p(gave), np.log1p(subject_gave), got == 0, gave == 0, subject_gave == 0,
        found.rater_credible, found.subject_credible,
        np.log(found.rater_credible), np.log(found.subject_credible),
        before(subject, negative) / (got + 1), before(rater, negative) / (gave + 1),
        (got == 0) * found.rater_credible, (got == 0) * found.bias, (gave < 2) * reputed,
    ]  # fmt: skip
    if reciprocal:
        difference = np.where(told, back - usual, 0.0)
        columns += [difference, told, (got < 3) * difference]
    table: Floats = np.column_stack(columns).astype(np.float64)
    return table


def ridge(edges: Edges, columns: Floats, first: int) -> Floats:
    """Predictions (N,) from row `first` on, each slice's weights fitted on all rows before it."""
    cuts = np.linspace(first, len(edges), REFITS + 1).astype(np.int64)
    predicted = np.full(len(edges), np.nan)
    for begins, ends in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        learned = slice(int(LEARN_FROM * len(edges)), begins)
        mean, spread = columns[learned].mean(axis=0), columns[learned].std(axis=0) + 1e-9
        model = Ridge(_RIDGE).fit((columns[learned] - mean) / spread, edges.x[learned])
        predicted[begins:ends] = model.predict((columns[begins:ends] - mean) / spread)
    bounded: Floats = np.clip(predicted, 0.0, 1.0)
    return bounded


def _bias(edges: Edges, residual: Floats) -> Floats:
    """The rater's mean residual so far, shrunk to none and bounded."""
    count = before(edges.rater, np.ones(len(edges)))
    bias = before(edges.rater, residual) / (count + RATER_BIAS_PRIOR)
    return np.clip(bias, -RATER_BIAS_AT_MOST, RATER_BIAS_AT_MOST)


def _reputed(edges: Edges, weight: Floats, usual: Floats) -> Floats:
    """How credible others than the subject rated the rater before."""
    rater, subject = edges.rater, edges.subject
    back, said = (np.nan_to_num(_back(edges, values)) for values in (weight, weight * edges.x))
    total = before_at(rater, subject, weight * edges.x) - said
    return (total + SUBJECT_PRIOR * usual) / (before_at(rater, subject, weight) - back + SUBJECT_PRIOR)


def _back(edges: Edges, values: Floats) -> Floats:
    """What the subject's latest earlier rating of this rater has in `values`; NaN where there is none."""
    there: Ints = edges.rater * edges.people + edges.subject
    return last_before(edges.subject * edges.people + edges.rater, there, values)


def reciprocated(edges: Edges) -> Flags:
    """Whether the subject had rated this rater before."""
    return ~np.isnan(_back(edges, edges.x))
