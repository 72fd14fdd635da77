"""The rivals of the scheduled loop whose price follows from the time and the places left alone, exactly.

A plan is a price for every step, scenario and number of places taken: (t, s, n). What it earns is counted by
dynamic programming, without any simulation: a sale earns its price times the chance to be kept, and a booking
that is called off gives its place back. The optimum is Gallego & van Ryzin's (1994), with calling off.
"""

import numpy as np
from scipy.stats import binom, poisson

from bench.surge.hotel import Floats
from bench.surge.scheduled_market import MOST, Market
from domain import surge

TAKEN = np.arange(MOST + 1)
LOWEST, HIGHEST = 0.8, 2.0  # the range of prices a market allows by default
FIXED = np.arange(0.8, 3.01, 0.1)
FARES = np.array([2.0, 1.5, 1.25, 1.0])  # from dear to cheap


def first_come(market: Market) -> Floats:
    """The base price for everybody, for as long as there are places."""
    return np.ones((len(market.day), len(market.capacity), MOST + 1))


def best_fixed(market: Market) -> Floats:
    """One price for each scenario, the one that earns most."""
    earned = np.stack([value(market, price * first_come(market))[:, 0] for price in FIXED])
    return np.asarray(FIXED[earned.argmax(axis=0)][None, :, None] * first_come(market))


def optimum(market: Market) -> Floats:
    """The price 1 + (what a place is worth) / (chance to be kept) at every step: the best there is."""
    plan = np.ones((len(market.day), len(market.capacity), MOST + 1))
    _backwards(market, plan, choose=True)
    return plan


def clipped(plan: Floats) -> Floats:
    """The same within the range that a market allows."""
    return np.clip(plan, LOWEST, HIGHEST)


def value(market: Market, plan: Floats) -> Floats:
    """What a plan is expected to earn in base prices from the first step on, (s, n)."""
    return _backwards(market, plan, choose=False)


def emsrb(capacity: int, load: float) -> float:
    """What EMSRb earns of the best control of the same fare classes, on one slot.

    The textbook's market: the cheap ask first, each for their own fare, Poisson, nobody calls off; the best
    is that of Brumelle & McGill (1993). Customers are split by the dearest fare they would pay.
    """
    bought = np.exp(-FARES)
    expected = load * capacity * np.diff(np.r_[0.0, bought]) / bought[-1]
    levels = np.r_[0, surge.scheduled.protection_levels(FARES, expected)]
    best = ours = np.zeros(capacity + 1)
    left = np.arange(capacity + 1)
    for fare, mean, level in zip(FARES, expected, levels, strict=True):
        asked = np.arange(poisson.ppf(1 - 1e-12, mean) + 1)
        chance = poisson.pmf(asked, mean)
        ours = _sold(fare, asked, chance, np.maximum(left - level, 0), ours)
        worth = np.r_[0.0, np.diff(best)]  # of the x-th place to the dearer ones; falls with x
        best = _sold(fare, asked, chance, np.maximum(left - int((worth[1:] >= fare).sum()), 0), best)
    return float(ours[-1] / best[-1])


def _sold(fare: float, asked: Floats, chance: Floats, most: Floats, later: Floats) -> Floats:
    """Expected revenue for every number of places left, when at most so many are sold at this fare."""
    left = np.arange(len(later))
    sold = np.minimum(asked[None, :], most[:, None]).astype(np.int64)
    return np.asarray((chance * (fare * sold + later[left[:, None] - sold])).sum(axis=1))


def _backwards(market: Market, plan: Floats, *, choose: bool) -> Floats:
    """Step by step from the last to the first; writes the best prices into the plan where it may choose."""
    worth = np.zeros((len(market.capacity), MOST + 1))
    open_to = TAKEN[:-1] < market.capacity[:, None]
    for step in range(len(market.day) - 1, -1, -1):
        if market.closing[step]:
            worth = worth @ _called_off(float(market.gone[step])).T
        place = worth[:, :-1] - worth[:, 1:]
        kept = market.kept[step]
        if choose:
            plan[step, :, :-1] = 1 + place / kept
        price = plan[step, :, :-1]
        gain = market.asking[step][:, None] * np.exp(-price) * (price * kept - place)
        worth[:, :-1] += np.where(open_to, gain, 0.0)
    return worth


def _called_off(chance: float) -> Floats:
    """(n, n): how probable it is that of so many taken so many stay."""
    return np.asarray(binom.pmf(TAKEN[None, :], TAKEN[:, None], 1 - chance))
