"""Generated towns, run tick by tick, and the statements that must hold of every price in them.

A town has a map with holes, four categories with rules of their own, demand with bursts and missing ticks,
few or many providers, caps that differ from place to place, and an emergency halfway through. The statements
look only at what goes into a tick and comes out of it; they answer how often they are broken.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from h3.api import basic_int
from scipy.sparse import eye_array

from domain.surge.grid import Grid, grid_of
from domain.surge.kinds import Reason
from domain.surge.live import LiveInputs, LivePrices
from domain.surge.policy import ONE_BP, Livable, LiveRules, SurgePolicy
from domain.surge.tick import empty_state, reprice

CATEGORIES = 4
TICKS = 72
TOWNS = 4
RADIUS = 18  # 1,027 cells before holes
_HERE = basic_int.latlng_to_cell(40.75, -73.99, 7)
_FORCED = (
    Reason.LOWERED_TO_NEIGHBOURS
    | Reason.CAPPED_BY_MARKET
    | Reason.CAPPED_BY_EMERGENCY
    | Reason.RAISED_TO_FLOOR
)


@dataclass(frozen=True)
class Lived:
    """One tick of a town: what went in and what came out."""

    inputs: LiveInputs
    prices: LivePrices

    @property
    def before(self):
        return self.inputs.state.shown_bp

    @property
    def shown(self):
        return self.prices.state.shown_bp


@dataclass(frozen=True)
class Town:
    """A policy, and ticks one after the other."""

    policy: SurgePolicy
    ticks: list[Lived]

    @property
    def pairs(self):
        """Each tick with the one before it."""
        return zip(self.ticks, self.ticks[1:], strict=False)


@lru_cache(maxsize=4)
def map_of(seed: int, radius: int = RADIUS) -> Grid:
    cells = np.array(basic_int.grid_disk(_HERE, radius), dtype=np.int64)
    return grid_of(cells[np.random.default_rng(seed).random(len(cells)) < 0.9])


def policy_of(seed: int) -> SurgePolicy:
    chosen = np.random.default_rng(seed + 1_000)
    live = {
        f"category-{number}": LiveRules(
            theta=float(chosen.choice([0.8, 1.6, 4.0])),
            threshold=float(chosen.choice([0.3, 0.5, 0.65])),
            half_life_minutes=int(chosen.choice([5, 15, 60])),
            without_unmet_bp=int(chosen.choice([10_000, 12_500, 15_000])),
        )
        for number in range(CATEGORIES)
    }
    step = int(chosen.choice([200, 500, 1_000]))
    return SurgePolicy(live=live, livable=Livable(grid_bp=step, hysteresis_bp=step * 3 // 4))


def town(seed: int, *, ticks: int = TICKS, radius: int = RADIUS) -> Town:
    """The whole story of a town."""
    grid, policy = map_of(seed, radius), policy_of(seed)
    world = np.random.default_rng(seed)
    state, lived = empty_state(grid, policy.categories), []
    first = inputs_of(world, grid, state)
    for number in range(ticks):
        inputs = replace(asked_anew(world, first, number), state=state)
        inputs = replace(inputs, **_emergency(first)) if number >= ticks // 2 else inputs
        prices = reprice(inputs, policy)
        lived.append(Lived(inputs, prices))
        state = prices.state
    return Town(policy, lived)


def inputs_of(world, grid, state) -> LiveInputs:
    """A first tick: what is usual here, and the bounds."""
    shape = (len(grid), CATEGORIES)
    baseline = _reals(world.gamma(0.4, 1.5, shape))
    caps = world.choice([12_500, 15_000, 20_000, 50_000], size=(1, CATEGORIES)).astype(np.int32)
    here_and_there = np.where(world.random(shape) < 0.001, 11_300, 50_000).astype(np.int32)
    nothing = np.zeros(shape, dtype=np.float32)
    return LiveInputs(
        grid=grid,
        state=state,
        asked=nothing,
        baseline=baseline,
        usual=_reals(baseline * world.choice([0.5, 1, 3], shape)),
        unmet=nothing,
        idle=nothing,
        soon=nothing,
        left=nothing,
        caps_bp=np.minimum(caps, here_and_there),
        floors_bp=np.broadcast_to(world.choice([8_000, 8_500, 10_000], CATEGORIES), shape).astype(np.int32),
        cap_reasons=np.full(shape, Reason.CAPPED_BY_MARKET, dtype=np.uint16),
        minutes=5.0,
    )


def asked_anew(world, first: LiveInputs, number: int) -> LiveInputs:
    """What is seen in one tick: bursts near one place, missing ticks, providers who come and go."""
    shape = first.baseline.shape
    place = np.random.default_rng(number // 9).integers(max(shape[0], 1))
    burst = 1 + 30 * np.exp(-0.5 * ((np.arange(shape[0]) - place) / 150) ** 2)[:, None]
    busy = world.choice([0.1, 0.5, 1]) * (burst if number % 9 < 6 else 1)
    asked = _reals(world.poisson(first.baseline * busy))
    asked[world.random(shape) < (1 if number % 17 == 16 else 0.05)] = np.nan
    free = world.choice([0.2, 1, 4])
    idle, soon, left = (_reals(world.poisson(free * share, shape)) for share in (1, 0.3, 0.3))
    unmet = _reals(world.poisson(0.2, shape))
    return replace(first, asked=asked, idle=idle, soon=soon, left=left, unmet=unmet)


def cases(towns: list[Town]) -> int:
    return sum(each.shown.size for town in towns for each in town.ticks)


def caps_broken(town: Town) -> int:
    return sum(int((each.shown > each.inputs.caps_bp).sum()) for each in town.ticks)


def floors_broken(town: Town) -> int:
    return sum(int((each.shown < each.inputs.floors_bp).sum()) for each in town.ticks)


def off_the_grid(town: Town) -> int:
    step = town.policy.livable.grid_bp
    return sum(int(((each.shown - ONE_BP) % step != 0).sum()) for each in town.ticks)


def rate_broken(town: Town) -> int:
    """Upwards never; downwards only in the tick in which a cap comes down."""
    rate, broken = town.policy.livable.rate_bp, 0
    for before, now in town.pairs:
        change = now.shown - before.shown
        same_caps = np.array_equal(before.inputs.caps_bp, now.inputs.caps_bp)
        broken += int(((np.abs(change) if same_caps else change) > rate).sum())
    return broken


def dwell_broken(town: Town) -> int:
    """How often a price turned back too soon, unless a bound or a neighbour forced it; from prices alone."""
    dwell, broken = town.policy.livable.dwell_minutes, 0
    turned = np.zeros(town.ticks[0].shown.shape, dtype=int)
    since = np.full(turned.shape, np.inf)
    for each in town.ticks:
        since += each.inputs.minutes
        change = np.sign(each.shown - each.before)
        free = (each.prices.reasons & np.uint16(_FORCED)) == 0
        broken += int(((change * turned < 0) & (since < dwell) & free).sum())
        turned, since = np.where(change, change, turned), np.where(change, 0, since)
    return broken


def neighbours_torn(town: Town) -> int:
    torn, limit = 0, town.policy.livable.neighbour_bp
    for each in town.ticks:
        edges = each.inputs.grid.rings[0].tocoo()
        torn += int((np.abs(each.shown[edges.row] - each.shown[edges.col]) > limit).sum())
    return torn


def not_finite(town: Town) -> int:
    broken = 0
    for each in town.ticks:
        prices, state = each.prices, each.prices.state
        found = (prices.rate, prices.pressure, prices.raw_bp, prices.market_ratio, state.seen, state.expected)
        broken += sum(int((~np.isfinite(values) | (values < 0)).sum()) for values in found)
    return broken


def raised_without_the_second_key(town: Town) -> int:
    limits = np.array([town.policy.live[category].without_unmet_bp for category in town.policy.categories])
    grid = town.ticks[0].inputs.grid
    nearby = eye_array(len(grid)) + grid.rings[0]
    return sum(
        int(((each.prices.raw_bp > limits) & (nearby @ each.inputs.unmet == 0)).sum()) for each in town.ticks
    )


def missing_read_as_nobody(town: Town) -> int:
    """Where the tick is missing, both sums have faded alike and nothing was added to either."""
    broken = 0
    half_lives = np.array(
        [town.policy.live[category].half_life_minutes for category in town.policy.categories]
    )
    for each in town.ticks:
        left = 2.0 ** (-each.inputs.minutes / half_lives)
        missing = np.isnan(each.inputs.asked)
        for before, after in (
            (each.inputs.state.seen, each.prices.state.seen),
            (each.inputs.state.expected, each.prices.state.expected),
        ):
            broken += int((~np.isclose(after, before * left, rtol=1e-5) & missing).sum())
    return broken


def _emergency(first: LiveInputs) -> dict[str, np.ndarray]:
    """A cap for one category that is lower than any other."""
    caps, reasons = first.caps_bp.copy(), first.cap_reasons.copy()
    caps[:, 0] = np.minimum(caps[:, 0], 11_000)
    reasons[:, 0] = Reason.CAPPED_BY_EMERGENCY
    return {"caps_bp": caps, "cap_reasons": reasons}


def _reals(values) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)
