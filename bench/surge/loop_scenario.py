"""One simulated day before any price: who asks where and when, what it is worth to them, who may drive.

Real: minute and place of each asking. Everything else here is **assumed** and drawn from the seed, so every
policy meets the very same people and providers (common random numbers).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from bench.surge.loop_town import (
    DAY_BEGINS_AT_HOUR,
    DAY_MINUTES,
    TICK_MINUTES,
    Floats,
    Ints,
    Pickups,
    Town,
    hours_of_week,
)

TICKS = DAY_MINUTES // TICK_MINUTES
SURPLUS = 1.6  # consumer surplus per dollar spent: Cohen, Hahn, Hall, Levitt, Metcalfe (2016), NBER w22627
DETOUR = 1.3  # streets over the straight line
SERVICE_KMH, PICKUP_KMH = 22.0, 20.0
HANDLING_MINUTES = 4.0
FEE, A_MINUTE = 4.0, 1.0  # dollars: what a service costs at base price
_SHARPEST = 1.6  # more providers than the fleet may be drawn onto the road, at most so many times
_BURST_CUSTOMERS, _BURST_MINUTES, _BURST_AT = 60, 25, 17.5 * 60  # 21:30, the end of an event


@dataclass(frozen=True, slots=True)
class Scenario:
    """Customers (r,) in order of asking, providers (p,), and random numbers set aside for later choices.

    `at` is minutes since the day began, `worth` the willingness to pay and `base` the base price in dollars.
    """

    seed: int
    day: date
    kappa: float
    fleet: int
    event: bool
    at: Floats
    place: Floats
    cell: Ints
    goal: Floats
    service: Floats
    base: Floats
    worth: Floats
    hour: Ints  # (TICKS,) the hour of the week of each tick
    spots: Floats  # (TICKS, p, 2, 2): two places a provider might turn up or drift to
    nudges: Floats  # (TICKS, p) uniform

    @property
    def ends(self) -> Ints:
        """(TICKS + 1,) the customers of tick t are those from ends[t] until ends[t + 1]."""
        return np.searchsorted(self.at, np.arange(TICKS + 1) * TICK_MINUTES)


def scenario(
    pickups: Pickups, town: Town, day: date, *, seed: int, kappa: float, fleet: int, event: bool = False
) -> Scenario:
    """A day of the file, its demand multiplied by kappa, with a burst in one place where `event`."""
    random = np.random.default_rng([seed, round(kappa * 100), fleet])
    at, place, cell = _asked(pickups, town, day, kappa, random)
    if event:
        at, place, cell = _burst(town, at, place, cell, random)
    order = np.argsort(at, kind="stable")
    at, place, cell = at[order], place[order], cell[order]
    minute = DAY_BEGINS_AT_HOUR * 60 + np.arange(TICKS) * TICK_MINUTES
    hour = hours_of_week(day, minute)
    hours = (DAY_BEGINS_AT_HOUR + at // 60).astype(int) % 24
    goal = np.array([_somewhere(town, int(each), 1, random)[0] for each in hours]).reshape(-1, 2)
    service = HANDLING_MINUTES + kilometres(place, goal) / SERVICE_KMH * 60
    base = FEE + A_MINUTE * service
    people = int(fleet * _SHARPEST)
    spots = np.stack(
        [_somewhere(town, int(each) % 24, 2 * people, random).reshape(people, 2, 2) for each in hour]
    )
    return Scenario(
        seed=seed,
        day=day,
        kappa=kappa,
        fleet=fleet,
        event=event,
        at=at,
        place=place,
        cell=cell,
        goal=goal,
        service=service,
        base=base,
        worth=base * (1 + random.exponential(SURPLUS, len(at))),
        hour=hour,
        spots=spots,
        nudges=random.random((TICKS, people)),
    )


def kilometres(a: Floats, b: Floats) -> Floats:
    """Along the streets, between places (…, 2)."""
    return np.asarray(DETOUR * np.hypot(a[..., 0] - b[..., 0], a[..., 1] - b[..., 1]))


def _asked(
    pickups: Pickups, town: Town, day: date, kappa: float, random: np.random.Generator
) -> tuple[Floats, Floats, Ints]:
    """The day's pickups; each is doubled with probability kappa − 1, some minutes and metres off."""
    begins = (day - pickups.first_day).days * DAY_MINUTES + DAY_BEGINS_AT_HOUR * 60
    rows = slice(*np.searchsorted(pickups.minute, [begins, begins + DAY_MINUTES]))
    known = np.isin(pickups.cell[rows], town.cells)
    at = (
        pickups.minute[rows][known] - begins + random.random(int(known.sum()))
    )  # the file knows whole minutes
    place = pickups.place[rows][known]
    cell = np.searchsorted(town.cells, pickups.cell[rows][known])
    again = random.random(len(at)) < kappa - 1
    twin = np.clip(at[again] + random.normal(0, 10, int(again.sum())), 0, DAY_MINUTES - 1e-6)
    near = place[again] + random.normal(0, 0.3, (int(again.sum()), 2))
    return (
        np.concatenate([at, twin]),
        np.concatenate([place, near]),
        np.concatenate([cell, cell[again]]),
    )


def _burst(
    town: Town, at: Floats, place: Floats, cell: Ints, random: np.random.Generator
) -> tuple[Floats, Floats, Ints]:
    """Sixty people more within 25 minutes in one of the ten busiest cells, as after a concert."""
    where = int(random.choice(np.argsort(-town.baseline.sum(axis=0))[:10]))
    when = _BURST_AT + random.random(_BURST_CUSTOMERS) * _BURST_MINUTES
    spread = town.centre[where] + random.normal(0, 0.2, (_BURST_CUSTOMERS, 2))
    return (
        np.concatenate([at, when]),
        np.concatenate([place, spread]),
        np.concatenate([cell, np.full(_BURST_CUSTOMERS, where)]),
    )


def _somewhere(town: Town, hour: int, count: int, random: np.random.Generator) -> Floats:
    """Places where people were picked up at this hour of the day."""
    pool = town.pool[hour]
    return pool[random.integers(len(pool), size=count)]
