"""Our prices in the closed loop: the very `reprice` that publishes a market's snapshots, fed by a simulation.

Nothing is tuned here; rules come from `SurgePolicy`. Providers have opted into no discount, so nothing is
below the base price, and customers have no history, so no protection lowers what they pay.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.surge.loop_scenario import Scenario
from bench.surge.loop_state import Maker, Terms, View
from bench.surge.loop_town import TICK_MINUTES, Floats, Town
from domain.surge import (
    ONE_BP,
    Grid,
    Livable,
    LiveInputs,
    LiveRules,
    LiveState,
    Reason,
    SurgePolicy,
    empty_state,
    grid_of,
    reprice,
)

CATEGORY = "ride"
BONUS = Terms(additive=True)


@dataclass(slots=True)
class Ours:
    """One day of ticks: the state goes from one to the next."""

    policy: SurgePolicy
    grid: Grid
    expected: Floats  # (168, n) customers a tick
    usual: Floats
    state: LiveState
    terms: Terms
    unmet: list[Floats] = field(default_factory=list)

    def prices(self, view: View) -> Floats:
        """The multipliers that a snapshot of this tick would publish."""
        rules = self.policy.live[CATEGORY]
        remembered = max(1, rules.half_life_minutes // TICK_MINUTES)
        self.unmet = [*self.unmet, view.unmet][-remembered:]
        shape = (len(self.grid), 1)
        prices = reprice(
            LiveInputs(
                grid=self.grid,
                state=self.state,
                asked=_column(view.asked),
                baseline=_column(self.expected[view.hour]),
                usual=_column(self.usual),
                unmet=_column(np.asarray(np.sum(self.unmet, axis=0))),
                idle=_column(view.idle),
                soon=_column(view.soon),
                left=_column(view.left),
                caps_bp=np.full(shape, rules.cap_bp, dtype=np.int32),
                floors_bp=np.full(shape, ONE_BP, dtype=np.int32),
                cap_reasons=np.full(shape, Reason.CAPPED_BY_MARKET, dtype=np.uint16),
                minutes=float(TICK_MINUTES),
            ),
            self.policy,
        )
        self.state = prices.state
        return np.asarray(prices.state.shown_bp[:, 0] / ONE_BP, dtype=np.float64)


def ours(rules: LiveRules | None = None, livable: Livable | None = None, *, terms: Terms = BONUS) -> Maker:
    """Our policy with these rules, those in force where none are given."""
    policy = SurgePolicy(live={CATEGORY: rules or LiveRules()}, livable=livable or Livable())

    def make(town: Town, day: Scenario) -> Ours:
        grid = grid_of(town.cells)
        return Ours(
            policy=policy,
            grid=grid,
            expected=town.baseline * day.kappa,  # a system that has run for weeks knows how many ask
            usual=town.usual * day.kappa,
            state=empty_state(grid, policy.categories),
            terms=terms,
        )

    return make


def _column(values: Floats) -> NDArray[np.float32]:
    return values.astype(np.float32)[:, None]
