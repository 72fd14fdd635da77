"""One tick of live prices: estimate, response, livable steps. Pure, over all cells and categories at once.

`asked` and `baseline` speak of the same length of time, one tick of the policy, however long ago the tick
before was; `minutes` only lets sums fade and dwell pass. The same inputs give the same prices bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.surge import estimate, response
from domain.surge.estimate import Sums
from domain.surge.grid import Grid, moved
from domain.surge.livable import Bounds, livable
from domain.surge.live import LiveInputs, LivePrices, LiveState, Points, Reals
from domain.surge.policy import ONE_BP, LiveRules, SurgePolicy

_LONGEST_STILL = 7 * 24 * 60  # minutes; a price that has not moved for a week is still, however much longer
_NEVER_MISSING = (
    *("baseline", "usual", "unmet", "idle", "soon", "left"),
    *("caps_bp", "floors_bp", "cap_reasons"),
)

_Scalar = TypeVar("_Scalar", bound=np.generic)


def reprice(inputs: LiveInputs, policy: SurgePolicy) -> LivePrices:
    """The prices of this tick and the state they leave.

    Raises ValueError for inputs that are negative, not finite (`asked` may be NaN) or of another shape.
    """
    _check(inputs, policy)
    rules = [policy.live[category] for category in policy.categories]
    sums, ratio, rate = _expected(inputs, rules)
    asking = response.demand(inputs.grid, rate, policy.tick_minutes)
    free = response.supply(inputs.grid, idle=inputs.idle, soon=inputs.soon, left=inputs.left)
    answers = _answers(rules, inputs.grid)
    thresholds = np.array([rule.threshold for rule in rules], dtype=np.float32)
    pressed = response.pressure(asking, free, thresholds)
    calm = response.quiet(asking, free, inputs.baseline, inputs.usual)
    raw, why = response.raw(pressed, calm, response.went_without(inputs.grid, inputs.unmet), answers)
    elapsed = inputs.state.still + np.int32(np.rint(inputs.minutes))
    bounds = Bounds(inputs.caps_bp, inputs.floors_bp, inputs.cap_reasons)
    prices = livable(raw, why, inputs.state, bounds, inputs.grid, policy.livable, elapsed)
    state = _left_behind(inputs.state, sums, prices.shown_bp, elapsed)
    return LivePrices(state, rate, pressed, raw, prices.reasons, ratio)


def empty_state(grid: Grid, categories: Sequence[str]) -> LiveState:
    """The state before the first tick: nothing seen, nothing expected, the price as it is without surge."""
    shape = (len(grid), len(categories))
    return LiveState(
        seen=np.zeros(shape, dtype=np.float32),
        expected=np.zeros(shape, dtype=np.float32),
        shown_bp=np.full(shape, ONE_BP, dtype=np.int32),
        turned=np.zeros(shape, dtype=np.int8),
        still=np.zeros(shape, dtype=np.int32),
    )


@dataclass(frozen=True, slots=True)
class Axes:
    """What the two axes of a state stand for."""

    grid: Grid
    categories: Sequence[str]


def aligned(state: LiveState, before: Axes, after: Axes) -> LiveState:
    """A state for another grid or other categories; who is new starts as in `empty_state`."""
    empty = empty_state(after.grid, after.categories)
    old, new = _shared(before.categories, after.categories)

    def carried(values: NDArray[_Scalar], fresh: NDArray[_Scalar]) -> NDArray[_Scalar]:
        result = fresh.copy()
        result[:, new] = moved(values[:, old], before.grid, after.grid, fresh[:, new])
        return result

    return LiveState(
        seen=carried(state.seen, empty.seen),
        expected=carried(state.expected, empty.expected),
        shown_bp=carried(state.shown_bp, empty.shown_bp),
        turned=carried(state.turned, empty.turned),
        still=carried(state.still, empty.still),
    )


def _shared(before: Sequence[str], after: Sequence[str]) -> tuple[list[int], list[int]]:
    """Where the categories both know stand before, and where after."""
    shared = [category for category in after if category in before]
    return [before.index(each) for each in shared], [after.index(each) for each in shared]


def _check(inputs: LiveInputs, policy: SurgePolicy) -> None:
    shape = (len(inputs.grid), len(policy.categories))
    for name in ("asked", *_NEVER_MISSING):
        values = getattr(inputs, name)
        if values.shape != shape:
            raise ValueError(f"{name} has the shape {values.shape} and not {shape}")
        least, most = (
            (np.fmin, np.fmax) if name == "asked" else (np.minimum, np.maximum)
        )  # NaN passes or does not
        lowest, highest = (end.reduce(values, axis=None, initial=0) for end in (least, most))
        if not (lowest >= 0 and highest < np.inf):
            raise ValueError(f"{name} holds what is negative or not finite")


def _expected(inputs: LiveInputs, rules: Sequence[LiveRules]) -> tuple[Sums, Reals, Reals]:
    """The sums after this tick, the market's ratio, and λ."""
    half_lives = [rule.half_life_minutes for rule in rules]
    sums = estimate.updated(
        Sums(inputs.state.seen, inputs.state.expected),
        asked=inputs.asked,
        baseline=inputs.baseline,
        left=_everywhere(estimate.discount(inputs.minutes, half_lives), inputs.grid),
    )
    ratio = estimate.market_ratio(sums)
    return sums, ratio, estimate.control_rate(inputs.grid, sums, inputs.baseline, ratio)


def _answers(rules: Sequence[LiveRules], grid: Grid) -> response.Answers:
    lowest = [max(rule.floor_bp, response.LOWEST_QUIET_BP) for rule in rules]
    return response.Answers(
        theta=_everywhere([rule.theta for rule in rules], grid),
        threshold=_everywhere([rule.threshold for rule in rules], grid),
        lowest_bp=_everywhere(lowest, grid),
        without_unmet_bp=_everywhere([rule.without_unmet_bp for rule in rules], grid),
    )


def _everywhere(values: ArrayLike, grid: Grid) -> Reals:
    """One value for each category as one for each price: numpy is slow where a row of eight is repeated."""
    return np.tile(np.asarray(values, dtype=np.float32), (len(grid), 1))


def _left_behind(before: LiveState, sums: Sums, shown_bp: Points, elapsed: Points) -> LiveState:
    change = np.sign(shown_bp - before.shown_bp).astype(np.int8)
    return LiveState(
        seen=sums.seen,
        expected=sums.expected,
        shown_bp=shown_bp,
        turned=change + before.turned * (change == 0),
        still=np.minimum(elapsed, np.int32(_LONGEST_STILL)) * (change == 0),
    )
