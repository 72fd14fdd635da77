"""The scheduled factor: how dear a coming block of a day is, by how it fills.

**Pressure** is the probability that at least as many will still come as there will be places, from the pickup
model: dear where the last place would go anyway, never because a day is far or a customer in need. Every
array has the shape (dates, blocks) of one category in one market. All is pure: the same inputs and rules give
the same prices to the bit, so a snapshot that stores both can be counted again.

Always: further ahead than the last-minute hours no place costs less than one that went before, unless places
came free since or a cap came down. While none goes, the price may fall with time, or a price too high for
everybody would stay so. Below the tariff's it goes only within the last-minute hours, and only where hardly
anybody else comes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammainc

from domain.surge.kinds import Reason
from domain.surge.policy import ONE_BP, Livable, ScheduledRules

Reals = NDArray[np.float64]
Points = NDArray[np.int32]  # multipliers in basis points
Flags = NDArray[np.uint16]  # `kinds.Reason`
Truths = NDArray[np.bool_]

# Last minute: cheaper where the chance that anybody else comes is below this (pricing.md).
NOBODY_ELSE = 0.3
_POISSON = 1e-6  # a dispersion below it is none
_SAME = 1e-6  # places that differ by less are as many


@dataclass(frozen=True, slots=True)
class ScheduledInputs:
    """All that a scheduled price depends on besides the rules; each (dates, blocks).

    `hours_left`: hours from now until the block begins; begun ones are negative and cost the tariff's price.
    `on_the_books`: bookings and live holds that start in the block. `capacity`: how many starts there could
    be in all, those on the books included; places left are the difference.
    `survival`, `new`, `dispersion`: `pickup.Forecast` at `hours_left / 24` days; NaN where there is none.
    `previous_bp`: what was shown at the tick before (10,000 where nothing was), `previous_left` the places
    left then (NaN where nothing was known), `previous_least_bp` its `ScheduledPrices.least_bp` (0 if none).
    `caps_bp`, `floors_bp`: the outermost bounds, and in `cap_reasons` whose the cap is (`CAPPED_BY_MARKET`,
    `…_REGULATION`, `…_EMERGENCY`); the category's own cap is in the rules.
    """

    hours_left: Reals
    on_the_books: Reals
    capacity: Reals
    survival: Reals
    new: Reals
    dispersion: Reals
    previous_bp: Points
    previous_left: Reals
    previous_least_bp: Points
    caps_bp: Points
    floors_bp: Points
    cap_reasons: Flags

    @property
    def left(self) -> Reals:
        """Places left to be booked now: the `previous_left` of the next tick."""
        return np.maximum(self.capacity - self.on_the_books, 0.0)


@dataclass(frozen=True, slots=True)
class ScheduledPrices:
    """What a tick publishes, each (dates, blocks).

    `shown_bp` is the price in basis points of the tariff's, `raw` the response before any rounding (1 is the
    tariff's price), `reasons` are `kinds.Reason`, `pressure` is the probability in [0, 1] that it fills.
    `least_bp` is for the next tick: the dearest price at which a place went since any came free, 0 if none.
    A discount is a market's wish: pricing gives it only where the provider opted in, and above their floor.
    """

    shown_bp: Points
    raw: NDArray[np.float32]
    reasons: Flags
    pressure: NDArray[np.float32]
    least_bp: Points


def scheduled_prices(inputs: ScheduledInputs, rules: ScheduledRules, livable: Livable) -> ScheduledPrices:
    """The factors of all blocks to come: response, grid and hysteresis, path, caps and floors."""
    ahead = (inputs.hours_left >= 0) & (inputs.capacity > 0) & ~np.isnan(inputs.new)
    pressure = np.where(ahead, _pressure(inputs), 0.0)
    raw = response(pressure, rules)
    discount = np.where(ahead, _last_minute(inputs, rules), 0.0)
    raw = np.where(discount > 0, np.minimum(raw, 1 - discount), raw)
    reasons = np.where(raw > 1, Reason.SCHEDULED_DAY_FILLS, 0) | np.where(raw < 1, Reason.LAST_MINUTE, 0)
    shown, held = _on_the_grid(raw, inputs.previous_bp, livable)
    reasons |= np.where(held, Reason.HELD_BY_HYSTERESIS, 0)
    far = inputs.hours_left >= rules.last_minute_hours
    least = _least(inputs)
    shown, kept = _never_falling(shown, least, far)
    reasons |= np.where(kept, Reason.PATH_DOES_NOT_FALL, 0)
    shown, limits = _within_bounds(shown, inputs, rules)
    return ScheduledPrices(
        shown_bp=np.where(ahead, shown, ONE_BP).astype(np.int32),
        raw=raw.astype(np.float32),
        reasons=np.where(ahead, reasons | limits, 0).astype(np.uint16),
        pressure=pressure.astype(np.float32),
        least_bp=least,
    )


def at_least(count: Reals, expected: Reals, dispersion: Reals) -> Reals:
    """P(D ≥ count) of a negative binomial with this mean and variance mean + φ·mean²; smooth in a real count.

    The regularised incomplete beta function, and for φ = 0, Poisson, the lower incomplete gamma function.
    One for a count of none or less.
    """
    some, expected, dispersion = np.broadcast_arrays(np.maximum(count, 1e-9), expected, dispersion)
    spread = dispersion > _POISSON
    size = 1 / dispersion[spread]
    tail = np.empty(some.shape)
    tail[spread] = betainc(some[spread], size, expected[spread] / (expected[spread] + size))
    tail[~spread] = gammainc(some[~spread], expected[~spread])
    return np.where(count <= 0, 1.0, tail)


def response(pressure: Reals, rules: ScheduledRules) -> Reals:
    """The factor 1 + θ·max(0, p − p0)/(1 − p0): one up to the threshold, and 1 + θ where it surely fills."""
    over = np.maximum(0.0, pressure - rules.threshold) / (1 - rules.threshold)
    return np.asarray(1 + rules.theta * over)


def protection_levels(fares: Reals, expected: Reals, dispersion: float = 0.0) -> NDArray[np.int64]:
    """How many places to keep for the dearer fares: EMSRb (Belobaba 1989, 1992), (fares − 1,).

    `fares` from dear to cheap, `expected` demand for each, independent and not choosing between them. The
    j-th level is for fares 0…j together against the next one: the largest y with f · P(D ≥ y) above that
    fare, where f is their mean weighted by demand and D their demand together. With two fares it is
    Littlewood's rule (1972).
    """
    together = np.cumsum(expected)
    mean = np.cumsum(fares * expected) / np.maximum(together, 1e-12)
    most = int(together[-1] + 10 * np.sqrt(together[-1] * (1 + dispersion * together[-1])) + 20)
    count = np.arange(1.0, most + 1)
    tail = at_least(count, together[:-1, None], np.full((1, 1), dispersion))
    return np.asarray((mean[:-1, None] * tail > fares[1:, None]).sum(axis=1), dtype=np.int64)


def _pressure(inputs: ScheduledInputs) -> Reals:
    """The chance that the new ones are at least as many as the places that will be left for them.

    Some on the books will call off, and their places are sold again: counted is what the kept ones leave.
    """
    open_to_new = inputs.capacity - inputs.survival * inputs.on_the_books
    return at_least(open_to_new, inputs.new, inputs.dispersion)


def _last_minute(inputs: ScheduledInputs, rules: ScheduledRules) -> Reals:
    """By how much it is cheaper, from 0 where somebody may come to the whole where nobody will."""
    late = (inputs.hours_left < rules.last_minute_hours) & (inputs.left >= 1)
    somebody = at_least(np.ones_like(inputs.new), inputs.new, inputs.dispersion)
    most = 1 - rules.last_minute_floor_bp / ONE_BP
    return np.where(late, most * np.maximum(0.0, 1 - somebody / NOBODY_ELSE), 0.0)


def _on_the_grid(raw: Reals, previous: Points, livable: Livable) -> tuple[Reals, Truths]:
    """Rounded to the grid, and where it moved too little to move the price."""
    exact = np.nan_to_num(raw, nan=1.0) * ONE_BP
    rounded = np.round(exact / livable.grid_bp) * livable.grid_bp
    near = np.abs(exact - previous) <= livable.hysteresis_bp
    return np.where(near, previous, rounded), near & (rounded != previous)


def _least(inputs: ScheduledInputs) -> Points:
    """The dearest price at which a place went since any came free: so much the next one costs at least."""
    more = inputs.left - inputs.previous_left
    since = np.where(more < -_SAME, np.maximum(inputs.previous_bp, inputs.previous_least_bp), 0)
    return np.where(np.abs(more) <= _SAME, inputs.previous_least_bp, since).astype(np.int32)


def _never_falling(shown: Reals, least: Points, far: Truths) -> tuple[Reals, Truths]:
    """Far ahead nobody pays less than who came before: the price does not fall as places grow few.

    With time alone it may: in the scheduled loop of `bench surge` a price that never fell at all left more
    places empty, and where too many had been expected earned less than the base price.
    """
    falls = far & (shown < least)
    return np.where(falls, least, shown), falls


def _within_bounds(shown: Reals, inputs: ScheduledInputs, rules: ScheduledRules) -> tuple[Reals, Flags]:
    """Within the category's cap, then floors, then the outermost cap, which has the last word."""
    capped = np.minimum(shown, rules.cap_bp)
    raised = np.maximum(capped, inputs.floors_bp)
    bounded = np.minimum(raised, inputs.caps_bp)
    reasons = (
        np.where(capped < shown, Reason.CAPPED_BY_CATEGORY, 0)
        | np.where(raised > capped, Reason.RAISED_TO_FLOOR, 0)
        | np.where(bounded < raised, inputs.cap_reasons, 0)
    )
    return bounded, reasons.astype(np.uint16)
