"""A day on the street under one policy: people ask, see a price, choose; providers come, drive, serve, go.

Assumed, all of it, and the same under every policy:

- A customer takes the nearest idle provider if that one is at most 15 minutes away and what the service is
  worth to them exceeds price and waiting; half a dollar a minute. Nobody near enough: an **unmet** asking.
- Where a policy offers to **wait at base price**, a customer weighs it against paying now. It is a promise to
  be served at base price if the price here falls back to it within 20 minutes with somebody near enough; it
  comes true half the time or so, and they reckon with that.
- Supply: `fleet × usual share × (pay ÷ base pay of the last hour)^0.3` are on the road. Who comes chooses
  the better paid of two places; the idle drift towards better paid neighbours, and now and then to where
  people usually ask.
"""

from dataclasses import dataclass

import numpy as np

from bench.surge.loop_providers import Cells, come_and_go, follow_prices, supply
from bench.surge.loop_scenario import PICKUP_KMH, TICKS, Scenario, kilometres
from bench.surge.loop_state import (
    GAVE_UP,
    PRICED_OUT,
    SERVED,
    SERVED_LATER,
    TOO_LONG,
    UNMET,
    Maker,
    Policy,
    Street,
    View,
    empty,
)
from bench.surge.loop_town import TICK_MINUTES, Floats, Ints, Town

LONGEST_PICKUP_MINUTES = 15.0
A_MINUTE_WAITED = 0.5  # dollars; twice a usual hourly wage, as studies of waiting for transport find
COMMISSION = 0.2
FAR_FROM_MINUTE = 8.0  # where a policy charges for far pick-ups, from here on
_KAPPA_SHORT = 0.8  # the part of the bonus that is paid while the surge pool is short
WAIT_AT_MOST_MINUTES, WAIT_USUALLY_MINUTES, WAIT_COMES_TRUE = 20.0, 10.0, 0.5
_PAY_MEMORY = 2.0 ** (-TICK_MINUTES / 60.0)


def simulated(town: Town, day: Scenario, make: Maker, *, reserve_wage: float) -> Street:
    """The day under a policy."""
    policy = make(town, day)
    street = empty(day, len(town.cells))
    cells = Cells(town)
    gone, asked, unmet = (np.zeros(len(town.cells)) for _ in range(3))
    ends = day.ends
    coming = _coming(day, len(town.cells), ends)
    multiplier = np.ones(len(town.cells))
    for tick in range(TICKS):
        now = float(tick * TICK_MINUTES)
        before, gone = gone, come_and_go(street, town, day, cells, tick, multiplier, reserve_wage)
        idle, soon = supply(street, cells, now)
        view = View(tick, int(day.hour[tick]), asked, unmet, idle, soon, before + gone, coming[tick])
        multiplier = policy.prices(view)
        street.shown[tick] = multiplier
        follow_prices(street, day, cells, tick, multiplier)
        _serve_waiting(street, day, policy, multiplier, now)
        street.pay *= _PAY_MEMORY
        street.base_pay *= _PAY_MEMORY
        rows = range(ends[tick], ends[tick + 1])
        for customer in rows:
            _ask(street, day, policy, customer, float(multiplier[day.cell[customer]]))
        told = slice(ends[tick], ends[tick + 1])
        asked = np.bincount(day.cell[told], minlength=cells.count).astype(float)
        missed = day.cell[told][street.outcome[told] == UNMET]
        unmet = np.bincount(missed, minlength=cells.count).astype(float)
    return street


def _coming(day: Scenario, cells: int, ends: Ints) -> Floats:
    later = np.minimum(np.arange(TICKS) + 3, TICKS)
    return np.stack(
        [np.bincount(day.cell[ends[t] : ends[u]], minlength=cells) for t, u in enumerate(later)]
    ).astype(float)


@dataclass(frozen=True, slots=True)
class _Job:
    """What two agreed: minutes to the pick-up, the multiplier, dollars for the way there."""

    customer: int
    provider: int
    pickup: float
    factor: float
    fee: float


def _ask(street: Street, day: Scenario, policy: Policy, customer: int, factor: float) -> None:
    now = float(day.at[customer])
    street.factor[customer] = factor
    found = _nearest(street, day, customer, now)
    if found is None:
        return
    provider, pickup = found
    base, worth = day.base[customer], day.worth[customer]
    fee = policy.terms.far_minute * max(pickup - FAR_FROM_MINUTE, 0)
    gain = worth - base * factor - fee - A_MINUTE_WAITED * pickup
    if policy.terms.waits and factor > 1:
        street.offered_wait[customer] = True
        later = worth - base - A_MINUTE_WAITED * (WAIT_USUALLY_MINUTES + pickup)
        if WAIT_COMES_TRUE * later > max(gain, 0):
            street.queue.append(customer)
            street.outcome[customer] = GAVE_UP
            return
    if gain <= 0:
        willing = worth > base + A_MINUTE_WAITED * pickup
        street.outcome[customer] = PRICED_OUT if willing else TOO_LONG
        return
    _serve(street, day, policy, _Job(customer, provider, pickup, factor, fee), now)
    street.outcome[customer] = SERVED


def _nearest(street: Street, day: Scenario, customer: int, now: float) -> tuple[int, float] | None:
    """The nearest idle provider and the minutes to the customer; None beyond 15 minutes."""
    idle = np.flatnonzero(street.online & (street.free_at <= now))
    if not len(idle):
        return None
    gap = street.place[idle] - day.place[customer]
    far = gap[:, 0] ** 2 + gap[:, 1] ** 2
    best = int(far.argmin())
    minutes = float(kilometres(street.place[idle[best]], day.place[customer])) / PICKUP_KMH * 60 + 1
    return (int(idle[best]), minutes) if minutes <= LONGEST_PICKUP_MINUTES else None


def _serve(street: Street, day: Scenario, policy: Policy, job: _Job, now: float) -> None:
    customer, provider = job.customer, job.provider
    base, service = float(day.base[customer]), float(day.service[customer])
    extra = base * (job.factor - 1)
    bonus = extra
    if policy.terms.additive:
        bonus = float(day.base.mean()) * (job.factor - 1) * (1.0 if street.pool >= 0 else _KAPPA_SHORT)
    street.pool += extra - bonus
    street.paid[customer] = base + extra + job.fee
    street.wait[customer] = now + job.pickup - day.at[customer]
    pay = base * (1 - COMMISSION)
    street.earned[provider] += pay + bonus + job.fee
    street.pay += pay + bonus + job.fee
    street.base_pay += pay
    goal = day.goal[customer]
    approach = (job.pickup - 1) / 60 * PICKUP_KMH
    street.driven[provider] += approach + float(kilometres(day.place[customer], goal))
    street.free_at[provider] = now + job.pickup + service
    street.place[provider] = goal


def _serve_waiting(street: Street, day: Scenario, policy: Policy, multiplier: Floats, now: float) -> None:
    """Serve those who wait, first come first, where the price is back at base; let go who waited long."""
    still = []
    for customer in street.queue:
        if now - day.at[customer] > WAIT_AT_MOST_MINUTES:
            continue
        found = _nearest(street, day, customer, now) if multiplier[day.cell[customer]] <= 1 else None
        if found is None:
            still.append(customer)
            continue
        _serve(street, day, policy, _Job(customer, *found, factor=1.0, fee=0.0), now)
        street.outcome[customer] = SERVED_LATER
    street.queue = still
