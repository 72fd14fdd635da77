"""From a raw value to a price people can live with: steps in a fixed order, each of which leaves its reason.

    hysteresis   a small change of the raw value does not move a price, which stands on a coarse grid
    rate         a price moves only so far in one tick
    dwell        a price that has just moved does not turn back for a while
    neighbours   a price is lowered until nobody saves much by walking to the next cell
    bounds       floors first, then caps, so that a cap is never broken by a floor

Bounds that differ from cell to cell may tear neighbours apart, so the lowering is done once more after them;
whatever a floor or a cap is, neighbours hold in the end. All is integers in basis points on a grid on which
10,000 is a point: caps are lowered to it and floors raised, and what was shown under another grid is lowered
to it before anything else.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from domain.surge.grid import Grid
from domain.surge.kinds import Reason
from domain.surge.live import LiveState
from domain.surge.policy import HIGHEST_BP, ONE_BP, Livable

Reals = NDArray[np.float32]
Points = NDArray[np.int32]
Flags = NDArray[np.uint16]
Turns = NDArray[np.int8]
Steps = NDArray[np.signedinteger]  # of as few bytes as hold the highest price


@dataclass(frozen=True, slots=True)
class Bounds:
    """The outermost bounds of a price, each of shape (cells, categories), and the reason each cap gives."""

    caps_bp: Points
    floors_bp: Points
    cap_reasons: Flags

    def are_even(self) -> bool:
        """Whether each category has one cap and one floor everywhere: these tear no neighbours apart."""
        return all((ends == ends[:1]).all() for ends in (self.caps_bp, self.floors_bp))


@dataclass(frozen=True, slots=True)
class Moved:
    """A price on its way through the steps, and why it is where it is."""

    shown_bp: Points
    reasons: Flags


def livable(
    raw_bp: Reals,
    reasons: Flags,
    state: LiveState,
    bounds: Bounds,
    grid: Grid,
    rules: Livable,
    elapsed: Points,
) -> Moved:
    """The price to show. `elapsed`: minutes since the last change of each price, this tick included."""
    before = _lowered(state.shown_bp, rules.grid_bp)
    moved = hysteresis(Moved(before, reasons), raw_bp, rules)
    moved = rate(moved, before, rules)
    moved = dwell(moved, before, state.turned, elapsed, rules)
    moved = neighbours(moved, grid, rules)
    bounded = caps(floors(moved, bounds, rules), bounds, rules)
    return bounded if bounds.are_even() else neighbours(bounded, grid, rules)


def hysteresis(moved: Moved, raw_bp: Reals, rules: Livable) -> Moved:
    """The point of the grid nearest to the raw value, or what was shown where that is near enough to it."""
    step, steps = np.int32(rules.grid_bp), (raw_bp - ONE_BP) / np.float32(rules.grid_bp)
    nearest = np.int32(ONE_BP) + np.rint(steps, out=steps).astype(np.int32) * step
    apart = raw_bp - moved.shown_bp.astype(np.float32)
    held = np.abs(apart, out=apart) < rules.hysteresis_bp
    change = nearest - moved.shown_bp
    shown = moved.shown_bp + change * ~held  # a choice by number: np.where takes five times as long
    return _because(moved, shown, held & (change != 0), Reason.HELD_BY_HYSTERESIS)


def rate(moved: Moved, before: Points, rules: Livable) -> Moved:
    """No further from what was shown than the rate, in whole steps of the grid, in either direction."""
    furthest = np.int32(rules.rate_bp // rules.grid_bp * rules.grid_bp)
    shown = np.clip(moved.shown_bp, before - furthest, before + furthest)
    return _because(moved, shown, shown != moved.shown_bp, Reason.LIMITED_BY_RATE)


def dwell(moved: Moved, before: Points, turned: Turns, elapsed: Points, rules: Livable) -> Moved:
    """What was shown, where the price would turn back sooner than the dwell allows."""
    change = moved.shown_bp - before
    back = ((change > 0) & (turned < 0)) | ((change < 0) & (turned > 0))
    held = back & (elapsed < rules.dwell_minutes)
    return _because(moved, before + change * ~held, held, Reason.LIMITED_BY_DWELL)


def neighbours(moved: Moved, grid: Grid, rules: Livable) -> Moved:
    """Lowered until no price is more than `neighbour_bp` above that of a cell it borders on.

    The result is the highest such map below the given: for each cell the least of price + distance × limit
    over all cells. Each sweep reaches a ring further, and there are at most as many as the dearest place has
    limits down to the cheapest. Prices are counted in steps of the grid meanwhile: small integers.
    """
    small = _smallest(rules)
    limit = small(rules.neighbour_bp // rules.grid_bp)
    before: Steps = ((moved.shown_bp - np.int32(ONE_BP)) // np.int32(rules.grid_bp)).astype(small)
    steps, lowered = before, _swept(before, grid, limit)
    while not np.array_equal(steps, lowered):
        steps, lowered = lowered, _swept(lowered, grid, limit)
    shown = moved.shown_bp + (steps - before) * np.int32(rules.grid_bp)
    return _because(moved, shown, steps != before, Reason.LOWERED_TO_NEIGHBOURS)


def floors(moved: Moved, bounds: Bounds, rules: Livable) -> Moved:
    """No lower than the floor, raised to the grid."""
    shown = np.maximum(moved.shown_bp, _raised(bounds.floors_bp, rules.grid_bp))
    return _because(moved, shown, shown != moved.shown_bp, Reason.RAISED_TO_FLOOR)


def caps(moved: Moved, bounds: Bounds, rules: Livable) -> Moved:
    """No higher than the cap, lowered to the grid; whatever floors say."""
    shown = np.minimum(moved.shown_bp, _lowered(bounds.caps_bp, rules.grid_bp))
    return Moved(shown, moved.reasons | (shown != moved.shown_bp) * bounds.cap_reasons)


def _smallest(rules: Livable) -> type[np.signedinteger]:
    """The integers that hold the highest price any policy allows, with the limit on top, in steps."""
    most = (HIGHEST_BP - ONE_BP + rules.neighbour_bp) // rules.grid_bp
    return np.int8 if most <= np.iinfo(np.int8).max else np.int16


def _swept(steps: Steps, grid: Grid, limit: np.signedinteger) -> Steps:
    """Nobody more than the limit above any neighbour's price, as that was before the sweep."""
    lowest = steps.copy()
    for side in grid.neighbours.T:
        np.minimum(lowest, np.take(steps, side, axis=0), out=lowest)
    allowed: Steps = np.minimum(steps, lowest + limit)
    return allowed


def _because(moved: Moved, shown: Points, where: NDArray[np.bool_], reason: Reason) -> Moved:
    return replace(moved, shown_bp=shown, reasons=moved.reasons | where * np.uint16(reason))


def _lowered(points: Points, grid_bp: int) -> Points:
    """The point of the grid at or below."""
    return np.int32(ONE_BP) + (points - np.int32(ONE_BP)) // np.int32(grid_bp) * np.int32(grid_bp)


def _raised(points: Points, grid_bp: int) -> Points:
    """The point of the grid at or above."""
    return np.int32(ONE_BP) - (np.int32(ONE_BP) - points) // np.int32(grid_bp) * np.int32(grid_bp)
