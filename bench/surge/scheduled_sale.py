"""Selling slots to simulated customers, many at once: for prices that depend on the prices before.

All policies meet the very same customers: the same seed draws who asks when, what it is worth to them and who
calls off (common random numbers), so that shares of the optimum are far less noisy than either revenue.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bench.surge.hotel import Floats, Ints
from bench.surge.scheduled_market import MOST, Market, hours_left, still_to_come
from domain import surge

Policy = Callable[[int, Ints], Floats]  # the step and the places taken (s, r) → prices (s, r)

ONE = surge.ONE_BP
_CAP, _MARKET = 2 * ONE, surge.Reason.CAPPED_BY_MARKET


@dataclass(frozen=True, slots=True)
class Sold:
    """By scenario, in base prices, and of one slot: `revenue` of each slot (s, r), the others means (s,).

    `revenue` counts a sale at its price times the chance to be kept; `came` how many came; `surplus` what it
    was worth to those above what they paid; `surged` the share of sales above the base price; `changes` how
    often the price moved.
    """

    revenue: Floats
    came: Floats
    surplus: Floats
    surged: Floats
    changes: Floats


@dataclass(frozen=True, slots=True)
class Chance:
    """Random numbers (s, k · slots), a stream for each seed, the same for every policy."""

    streams: tuple[np.random.Generator, ...]
    scenarios: int
    slots: int

    def drawn(self) -> Floats:
        """Uniform in [0, 1)."""
        return np.concatenate([each.random((self.scenarios, self.slots)) for each in self.streams], axis=1)

    def worth(self) -> Floats:
        """What a slot is worth to a customer, in base prices."""
        return np.concatenate(
            [each.exponential(size=(self.scenarios, self.slots)) for each in self.streams], axis=1
        )

    def leaving(self, taken: Ints, chance: float) -> Ints:
        """How many of those taken are called off."""
        left = np.zeros(taken.shape, dtype=np.int64)
        for place in range(MOST):
            left += (self.drawn() < chance) & (place < taken)
        return left


def sell(market: Market, policy: Policy, *, seeds: tuple[int, ...], slots: int) -> Sold:
    """So many slots of every scenario for each seed."""
    chance = Chance(tuple(np.random.default_rng(seed) for seed in seeds), len(market.capacity), slots)
    shape = (len(market.capacity), len(seeds) * slots)
    taken = np.zeros(shape, dtype=np.int64)
    revenue, surplus, surged, sales, changes = (np.zeros(shape) for _ in range(5))
    before = np.ones(shape)
    for step in range(len(market.day)):
        price = policy(step, taken)
        changes += price != before
        before, worth, kept = price, chance.worth(), market.kept[step]
        asks = chance.drawn() < market.asking[step][:, None]
        sale = asks & (worth >= price) & (taken < market.capacity[:, None])
        revenue += sale * price * kept
        surplus += sale * (worth - price) * kept
        surged += sale & (price > 1)
        sales += sale
        taken = taken + sale
        if market.closing[step]:
            taken = taken - chance.leaving(taken, float(market.gone[step]))
    return Sold(
        revenue=revenue,
        came=taken.mean(axis=1),
        surplus=surplus.mean(axis=1),
        surged=surged.sum(axis=1) / np.maximum(sales.sum(axis=1), 1),
        changes=changes.mean(axis=1),
    )


def controlled(revenue: Floats, controls: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """The mean (s,) and its standard error of a simulated revenue (s, r), by control variates.

    Each control is what a plan surely earns (s,) and what it earned from the very same customers (s, r): how
    far luck moved those tells how far it moved this one.
    """
    means, errors = np.empty(len(revenue)), np.empty(len(revenue))
    for at, own in enumerate(revenue):
        seen = np.stack([simulated[at] for _, simulated in controls], axis=1)
        known = np.array([exact[at] for exact, _ in controls])
        slopes = np.linalg.lstsq(seen - seen.mean(axis=0), own - own.mean(), rcond=None)[0]
        rest = own - (seen - known) @ slopes
        means[at], errors[at] = rest.mean(), rest.std() / np.sqrt(len(rest))
    return means, errors


def planned(plan: Floats) -> Policy:
    """The prices of a plan (t, s, n)."""
    return lambda step, taken: np.take_along_axis(plan[step], taken, axis=1)


@dataclass(slots=True)
class Ours:
    """Our scheduled prices at every tick, with their memory of the tick before.

    `belief` is what is expected over what is true. `falls` counts slots and ticks beyond the last-minute
    hours at which somebody would have paid less than who came before, although no place had come free: there
    must be none.
    """

    market: Market
    rules: surge.ScheduledRules
    belief: float = 1.0
    discounts: bool = False
    falls: int = 0
    _shown: Ints = field(init=False)
    _left: Floats = field(init=False)
    _least: Ints = field(init=False)
    _new: Floats = field(init=False)
    _hours: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._new = self.belief * still_to_come(self.market)
        self._hours = hours_left(self.market)

    def __call__(self, step: int, taken: Ints) -> Floats:
        """The prices from this step on; they move at ticks only."""
        if step == 0:
            self._shown, self._left = np.full(taken.shape, ONE), np.full(taken.shape, np.nan)
            self._least = np.zeros(taken.shape, dtype=np.int64)
        if self.market.tick[step]:
            inputs = self._inputs(step, taken)
            prices = surge.scheduled.scheduled_prices(inputs, self.rules, surge.Livable())
            if self._hours[step] >= self.rules.last_minute_hours:
                paid = np.where(inputs.left < self._left, self._shown, self._least)
                self.falls += int(((prices.shown_bp < paid) & ~(inputs.left > self._left)).sum())
            self._left = inputs.left
            self._shown, self._least = (each.astype(np.int64) for each in (prices.shown_bp, prices.least_bp))
        return np.asarray(self._shown / ONE)

    def _inputs(self, step: int, taken: Ints) -> surge.scheduled.ScheduledInputs:
        def full(value: float) -> Floats:
            return np.full(taken.shape, value)

        return surge.scheduled.ScheduledInputs(
            hours_left=full(float(self._hours[step])),
            on_the_books=taken.astype(np.float64),
            capacity=np.broadcast_to(self.market.capacity[:, None], taken.shape).astype(np.float64),
            survival=full(float(self.market.kept[step])),
            new=np.broadcast_to(self._new[step][:, None], taken.shape),
            dispersion=full(0.0),  # customers are Poisson here
            previous_bp=self._shown.astype(np.int32),
            previous_left=self._left,
            previous_least_bp=self._least.astype(np.int32),
            caps_bp=full(_CAP).astype(np.int32),
            floors_bp=full(ONE * (0.8 if self.discounts else 1)).astype(np.int32),
            cap_reasons=full(_MARKET).astype(np.uint16),
        )
