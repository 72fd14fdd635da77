"""How much a rater's word weighs: trust that flows along paid work, caps on the unknown, repeated pairs.

**Trust** starts at **seeds** (people the staff verified, or whose identity is verified and who have been here
for 180 days without an upheld case) and flows from one person to another whom they were paid by or paid, and
reviewed well. Accounts that only know one another get none, however many they are: the way in is work that
somebody trusted paid for or carried out. So the price of a credible account is a price in currency.

**Credibility** is in 0.005 … 1. It ranks; it never changes a mean that is shown. Pure: arrays in and out.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from domain.foundation import pagerank
from domain.ratings.edges import NEUTRAL, Edges, Flags, Floats, Ints
from domain.ratings.scoring import bias

PASSED_ON = 0.8  # of a person's trust goes to those they reviewed well, the rest is the seeds' (ratings.md)
ITERATIONS = 60  # 0.8⁶⁰ ≈ 1.5e-6 of the mass is left to move
# Nobody's word is nothing: two hundred strangers weigh as one trusted person. The design had 0.02; with that
# three fakes lift somebody from the middle of Bitcoin OTC by 7 to 11 points of percentile, with this by 2 to
# 4, and RMSE of later ratings differs by 0.01 % (`bench ratings`, robustness).
FLOOR = 0.005
LOW = 0.5  # below this a rater is of low credibility
LOW_AT_MOST = 0.3  # review-equivalents that all of low credibility add to one subject in a week
WEEK_DAYS = 7.0
PAIR_DAYS = 90.0
REPEATED = 0.5  # a pair's second rating within 90 days weighs a half, the third a quarter
COMPANY_PRIOR = 1.0  # pseudo-ratings at the usual mean beside what others say of somebody
SEED_DAYS = 180.0
STAND_IN_RATED_BY = 5


def well_reviewed(edges: Edges, *, paid: Flags | None = None) -> csr_array:
    """The roads of trust, (people, people): row i, column j is how well i reviewed j, x above one half.

    Where `paid` (N,) is given, only paid and completed work is a road.
    """
    well = np.maximum(edges.x - NEUTRAL, 0.0)
    weight = well if paid is None else np.where(paid, well, 0.0)
    roads = csr_array((weight, (edges.rater, edges.subject)), shape=(edges.people, edges.people))
    roads.eliminate_zeros()
    return roads


def trust_flow(roads: csr_array, seeds: Floats) -> Floats:
    """Trust (people,) of sum one: t = 0.8 Aᵀ t + 0.2 p, A the roads with rows of sum one and p the seeds.

    What somebody without a road onwards would pass on goes back to the seeds. No seeds, no trust.
    """
    return pagerank.personalized_pagerank(roads, seeds, damping=PASSED_ON, iterations=ITERATIONS)


def credibility(trust: Floats) -> Floats:
    """Credibility (people,) = 0.005 + 0.995 · min(1, t / median of positive t).

    So the better half of those whom trust reaches are fully credible, and nobody is more than that.
    """
    reached = trust[trust > 0]
    if not len(reached):
        return np.full(len(trust), FLOOR)
    return FLOOR + (1 - FLOOR) * np.minimum(1.0, trust / float(np.median(reached)))


def capped(weight: Floats, credible: Floats, subject: Ints, day: Floats) -> Floats:
    """Weights (N,) of ratings, those of low credibility scaled to at most 0.3 for a subject and week.

    Weeks are of the calendar (day // 7) and all of a week share the cap in proportion, so that the result
    depends on which ratings there are and not on the order in which they came.
    """
    low = credible < LOW
    weeks = np.floor(day / WEEK_DAYS).astype(np.int64)
    _, group = np.unique(_joint(subject, weeks - weeks.min(initial=0)), return_inverse=True)
    total = np.bincount(group, np.where(low, weight, 0.0))[group]
    share = np.minimum(1.0, LOW_AT_MOST / np.where(total > 0, total, 1.0))
    return np.where(low & (total > 0), weight * share, weight)


def pair_discount(rater: Ints, subject: Ints, day: Floats) -> Floats:
    """½ to the power of how often this rater rated this subject in the 90 days before; shape (N,)."""
    if not len(day):
        return np.empty(0)
    _, pair = np.unique(_joint(rater, subject), return_inverse=True)
    order = np.lexsort((day, pair))
    span = float(day.max() - day.min()) + 2 * PAIR_DAYS
    line = pair[order] * span + (day[order] - float(day.min()))  # pairs one after another, too far to touch
    earliest = np.searchsorted(line, line - PAIR_DAYS, side="left")
    discount = np.empty(len(day))
    discount[order] = REPEATED ** (np.arange(len(day)) - earliest)
    return discount


def weights(edges: Edges, credible: Floats) -> Floats:
    """What each rating weighs (N,) where raters are so credible (people,): pairs less, strangers capped."""
    of_rater = credible[edges.rater]
    weight = of_rater * pair_discount(edges.rater, edges.subject, edges.day)
    return capped(weight, of_rater, edges.subject, edges.day)


def leanings(edges: Edges, weight: Floats) -> Floats:
    """How much higher than others each person rates the same subjects, shrunk; (people,).

    Others weigh as their ratings do (N,), with one at the usual mean beside them: were all alike, fakes who
    praise a subject would make everybody who rated it honestly look like a hard judge.
    """
    if not len(edges):
        return np.zeros(edges.people)
    others = np.bincount(edges.subject, weight, edges.people)[edges.subject] - weight
    said = weight * edges.x
    total = np.bincount(edges.subject, said, edges.people)[edges.subject] - said
    usual = float(np.average(edges.x, weights=weight))
    differences = edges.x - (total + COMPANY_PRIOR * usual) / (others + COMPANY_PRIOR)
    return bias(np.bincount(edges.rater, differences, edges.people), edges.given)


def independent(rater: Ints, subject: Ints, shared: NDArray[np.int64]) -> Flags:
    """Whether each rating is by somebody who shares no card, device or payout account with its subject.

    `shared` (k, 2) are pairs of people known to share one. What is not independent weighs 0 and opens a case.
    """
    people = int(max(rater.max(initial=0), subject.max(initial=0), shared.max(initial=0))) + 1
    known = np.concatenate((shared[:, 0] * people + shared[:, 1], shared[:, 1] * people + shared[:, 0]))
    return ~np.isin(rater * people + subject, known)


def seeds_before(edges: Edges, day: float) -> Floats:
    """Seeds (people,) where nothing is known but ratings: ones for the long-standing and never faulted.

    Before `day` they have rated for 180 days or more, were rated by five people or more, and none of those
    ratings was bad. A stand-in for verification, from the past only; benchmarks say so where they use it.
    """
    past = edges.before(day)
    first = np.full(edges.people, np.inf)
    np.minimum.at(first, past.rater, past.day)
    faulted = np.bincount(past.subject, (past.x < NEUTRAL).astype(np.float64), edges.people)
    standing = (first <= day - SEED_DAYS) & (past.received >= STAND_IN_RATED_BY) & (faulted == 0)
    seeds: Floats = standing.astype(np.float64)
    return seeds


def _joint(first: Ints, second: Ints) -> Ints:
    """One number for each pair of rows, of which the second is small enough for both to fit into 63 bits."""
    return first * (int(second.max(initial=0)) + 1) + second
