"""What a market expects of its days before it has seen any.

A market that opens has no past, and without one nothing is expected and nothing is dear. Its operators may
know better: that Friday evenings fill. What they say stands where days that were seen would stand, and gives
way to them, day by day, as the curves learn.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp
from uuid import UUID

import numpy as np
from sqlmodel import Session

from domain import markets
from domain.surge import pickups
from domain.surge.pickup import WEEKDAYS, Curves
from domain.surge.policy import ScheduledRules
from domain.surge.reading import rules_of

BOOKED_BEFORE_DAYS = 1.0  # the mean time between a booking and its day, of help in a neighbourhood: a guess
_HOURS = 24
_AS_IF_DAYS = 28.0  # so many days' worth is what is said: four weeks, as long as a curve's half-life

Week = Mapping[int, Sequence[float]]  # weekday (Monday is 0) to customers expected in each block of the day


def expect_days(session: Session, market_id: UUID, category: str, week: Week, *, at: datetime) -> bool:
    """Say how many customers a category expects in each block of each weekday. Returns whether it counted.

    It does not where days were learned already, or where the policy does not price the category by its days.
    """
    policy = rules_of(markets.get_policy_at(session, market_id, at))
    rules = policy.scheduled.get(category) if policy else None
    if rules is None or pickups.read(session, market_id, category, rules)[1] is not None:
        return False
    pickups.write(session, market_id, category, supposed(rules, week), at=at)
    return True


def supposed(rules: ScheduledRules, week: Week) -> Curves:
    """The curves of a category of which nobody has seen a day, as they would be had it always been so. Pure.

    Of those who will come, exp(−lead / `BOOKED_BEFORE_DAYS`) are on the books so many days before.
    """
    blocks = -(-_HOURS // rules.block_hours)
    empty = Curves.empty(blocks=blocks, leads=rules.horizon_days)
    coming = np.array([list(week.get(weekday, [0.0] * blocks)) for weekday in range(WEEKDAYS)])
    not_yet = np.array([1 - exp(-lead / BOOKED_BEFORE_DAYS) for lead in range(rules.horizon_days + 1)])
    new = coming[:, :, None] * not_yet
    mean = new.mean(axis=0)
    return Curves(
        booked=empty.booked,
        kept=empty.kept,
        recent=np.broadcast_to(new, empty.recent.shape).copy(),
        new=mean * _AS_IF_DAYS,
        weight=np.full_like(mean, _AS_IF_DAYS),
        excess=empty.excess,
        square=empty.square,
    )
