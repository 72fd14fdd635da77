"""What a simulated day was worth, to whom, and how restless its prices were.

**Welfare** in dollars a day: what services were worth to those served, less half a dollar for each minute
they waited (and for each minute waited in vain at base price), less driving, less what providers give up by
being on the road. Payments only change hands, so it equals customers' surplus + providers' earnings + the
platform's commission and what is left in the surge pool − costs.

**Volatility**: the mean over customers of |multiplier shown in their cell at their tick − one tick before|.
Empty cells cannot dilute it; `volatility_cells` is the mean over all cells and ticks. A **reversal** is a
change against the direction of the last one within 30 minutes, counted per customer who asks at that tick.
"""

import numpy as np

from bench.surge.loop_scenario import TICKS, Scenario
from bench.surge.loop_state import GAVE_UP, PRICED_OUT, SERVED, SERVED_LATER, TOO_LONG, UNMET, Street
from bench.surge.loop_street import A_MINUTE_WAITED, COMMISSION, WAIT_AT_MOST_MINUTES
from bench.surge.loop_town import TICK_MINUTES, Floats, Ints, Town

A_KILOMETRE = 0.2  # dollars of fuel and wear
_STEP, _NEIGHBOUR, _DWELL_TICKS = 0.3, 0.3, 2  # the livable rules of pricing.md
_TINY = 1e-6
_REVERSAL_TICKS = 6  # 30 minutes

Figures = dict[str, float]


def measured(town: Town, day: Scenario, street: Street, cap: float = 2.0) -> Figures:
    """All figures of a day."""
    served = street.outcome >= SERVED
    waited = served | (street.outcome == GAVE_UP)
    minutes = np.where(served, street.wait, WAIT_AT_MOST_MINUTES)
    waiting = A_MINUTE_WAITED * float(minutes[waited].sum())
    worth, paid = float(day.worth[served].sum()), float(street.paid[served].sum())
    costs = A_KILOMETRE * float(street.driven.sum()) + street.reserve
    hours = street.hours
    drove = hours > 1
    net = (street.earned[drove] - A_KILOMETRE * street.driven[drove]) / hours[drove]
    surged = (street.outcome[served] == SERVED) & (street.factor[served] > 1 + _TINY)
    return {
        "asked": float(len(day.at)),
        "completed": float(served.sum()),
        "served_later": float((street.outcome == SERVED_LATER).sum()),
        "offered_wait": float(street.offered_wait.sum()),
        "unserved": float((street.outcome == UNMET).sum()),
        "priced_out": float((street.outcome == PRICED_OUT).sum()),
        "too_long": float((street.outcome == TOO_LONG).sum()),
        "gave_up": float((street.outcome == GAVE_UP).sum()),
        "wait_minutes": float(street.wait[served].mean()) if served.any() else 0.0,
        "wait_p90": float(np.percentile(street.wait[served], 90)) if served.any() else 0.0,
        "surplus": worth - paid - waiting,
        "earnings": float(street.earned.sum()),
        "earnings_an_hour": float(street.earned.sum() / hours.sum()),
        "net_an_hour": float(net.mean()),
        "gini": gini(street.earned[drove] / hours[drove]),
        "platform": COMMISSION * float(day.base[served].sum()) + street.pool,
        "pool": street.pool,
        "welfare": worth - waiting - costs,
        "surged_share": float(surged.mean()) if served.any() else 0.0,
        "mean_multiplier": paid / float(day.base[served].sum()) if served.any() else 1.0,
        **_restlessness(day, street),
        "violations": float(violations(town, street.shown, cap)),
    }


def gini(values: Floats) -> float:
    """0 where all have the same, towards 1 where one has all."""
    ordered = np.sort(values)
    n = len(ordered)
    if n == 0 or ordered.sum() <= 0:
        return 0.0
    return float(2 * (np.arange(1, n + 1) * ordered).sum() / (n * ordered.sum()) - (n + 1) / n)


def violations(town: Town, shown: Floats, cap: float) -> int:
    """Cell-ticks that break a livable rule: above the cap, a jump up, a cliff to a neighbour, up at once.

    Falls are never a violation: lowering wins over rate and dwell, so that neighbours may hold together.
    """
    step = np.diff(shown, axis=0, prepend=shown[:1])
    near = town.near[1] > 0
    lowest = np.stack(
        [shown[:, row].min(axis=1) if row.any() else np.full(len(shown), np.inf) for row in near], axis=1
    )
    cliffs = shown - lowest > _NEIGHBOUR + _TINY
    again = (_turns(shown, _DWELL_TICKS - 1) > 0) & (step > 0)
    return int((shown > cap + _TINY).sum() + (step > _STEP + _TINY).sum() + cliffs.sum() + again.sum())


def _restlessness(day: Scenario, street: Street) -> Figures:
    tick = np.minimum((day.at // TICK_MINUTES).astype(int), TICKS - 1)
    step = np.abs(np.diff(street.shown, axis=0, prepend=np.ones((1, street.shown.shape[1]))))
    turned = _turns(street.shown, _REVERSAL_TICKS)
    return {
        "volatility": _seen(step, tick, day.cell),
        "volatility_cells": float(step.mean()),
        "reversals": _seen(turned.astype(float), tick, day.cell),
    }


def _seen(field: Floats, tick: Ints, cell: Ints) -> float:
    return float(field[tick, cell].mean()) if len(tick) else 0.0


def _turns(shown: Floats, within: int) -> Floats:
    """(TICKS, n) 1 where a price changes against its last change, made at most `within` ticks before."""
    direction = np.sign(np.round(np.diff(shown, axis=0, prepend=shown[:1]), 6))
    turned = np.zeros_like(shown)
    last, since = np.zeros(shown.shape[1]), np.full(shown.shape[1], within + 1)
    for tick in range(len(shown)):
        now = direction[tick]
        since = since + 1
        turned[tick] = (now * last < 0) & (since <= within)
        last = np.where(now != 0, now, last)
        since = np.where(now != 0, 0, since)
    return turned
