"""What can be read of a rater from what they gave and when, and from nothing they received.

Bad reputation *is* bad ratings received, and labels were made from it: one feature of them gives 0.995. So
each person's features are read from a copy of the history from which all they received is taken out. What
others say of those whom they rated stays in: it is not about them.
"""

from dataclasses import dataclass

import numpy as np

from bench.ratings.history import Edges, Flags, Floats, Ints
from domain import ratings

_AT = (0.0, 0.25, 0.5, 0.75, 1.0)
_GAPS_DAYS = (10 / 1440, 1 / 24, 1.0, 7.0)
_SPREAD = ("others", "fair_others", "rating", "deviation", "popularity", "their_contrary", "their_given")

NAMES = (
    "span", "given", "rate", "first", "last", "days", "weeks", "mean_gap",
    *(f"gaps_below_{days:.3f}" for days in _GAPS_DAYS),
    "fairness", "company", "contrary", "anomaly",
    "contrary_raw", "fair_company", "busy_company", "late",
    "deviation", "deviation_plain", "deviation_shrunk", "deviation_root", "fair_deviation",
    "above", "below", "bias",
    "mean", "strength", "negative", "variance", "extreme", "best", "worst",
    "bad_share_of_rated", "any_bad_of_rated", "praise_of_bad", "blame_of_good", "low_company",
    "fair_low_company",
    *(f"{name}_{at:.0%}" for name in _SPREAD for at in _AT),
)  # fmt: skip

# What boosting is given: with 240 people a tree finds patterns in anything. Chosen on the same file.
CORE = ("span", "given", "last", "contrary", "contrary_raw", "fair_company", "deviation", "anomaly")


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """One person's ratings (n,) in order of time, and of each what others than the person say of its subject.

    `others` shrunk with two, `plain` with none; `fair` by raters' squared fairness, `busy` by how much they
    rated; `how_many` others there are, their mean `when`, how many `bad`; how contrary the subject is as a
    rater and how much it gave.
    """

    x: Floats
    day: Floats
    others: Floats
    plain: Floats
    fair: Floats
    busy: Floats
    how_many: Ints
    when: Floats
    bad: Floats
    their_contrary: Floats
    their_given: Floats


def features(edges: Edges, person: int, odd: float) -> Floats:
    """The features of a person, in the order of `NAMES`; `odd` is their score that needed no label."""
    seen = edges.without_received_by(person)
    contrary = ratings.anomaly.contrary(seen)
    fairness = ratings.anomaly.rev2(seen).fairness
    found = _given(seen, person, contrary, fairness)
    return np.array(
        [
            *_activity(found.day),
            float(fairness[person]),
            float(found.others.mean()),
            float(contrary[person]),
            odd,
            *_against(found),
            *_ratings(found.x),
            *_company(found),
            *_spread(found),
        ]
    )


def _given(seen: Edges, person: int, contrary: Floats, fairness: Floats) -> _Given:
    mine = seen.rater == person
    subject = seen.subject[mine]
    others, how_many = seen.others(ratings.anomaly.COMPANY_PRIOR)
    plain, _ = seen.others(0.0)
    ones = np.ones(len(seen))
    when = _left_out(seen, mine, ones, seen.day, 0.0)
    bad = np.bincount(seen.subject, seen.x < ratings.NEUTRAL, seen.people)[subject] - (
        seen.x[mine] < ratings.NEUTRAL
    )
    return _Given(
        seen.x[mine],
        seen.day[mine],
        others[mine],
        plain[mine],
        _left_out(seen, mine, fairness[seen.rater] ** 2, seen.x, 1.0),
        _left_out(seen, mine, np.log1p(seen.given[seen.rater]), seen.x, 1.0),
        how_many[mine],
        when,
        bad,
        contrary[subject],
        np.log1p(seen.given[subject]),
    )


def _left_out(seen: Edges, mine: Flags, weight: Floats, values: Floats, prior: float) -> Floats:
    """The weighted mean over others' ratings of each rated subject, shrunk to the mean of all; (n,)."""
    subject = seen.subject[mine]
    total = np.bincount(seen.subject, weight * values, seen.people)[subject] - (weight * values)[mine]
    count = np.bincount(seen.subject, weight, seen.people)[subject] - weight[mine]
    mean: Floats = (total + prior * values.mean()) / np.maximum(count + prior, 1e-9)
    return mean


def _activity(day: Floats) -> tuple[float, ...]:
    span = float(day[-1] - day[0])
    gaps = np.diff(day)
    return (
        span,
        float(np.log1p(len(day))),
        float(np.log1p(len(day)) - np.log1p(span)),
        float(day[0]),
        float(day[-1]),
        float(len(np.unique(np.floor(day)))),
        float(len(np.unique(np.floor(day / 7)))),
        float(np.log1p(24 * gaps).mean()) if len(gaps) else 0.0,
        *(float((gaps < days).mean()) if len(gaps) else 0.0 for days in _GAPS_DAYS),
    )


def _against(found: _Given) -> tuple[float, ...]:
    """How what the person says stands to what others say."""
    x, apart, known = found.x, found.x - found.others, found.how_many > 0
    opposite = ((x > ratings.NEUTRAL) != (found.plain > ratings.NEUTRAL)) & known
    late = np.where(known, found.day - found.when, 0.0)
    off = np.abs(apart)
    return (
        float(opposite.mean()),
        float(found.fair.mean()),
        float(found.busy.mean()),
        float(late.mean()),
        float(off.mean()),
        float(np.abs(x - found.plain).mean()),
        float((off.sum() + 0.3) / (len(x) + 2)),
        float(np.sqrt((apart**2).mean())),
        float(np.abs(x - found.fair).mean()),
        float(np.maximum(apart, 0).mean()),
        float(np.maximum(-apart, 0).mean()),
        float(apart.mean()),
    )


def _ratings(x: Floats) -> tuple[float, ...]:
    signed = 2 * x - 1
    return (
        float(x.mean()),
        float(np.abs(signed).mean()),
        float((signed < 0).mean()),
        float(signed.var()),
        float((np.abs(signed) == 1).mean()),
        float((signed == 1).mean()),
        float((signed == -1).mean()),
    )


def _company(found: _Given) -> tuple[float, ...]:
    praised, low = found.x > ratings.NEUTRAL, found.plain < ratings.NEUTRAL
    return (
        float(((found.bad + 0.1) / (found.how_many + 1)).mean()),
        float((found.bad > 0).mean()),
        float((praised & low).mean()),
        float((~praised & (found.plain > ratings.NEUTRAL)).mean()),
        float((found.others < ratings.NEUTRAL).mean()),
        float((found.fair < ratings.NEUTRAL).mean()),
    )


def _spread(found: _Given) -> list[float]:
    """Quantiles over the person's ratings, in the order of `_SPREAD`; values that occur, none between."""
    columns = (
        found.others,
        found.fair,
        found.x,
        found.x - found.others,
        np.log1p(found.how_many),
        found.their_contrary,
        found.their_given,
    )
    return [float(np.quantile(values, at, method="nearest")) for values in columns for at in _AT]
