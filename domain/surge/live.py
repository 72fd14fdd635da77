"""The seam of a live tick: what goes into one repricing and what comes out, as arrays over a market.

Every array has the shape (cells, categories); cells in the order of the grid, categories in that of
`SurgePolicy.categories`. A tick is pure: the same inputs and rules give the same prices bit for bit, so a
snapshot stores both and any published price can be counted again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.surge.grid import Grid

Reals = NDArray[np.float32]
Points = NDArray[np.int32]  # multipliers in basis points
Flags = NDArray[np.uint16]  # `kinds.Reason`


@dataclass(frozen=True, slots=True)
class LiveState:
    """What one tick leaves to the next.

    `seen` and `expected` are the discounted sums a and b (weighted customers); `shown_bp` what was published;
    `turned` the direction of its last change (−1, 0, 1) and `still` the minutes since.
    """

    seen: Reals
    expected: Reals
    shown_bp: Points
    turned: NDArray[np.int8]
    still: Points


@dataclass(frozen=True, slots=True)
class LiveInputs:
    """All a repricing depends on besides the rules.

    `asked`: distinct customers, weighted, since the tick before; NaN where the tick is missing, which is
    skipped and never read as zero. `baseline`: customers expected in one tick at this slot of the week, and
    `usual` the median of that over the week. `unmet`: customers of the cell who went without within the
    half-life. `idle`, `soon`, `left`: providers idle now, free within ten minutes, left within ten minutes.
    `caps_bp` and `floors_bp` are the outermost bounds with their reason in `cap_reasons` (market, category,
    regulation, emergency). `minutes` since the tick before.
    """

    grid: Grid
    state: LiveState
    asked: Reals
    baseline: Reals
    usual: Reals
    unmet: Reals
    idle: Reals
    soon: Reals
    left: Reals
    caps_bp: Points
    floors_bp: Points
    cap_reasons: Flags
    minutes: float


@dataclass(frozen=True, slots=True)
class LivePrices:
    """What a repricing publishes, and the state it leaves.

    `rate`: customers expected in one tick (λ). `pressure`: the probability p that more ask than are free.
    `raw_bp` is the response before any step of `livable`, unrounded; `state.shown_bp` is the price.
    `market_ratio` has one value per category.
    """

    state: LiveState
    rate: Reals
    pressure: Reals
    raw_bp: Reals
    reasons: Flags
    market_ratio: Reals
