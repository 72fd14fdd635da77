"""Each emergency rule with the numbers of the law or agreement it comes from, and what cannot be declared."""

from datetime import timedelta

import numpy as np
import pytest
from sqlmodel import Session

from domain import surge
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.errors import Forbidden
from domain.markets import get_policy_at
from domain.surge import EmergencyRule, Reason, declaring, queries
from domain.surge.bounds import outermost
from domain.surge.declaring import JUST_BEFORE
from domain.surge.errors import EmergencyImpossible, EmergencyUnknown
from domain.surge.grid import grid_of
from domain.surge.policy import SurgePolicy
from domain.surge.queries import SnapshotRow
from domain.surge.snapshots import digest, pack
from tests import cast
from tests.domain.surge.towns import HERE, HOURLY, NOON, town

DAY = timedelta(days=1)
NEXT = 0x871126D32FFFFFF


def shown(session: Session, market, at, here=10_000, there=10_000) -> None:
    """A snapshot of two cells, as if ticked."""
    cells = grid_of([HERE, NEXT]).cells
    prices = {HERE: here, NEXT: there}
    arrays = {
        "cells": pack(cells),
        "shown_bp": pack(np.array([[prices[cell]] for cell in cells.tolist()], dtype=np.int32)),
    }
    header = {"categories": [HOURLY], "highest_bp": {HOURLY: max(here, there)}}
    version = get_policy_at(session, market.id, NOON).id
    row = SnapshotRow(ids.new(), market.id, at, version, None, header, digest(header, arrays), at)
    queries.write(session, row, arrays)


def declared(session: Session, market, rule: EmergencyRule, **more):
    return surge.declare_emergency(
        session, market.id, **{"rule": rule, "reason": "Flood.", "by": SYSTEM, "at": NOON, **more}
    )


def caps(session: Session, market, at=NOON) -> dict[int, int]:
    """The cap of each cell, and that the emergency is named for it where it is one."""
    standing = declaring.standing(session, market.id, at=at)
    grid = grid_of([HERE, NEXT])
    policy = SurgePolicy.model_validate({"live": {HOURLY: {"cap_bp": 30_000}}})
    bounds = outermost(policy, grid, standing, declaring.prices_before(session, standing))
    for cap, reason in zip(bounds.caps_bp[:, 0], bounds.cap_reasons[:, 0], strict=True):
        named = Reason(int(reason)) is Reason.CAPPED_BY_EMERGENCY
        assert named == (cap < 30_000)
    return dict(zip(grid.cells.tolist(), bounds.caps_bp[:, 0].tolist(), strict=True))


def test_new_york_caps_at_the_fourth_highest_daily_maximum_of_sixty_days(session: Session):
    market = town(session)
    for days, highest in ((1, 25_000), (2, 22_000), (3, 21_000), (4, 18_000), (5, 17_000), (61, 30_000)):
        shown(session, market, NOON - days * DAY, here=highest)
        shown(session, market, NOON - days * DAY - timedelta(hours=1), here=10_000)
    declared(session, market, EmergencyRule.FOURTH_HIGHEST)
    assert set(caps(session, market).values()) == {18_000}


def test_where_four_days_were_never_dear_the_fourth_highest_is_the_tariffs_price(session: Session):
    market = town(session)
    shown(session, market, NOON - DAY, here=25_000)
    declared(session, market, EmergencyRule.FOURTH_HIGHEST)
    assert set(caps(session, market).values()) == {10_000}


def test_california_caps_ten_percent_above_the_price_just_before(session: Session):
    market = town(session)
    shown(session, market, NOON - timedelta(minutes=10), here=19_000)
    shown(session, market, NOON - timedelta(minutes=5), here=14_000)
    row = declared(session, market, EmergencyRule.PLUS_TEN_PERCENT)
    shown(session, market, NOON + timedelta(minutes=5), here=10_000)
    assert caps(session, market) == {HERE: 15_400, NEXT: 11_000}
    assert row.until_at == NOON + 30 * DAY
    assert caps(session, market, NOON + 30 * DAY)[HERE] == 30_000


def test_a_price_from_long_before_is_not_the_price_just_before(session: Session):
    market = town(session)
    shown(session, market, NOON - JUST_BEFORE - timedelta(minutes=1), here=19_000)
    declared(session, market, EmergencyRule.PLUS_TEN_PERCENT)
    assert caps(session, market)[HERE] == 11_000


def test_india_caps_at_twice_the_price_and_never_below_half_of_it(session: Session):
    market = town(session)
    declared(session, market, EmergencyRule.FIXED, cap_bp=20_000, floor_bp=5_000)
    assert set(caps(session, market).values()) == {20_000}


def test_an_emergency_of_one_category_leaves_the_others(session: Session):
    market = town(session)
    cast.category(session, "ride")
    declared(session, market, EmergencyRule.FIXED, cap_bp=12_000, category="ride")
    assert set(caps(session, market).values()) == {30_000}


def test_of_several_emergencies_the_lowest_cap_holds(session: Session):
    market = town(session)
    declared(session, market, EmergencyRule.FIXED, cap_bp=12_000)
    declared(session, market, EmergencyRule.FIXED, cap_bp=15_000)
    assert set(caps(session, market).values()) == {12_000}


def test_an_emergency_begins_and_ends_when_it_says_and_when_it_is_lifted(session: Session):
    market = town(session)
    row = declared(
        session, market, EmergencyRule.FIXED, cap_bp=12_000, from_at=NOON + DAY, until_at=NOON + 3 * DAY
    )
    in_force = [bool(declaring.standing(session, market.id, at=NOON + days * DAY)) for days in range(4)]
    assert in_force == [False, True, True, False]
    lifted = surge.lift_emergency(session, row.id, by=SYSTEM, at=NOON + 2 * DAY)
    assert not declaring.standing(session, market.id, at=NOON + 2 * DAY)
    assert surge.lift_emergency(session, row.id, by=SYSTEM, at=NOON + 2.5 * DAY).lifted_at == lifted.lifted_at


@pytest.mark.parametrize(
    "terms",
    [
        {"rule": EmergencyRule.FIXED},
        {"rule": EmergencyRule.PLUS_TEN_PERCENT, "cap_bp": 12_000},
        {"rule": EmergencyRule.FOURTH_HIGHEST, "floor_bp": 5_000},
        {"rule": EmergencyRule.PLUS_TEN_PERCENT, "from_at": NOON - DAY},
        {"rule": EmergencyRule.PLUS_TEN_PERCENT, "until_at": NOON},
    ],
)
def test_what_is_no_emergency_is_refused(session: Session, terms):
    market = town(session)
    with pytest.raises(EmergencyImpossible):
        declared(session, market, **terms)


def test_only_operators_declare_and_lift(session: Session):
    market = town(session)
    row = declared(session, market, EmergencyRule.PLUS_TEN_PERCENT)
    ben = Actor(ActorKind.USER, cast.ben(session).id)
    with pytest.raises(Forbidden):
        declared(session, market, EmergencyRule.PLUS_TEN_PERCENT, by=ben)
    with pytest.raises(Forbidden):
        surge.lift_emergency(session, row.id, by=ben, at=NOON)
    with pytest.raises(EmergencyUnknown):
        surge.lift_emergency(session, market.id, by=SYSTEM, at=NOON)
