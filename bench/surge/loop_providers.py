"""Providers of a simulated street: who comes and goes for the pay, and where the idle drive."""

import numpy as np
from scipy.spatial import cKDTree

from bench.surge.loop_scenario import PICKUP_KMH, Scenario, kilometres
from bench.surge.loop_state import Street
from bench.surge.loop_town import TICK_MINUTES, Floats, Ints, Town

ELASTICITY = 0.3
_PAY_PRIOR = 200.0  # dollars of services at base pay; a handful, so that one job does not empty a town
_DRIFTS, _FOLLOWS, _WORTH_FOLLOWING = 0.05, 0.25, 0.15  # a tick's shares of the idle; the least gain in pay


class Cells:
    """Finds the cell of places, as the nearest centre, and steps between cells."""

    def __init__(self, town: Town) -> None:
        self.centre = town.centre
        self.tree = cKDTree(town.centre)
        self.count = len(town.centre)
        reach = town.near[0] + town.near[1] + town.near[2]
        self.reach = np.where(reach > 0, 0.0, -np.inf)

    def of(self, place: Floats) -> Ints:
        """The cells of places (…, 2)."""
        return np.asarray(self.tree.query(place)[1], dtype=np.int64)


def come_and_go(
    street: Street, town: Town, day: Scenario, cells: Cells, tick: int, multiplier: Floats, wage: float
) -> Floats:
    """Bring as many onto the road as pay attracts; returns how many left, per cell.

    The cost of being there is the area under the supply curve n = usual × (pay ÷ base pay)^0.3, so whoever
    comes for higher pay is one who would rather have done something else.
    """
    usual = day.fleet * float(town.online[day.hour[tick]])
    relative = (street.pay + _PAY_PRIOR) / (street.base_pay + _PAY_PRIOR)
    wanted = min(round(usual * relative**ELASTICITY), len(street.online))
    now = float(tick * TICK_MINUTES)
    gone = np.zeros(cells.count)
    missing = wanted - int(street.online.sum())
    if missing > 0:
        new = np.flatnonzero(~street.online)[:missing]
        street.place[new] = _better_paid(day.spots[tick, new], cells, multiplier)
        street.free_at[new] = now
        street.online[new] = True
    elif missing < 0:
        out = np.flatnonzero(street.online & (street.free_at <= now))[missing:]
        street.online[out] = False
        if len(out):
            gone += np.bincount(cells.of(street.place[out]), minlength=cells.count)
    on_road = int(street.online.sum())
    street.hours[street.online] += TICK_MINUTES / 60
    power = 1 + 1 / ELASTICITY
    street.reserve += wage * TICK_MINUTES / 60 * usual * (on_road / usual) ** power / power
    return gone


def _better_paid(spots: Floats, cells: Cells, multiplier: Floats) -> Floats:
    """Of two places (p, 2, 2) the better paid; the first where they pay alike."""
    pays = multiplier[cells.of(spots.reshape(-1, 2))].reshape(-1, 2)
    chosen: Floats = spots[np.arange(len(spots)), (pays[:, 1] > pays[:, 0]).astype(int)]
    return chosen


def supply(street: Street, cells: Cells, now: float) -> tuple[Floats, Floats]:
    """Who is idle and who will be within ten minutes, per cell."""
    idle = street.online & (street.free_at <= now)
    soon = street.online & ~idle & (street.free_at <= now + 10)
    where = cells.of(street.place)
    return (
        np.bincount(where[idle], minlength=cells.count).astype(float),
        np.bincount(where[soon], minlength=cells.count).astype(float),
    )


def follow_prices(street: Street, day: Scenario, cells: Cells, tick: int, multiplier: Floats) -> None:
    """Some of the idle go where it pays better within two rings, a few drift to where people usually ask."""
    now = float(tick * TICK_MINUTES)
    idle = np.flatnonzero(street.online & (street.free_at <= now - TICK_MINUTES))
    nudge = day.nudges[tick, idle]
    drifts = idle[nudge > 1 - _DRIFTS]
    _drive(street, drifts, day.spots[tick, drifts, 1], now)
    follows = idle[nudge < _FOLLOWS]
    if not len(follows) or multiplier.max() - multiplier.min() < _WORTH_FOLLOWING:
        return
    here = cells.of(street.place[follows])
    pays = cells.reach[here] + multiplier
    best = pays.argmax(axis=1)
    moves = pays[np.arange(len(follows)), best] >= multiplier[here] + _WORTH_FOLLOWING
    _drive(street, follows[moves], cells.centre[best[moves]], now)


def _drive(street: Street, who: Ints, goal: Floats, now: float) -> None:
    way = kilometres(street.place[who], goal)
    street.driven[who] += way
    street.free_at[who] = now + way / PICKUP_KMH * 60
    street.place[who] = goal
