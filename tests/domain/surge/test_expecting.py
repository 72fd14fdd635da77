"""A market without a past is priced by what its operators expect, until it has seen some days."""

from datetime import datetime

import numpy as np
from sqlmodel import Session

from domain import surge
from domain.surge import ScheduledRules, pickups
from domain.surge.expecting import supposed
from domain.surge.pickup import forecast
from tests import cast, snapshots

RULES = ScheduledRules(horizon_days=14)
FRIDAY = {4: [0.0, 0.0, 0.0, 0.0, 12.0, 0.0]}


def test_long_before_a_day_all_who_are_expected_are_still_to_come() -> None:
    curves = supposed(RULES, FRIDAY)
    far, near = (
        forecast(curves, weekday=np.int64(4), block=np.int64(4), lead=np.float64(lead)).new
        for lead in (14, 1)
    )
    monday = forecast(curves, weekday=np.int64(0), block=np.int64(4), lead=np.float64(14)).new
    assert near < far < 12
    assert far > 7
    assert monday < far / 2


def test_what_is_expected_counts_once_and_only_before_anything_was_learned(
    session: Session, at: datetime
) -> None:
    market = cast.market(session)
    cast.category(session, "task")
    snapshots.in_force(session, market.id, {"scheduled": {"task": {"horizon_days": 14}}}, at=at)
    assert surge.expect_days(session, market.id, "task", FRIDAY, at=at)
    curves, learned_at = pickups.read(session, market.id, "task", RULES)
    assert learned_at == at
    assert curves.recent[0, 4, 4, 14] > 11
    assert not surge.expect_days(session, market.id, "task", {}, at=at)
    assert not surge.expect_days(session, market.id, "lesson", FRIDAY, at=at)
