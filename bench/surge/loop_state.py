"""What is known and what changes on a simulated street, and what a policy is asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench.surge.loop_scenario import TICKS, Scenario
from bench.surge.loop_town import Floats, Ints, Town

# How an asking ended; from SERVED on it did.
UNMET, PRICED_OUT, TOO_LONG, GAVE_UP, SERVED, SERVED_LATER = range(6)


@dataclass(frozen=True, slots=True)
class View:
    """What a policy sees at a tick, each (n,) per cell. `coming` is the truth of the next 15 minutes."""

    tick: int
    hour: int
    asked: Floats
    unmet: Floats
    idle: Floats
    soon: Floats
    left: Floats
    coming: Floats


@dataclass(frozen=True, slots=True)
class Terms:
    """What comes with a price.

    Whether waiting at base price is offered, whether the provider gets an equal amount a job instead of a
    multiple, and dollars to the provider for each minute of a pick-up beyond eight.
    """

    waits: bool = False
    additive: bool = False
    far_minute: float = 0.0


class Policy(Protocol):
    """A way to set multipliers, each (n,) per cell; one object lives for one day."""

    terms: Terms

    def prices(self, view: View, /) -> Floats:
        """The multipliers in force until the next tick."""


Maker = Callable[[Town, Scenario], Policy]


@dataclass(slots=True)
class Street:
    """All that changes in a day. Customers (r,), providers (p,); `shown` (TICKS, n) are the multipliers."""

    outcome: Ints
    paid: Floats  # dollars the customer paid
    factor: Floats  # the multiplier each was shown
    wait: Floats  # minutes from asking to pick-up
    offered_wait: NDArray[np.bool_]
    place: Floats
    free_at: Floats
    online: NDArray[np.bool_]
    hours: Floats  # on the road
    earned: Floats
    driven: Floats  # kilometres
    shown: Floats
    reserve: float = 0.0  # what it costs providers to be on the road instead of elsewhere: dollars
    pay: float = 0.0
    base_pay: float = 0.0
    pool: float = 0.0
    queue: list[int] = field(default_factory=list)


def empty(day: Scenario, cells: int) -> Street:
    """The street at four in the morning, before anybody has come."""
    r, p = len(day.at), day.nudges.shape[1]
    return Street(
        outcome=np.full(r, UNMET),
        paid=np.zeros(r),
        factor=np.ones(r),
        wait=np.zeros(r),
        offered_wait=np.zeros(r, dtype=bool),
        place=day.spots[0, :, 0].copy(),
        free_at=np.zeros(p),
        online=np.zeros(p, dtype=bool),
        hours=np.zeros(p),
        earned=np.zeros(p),
        driven=np.zeros(p),
        shown=np.ones((TICKS, cells)),
    )
