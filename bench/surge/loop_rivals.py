"""The rivals of the closed loop: from no answer to demand at all to one that knows what is coming.

The strong one is the **capped local ratio**: who asked within 15 minutes over who is idle, in a cell and its
neighbours, between one and a cap. It is simple, quick and hard to beat on welfare.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.special import gammainc

from bench.surge.loop_scenario import Scenario
from bench.surge.loop_state import Maker, Terms, View
from bench.surge.loop_town import Floats, Town

_TICKS_REMEMBERED = 3  # 15 minutes
_GRID = 0.1
_PLAIN = Terms()
TARIFF_LOW, TARIFF_HIGH = 0.85, 1.3  # pricing.md clips tariff effects so


@dataclass(slots=True)
class Uniform:
    """One multiplier everywhere and always."""

    cells: int
    multiplier: float
    terms: Terms = _PLAIN

    def prices(self, _view: View, /) -> Floats:
        """The same for all."""
        return np.full(self.cells, self.multiplier)


@dataclass(slots=True)
class Tariff:
    """Published in advance for the hour of the week: dear where many are usually asked for by few."""

    effects: Floats
    cells: int
    terms: Terms = _PLAIN

    def prices(self, view: View) -> Floats:
        """The effect of this hour, everywhere."""
        return np.full(self.cells, self.effects[view.hour])


@dataclass(slots=True)
class Ratio:
    """Asked over idle, near a cell, between one and `cap`; smoothed over ticks where `memory` > 0 (EMA)."""

    reach: Floats
    cap: float
    scale: float = 1.0
    memory: float = 0.0
    terms: Terms = _PLAIN
    asked: list[Floats] = field(default_factory=list)
    smooth: Floats | None = None

    def prices(self, view: View) -> Floats:
        """Rounded to tenths, as such rules are shown."""
        self.asked = [*self.asked, view.asked][-_TICKS_REMEMBERED:]
        demand = self.reach @ np.sum(self.asked, axis=0)
        supply = self.reach @ (view.idle + 0.5 * view.soon)
        ratio = self.scale * demand / np.maximum(supply, 1)
        if self.smooth is not None:
            ratio = self.memory * self.smooth + (1 - self.memory) * ratio
        self.smooth = ratio
        return np.asarray(np.round(np.clip(ratio, 1, self.cap) / _GRID) * _GRID)


@dataclass(slots=True)
class Foresight:
    """Our response to who will really ask within 15 minutes, without any step that makes it livable."""

    near: tuple[Floats, Floats, Floats]
    theta: float
    threshold: float
    cap: float
    terms: Terms = _PLAIN

    def prices(self, view: View) -> Floats:
        """The response m = 1 + θ·max(0, p − p0)/(1 − p0), p = P(Poisson(L + 0.4) ≥ S + 1).

        L is the truth (pricing.md).
        """
        _, one, two = self.near
        asked = view.coming + 0.125 * one @ view.coming
        supply = view.idle + 0.5 * view.soon
        supply = supply + 0.25 * one @ supply + 0.06 * two @ supply
        p = gammainc(supply + 1, asked + 0.4)
        raised = 1 + self.theta * np.maximum(0, p - self.threshold) / (1 - self.threshold)
        return np.asarray(np.minimum(raised, self.cap))


def static() -> Maker:
    """Always the base price."""
    return uniform(1.0)


def uniform(multiplier: float) -> Maker:
    """Always the same multiple of it."""
    return lambda town, _: Uniform(len(town.cells), multiplier)


def tariff() -> Maker:
    """Seasonal tariff only."""
    return lambda town, _: Tariff(_effects(town), len(town.cells))


def ratio(cap: float, *, scale: float = 1.0, memory: float = 0.0, terms: Terms = _PLAIN) -> Maker:
    """The capped local ratio; with memory the textbook's exponential moving average of it."""

    def make(town: Town, _: Scenario) -> Ratio:
        return Ratio(town.near[0] + town.near[1], cap, scale, memory, terms)

    return make


def foresight(theta: float = 1.6, threshold: float = 0.65, cap: float = 2.0) -> Maker:
    """Perfect knowledge of who will ask."""
    return lambda town, _: Foresight(town.near, theta, threshold, cap)


def _effects(town: Town) -> Floats:
    """(168,) demand over the usual share on the road, its mean over customers one, clipped."""
    demand = town.baseline.sum(axis=1)
    load = demand / town.online
    return np.asarray(np.clip(load / np.average(load, weights=demand), TARIFF_LOW, TARIFF_HIGH))
