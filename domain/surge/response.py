"""How a price answers: from customers expected and providers free to a raw multiplier, before it is livable.

    L = λ_c·15 min + 0.125 Σ_ring1 λ·15 min                  who may ask for those who are free here
    S = free_c + 0.25 Σ_ring1 free + 0.06 Σ_ring2 free       who is free for those who ask here
    p = P(Poisson(L + 0.4) ≥ S + 1)                          the pressure: that one more asks than is free
    m = 1 + θ·max(0, p − p0)/(1 − p0)

p is the regularised lower incomplete gamma function, which is smooth in real S. θ = 1.6 is the consumer
surplus per dollar spent in Cohen, Hahn, Hall, Levitt and Metcalfe, "Using big data to estimate consumer
surplus" (NBER 22627, 2016).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, ndtri

from domain.surge.grid import Grid
from domain.surge.kinds import Reason
from domain.surge.policy import ONE_BP

Reals = NDArray[np.float32]
Flags = NDArray[np.uint16]

WINDOW_MINUTES = 15  # the time in which who asks and who is free have to meet
DEMAND_AROUND = (1.0, 0.125, 0.0)
SUPPLY_AROUND = (1.0, 0.25, 0.06)
UNMET_AROUND = (1.0, 1.0, 0.0)
SOON, LEFT = 0.5, 0.5  # one who is free within ten minutes, or left within ten, is half a provider
ONE_MORE = 0.4  # the customer whose price this is, who may be one of those expected

QUIET_PART = 0.25  # off-peak: no more ask than a quarter of those who are free …
QUIET_CHANCE = 0.8  # … with this probability at least …
LOWEST_QUIET_BP = 8_500  # and then 15 % off at most
QUIET_SHARE = 0.6  # … at a time of the week when fewer ask than this share of the median

# P(Gamma(k) ≤ x) < ½ for x ≤ k − ⅓: Chen and Rubin, "Bounds for the difference between median and mean of
# gamma and Poisson distributions" (Statistics & Probability Letters 4, 1986). A lower quantile lies above
# k − ⅓ + z√k, z being that of the normal distribution: the start of its Cornish–Fisher series, whose next
# term is positive; a test goes over chances up to ½ and k up to 100,000.
_MEDIAN_BELOW = 1 / 3


@dataclass(frozen=True, slots=True)
class Answers:
    """The rules of the response: of the shape (categories,), or that of all prices, which is quicker.

    `lowest_bp` is the off-peak multiplier when it is certain to be quiet; 10,000 means no discount.
    """

    theta: Reals
    threshold: Reals
    lowest_bp: Reals
    without_unmet_bp: Reals


def demand(grid: Grid, rate: Reals, tick_minutes: float) -> Reals:
    """L: customers expected within the window in a cell and, in part, around it."""
    return grid.summed(rate, DEMAND_AROUND) * np.float32(WINDOW_MINUTES / tick_minutes)


def supply(grid: Grid, *, idle: Reals, soon: Reals, left: Reals) -> Reals:
    """S: providers free for a cell, those further away in part."""
    free = idle + np.float32(SOON) * soon + np.float32(LEFT) * left
    return grid.summed(free, SUPPLY_AROUND)


def went_without(grid: Grid, unmet: Reals) -> Reals:
    """Customers who went without in a cell or next to it: the second key, which turns for neighbours too.

    In the closed loop of `bench surge` welfare was half a percent lower where each cell needed its own.
    """
    return grid.summed(unmet, UNMET_AROUND)


def pressure(asking: Reals, free: Reals, threshold: Reals) -> Reals:
    """p: the probability that more ask than are free.

    Where it is known to be below the threshold, or below one half, no price depends on it and it is not
    counted: there it is 0. That spares three quarters of the work.
    """
    more, places = asking + np.float32(ONE_MORE), free + np.float32(1)
    counted = more > _quantile_above(places, np.minimum(threshold, np.float32(0.5)))
    return _where(counted, lambda rows: gammainc(places.reshape(-1)[rows], more.reshape(-1)[rows]))


def _quantile_above(places: Reals, chance: Reals) -> Reals:
    """What the quantile of Gamma(places) lies above, for chances up to one half and places from one."""
    shift = ndtri(chance).astype(np.float32)
    return places - np.float32(_MEDIAN_BELOW) + shift * np.sqrt(places)


def quiet(asking: Reals, free: Reals, baseline: Reals, usual: Reals) -> Reals:
    """How certain it is that hardly anybody asks, 0 … 1; zero by day, and where nobody is free.

    That no more ask than a quarter of those free has the probability q; 0 at q = 0.8 and 1 at q = 1.
    """
    places = np.float32(QUIET_PART) * free + np.float32(1)
    likely = asking <= places - np.float32(_MEDIAN_BELOW)  # elsewhere q is near ½ or below
    counted = likely & (baseline < np.float32(QUIET_SHARE) * usual) & (free > 0)
    chance = _where(counted, lambda rows: gammaincc(places.reshape(-1)[rows], asking.reshape(-1)[rows]))
    calm: Reals = np.maximum(chance - np.float32(QUIET_CHANCE), 0) / np.float32(1 - QUIET_CHANCE)
    return calm


def raw(pressed: Reals, calm: Reals, unmet: Reals, rules: Answers) -> tuple[Reals, Flags]:
    """The multiplier in basis points, unrounded, with why.

    Two keys: what a forecast alone asks for ends at `without_unmet_bp`, until somebody near went without.
    """
    slope = ONE_BP * rules.theta / (1 - rules.threshold)
    wanted = np.maximum(pressed - rules.threshold, 0)
    wanted *= slope
    wanted -= (ONE_BP - rules.lowest_bp) * calm
    wanted += ONE_BP
    allowed = (unmet > 0) * np.float32(10 * ONE_BP) + rules.without_unmet_bp  # no θ asks for more
    waiting = wanted > allowed
    reasons = (wanted > ONE_BP) * np.uint16(Reason.MORE_ASK_THAN_ARE_FREE)
    reasons |= (wanted < ONE_BP) * np.uint16(Reason.FEW_ASK)
    reasons |= waiting * np.uint16(Reason.WAITING_FOR_UNMET_QUOTE)
    return np.minimum(wanted, allowed), reasons


def _where(counted: NDArray[np.bool_], count: Callable[[NDArray[np.intp]], NDArray[np.floating]]) -> Reals:
    """What `count` answers for these places, as one flat list, and 0 in all others."""
    rows = np.flatnonzero(counted)
    result = np.zeros(counted.shape, dtype=np.float32)
    result.reshape(-1)[rows] = count(rows)
    return result
