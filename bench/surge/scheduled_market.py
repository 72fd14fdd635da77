"""Who asks for a slot, how long before, what it is worth to them, and who calls off.

Real where a file of bookings is given: how many days before people book, and how probable it is, so many days
before, that one on the books is called off that day. **Assumed**: customers ask as a Poisson process; what a
slot is worth to one is exponential with the base price as its mean, so the base price is the best price where
places are plenty (Gallego & van Ryzin 1994); whoever calls off is refunded in full; nobody waits for a lower
price. **Load** is how many would book at the base price and come, over the places there are.
"""

from dataclasses import dataclass

import numpy as np

from bench.surge.hotel import Bookings, Floats, Ints

DAYS = 60  # how far ahead a slot is open
CAPACITIES = (1, 2, 5, 10, 20)
LOADS = (0.5, 1.0, 1.5, 2.0, 3.0)
MOST = max(CAPACITIES)
MOOD = float(np.exp(-1))  # the share that buys at the base price
TICKS_A_DAY = 4  # prices may move so often; a market moves them every five minutes
_BUSIEST_STEP = 0.1  # customers: with at most one in a step, the optimum is exact for these steps


@dataclass(frozen=True, slots=True)
class Profile:
    """By days before, from 0 up to DAYS − 1: the share of bookings made, the chance of being called off."""

    share: Floats
    gone: Floats

    @property
    def kept(self) -> Floats:
        """The chance that a booking on the books on that day is kept to the end."""
        return np.asarray(np.cumprod(1 - self.gone), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Market:
    """Scenarios (s,), every load with every capacity, and the steps (t,) from the first to the last.

    `asking` (t, s) is the probability that a customer asks in a step; `day` how many days before it is;
    `tick`, `closing`: a price may move before it, bookings are called off after it. `kept`, `gone` (t,).
    """

    capacity: Ints
    load: Floats
    day: Ints
    tick: Ints
    closing: Ints
    asking: Floats
    kept: Floats
    gone: Floats


def profile(bookings: Bookings | None) -> Profile:
    """As in the file; without one, half book within two weeks and one in a hundred calls off each day."""
    lead = np.arange(DAYS)
    if bookings is None:
        share = 0.5 ** (lead / 14.0)
        return Profile(share / share.sum(), np.full(DAYS, 0.01))
    near = bookings.booked < DAYS
    booked, gone = bookings.booked[near], bookings.gone[near]
    share = np.bincount(booked.astype(np.int64), minlength=DAYS) / near.sum()
    called_off = np.bincount(gone[~np.isnan(gone)].astype(np.int64), minlength=DAYS)
    at_risk = ((booked[:, None] >= lead) & ~(gone[:, None] > lead)).sum(axis=0)
    return Profile(share, called_off / np.maximum(at_risk, 1))


def without_calling_off(given: Profile) -> Profile:
    """The same people, who all come: the market of the textbook."""
    return Profile(given.share, np.zeros(DAYS))


def market(given: Profile, loads: tuple[float, ...] = LOADS) -> Market:
    """Every load with every capacity, on one grid of steps that is fine enough for the busiest."""
    load, capacity = (each.ravel() for each in np.meshgrid(loads, CAPACITIES, indexing="ij"))
    customers = load * capacity / (MOOD * (given.share * given.kept).sum())
    steps = TICKS_A_DAY * np.ceil(given.share * customers.max() / _BUSIEST_STEP / TICKS_A_DAY).astype(
        np.int64
    )
    steps = np.maximum(steps, TICKS_A_DAY)[::-1]
    day = np.repeat(np.arange(DAYS)[::-1], steps)
    place = np.concatenate([np.arange(count) for count in steps])
    count = np.repeat(steps, steps)
    return Market(
        capacity=capacity,
        load=load,
        day=day,
        tick=(place % (count // TICKS_A_DAY) == 0).astype(np.int64),
        closing=(place == count - 1).astype(np.int64),
        asking=(given.share[day] / count)[:, None] * customers,
        kept=given.kept[day],
        gone=given.gone[day],
    )


def still_to_come(market: Market) -> Floats:
    """(t, s): how many will from this step on book at the base price and come."""
    coming = market.asking * MOOD * market.kept[:, None]
    return np.asarray(coming[::-1].cumsum(axis=0)[::-1])


def hours_left(market: Market) -> Floats:
    """(t,): from the beginning of a step until the slot begins."""
    begins = np.flatnonzero(np.r_[True, np.diff(market.day) != 0])
    count = np.diff(np.r_[begins, len(market.day)])
    place = np.arange(len(market.day)) - np.repeat(begins, count)
    return np.asarray(24.0 * (market.day + 1 - place / np.repeat(count, count)))
