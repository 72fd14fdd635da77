"""A snapshot's live prices from its inputs, at the tick and again for whoever doubts them. Pure.

Both go through the same function with arrays of the same bits, so a price that was shown can be shown to
follow from what was known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from domain.surge.grid import Cells, Grid, grid_of
from domain.surge.live import LiveInputs, LiveState
from domain.surge.policy import ONE_BP, SurgePolicy
from domain.surge.queries import SnapshotRow
from domain.surge.snapshots import Numbers
from domain.surge.tick import Axes, aligned, empty_state, reprice

STATE = tuple(field.name for field in fields(LiveState))
INPUTS = tuple(field.name for field in fields(LiveInputs) if field.name not in {"grid", "state", "minutes"})
PRICES = ("rate", "pressure", "raw_bp", "reasons")
NEAR = (1.0, 1.0, 0.0)  # "near you" is the own cell and those it borders on
FORMULA = 1  # counts the ways in which prices were counted; a snapshot names its own

_NOBODY_LEFT = 0.01  # weighted customers; a discounted sum below this no longer moves a price


@dataclass(frozen=True, slots=True)
class Left:
    """What the tick before left: its axes, its state, and when."""

    axes: Axes
    state: LiveState

    @property
    def kept_cells(self) -> Cells:
        """The cells that still matter: somebody was seen there, or the price is not the tariff's."""
        matters = (self.state.seen > _NOBODY_LEFT) | (self.state.shown_bp != ONE_BP)
        kept: Cells = self.axes.grid.cells[matters.any(axis=1)]
        return kept


@dataclass(frozen=True, slots=True)
class Before:
    """The snapshot before: its row, what it left, and the arrays that were read of it."""

    row: SnapshotRow
    left: Left
    arrays: Mapping[str, Numbers]


def left_by(header: Mapping[str, Any], arrays: Mapping[str, Numbers]) -> Left:
    """What a snapshot leaves to the next one."""
    state = LiveState(**{name: arrays[name] for name in STATE})
    return Left(Axes(grid_of(arrays["cells"]), header["categories"]), state)


def begun(left: Left | None, axes: Axes, policy: SurgePolicy, *, minutes: float) -> LiveState:
    """The state that a tick begins with.

    After a break so long that readers went back to the tariff's price, prices begin there again.
    """
    if left is None:
        return empty_state(axes.grid, axes.categories)
    state = aligned(left.state, left.axes, axes)
    if minutes <= policy.stale_after_minutes:
        return state
    empty = empty_state(axes.grid, axes.categories)
    return replace(state, shown_bp=empty.shown_bp, turned=empty.turned, still=empty.still)


def live_arrays(inputs: LiveInputs, policy: SurgePolicy) -> dict[str, Numbers]:
    """Prices and the state they leave, by name."""
    if not inputs.asked.size:
        return _nothing(inputs.grid, policy)
    prices = reprice(inputs, policy)
    state = {name: getattr(prices.state, name) for name in STATE}
    return {**state, **{name: getattr(prices, name) for name in PRICES}, "market_ratio": prices.market_ratio}


def inputs_again(
    left: Left | None, header: Mapping[str, Any], arrays: Mapping[str, Numbers], policy: SurgePolicy
) -> LiveInputs:
    """The inputs of a snapshot from what it stores and what the one before it left."""
    axes = Axes(grid_of(arrays["cells"]), header["categories"])
    stored = {name: arrays[name] for name in INPUTS}
    state = begun(left, axes, policy, minutes=header["minutes"])
    return LiveInputs(grid=axes.grid, state=state, minutes=header["minutes"], **stored)


def _nothing(placed: Grid, policy: SurgePolicy) -> dict[str, Numbers]:
    """A market with no cell, or with no category priced live."""
    empty = empty_state(placed, policy.categories)
    shape = (len(placed), len(policy.categories))
    nought = np.zeros(shape, dtype=np.float32)
    state = {name: getattr(empty, name) for name in STATE}
    ratio = np.ones(shape[1], dtype=np.float32)
    none = np.zeros(shape, dtype=np.uint16)
    prices = {"rate": nought, "pressure": nought, "raw_bp": nought, "reasons": none, "market_ratio": ratio}
    return {**state, **prices}
