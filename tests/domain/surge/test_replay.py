"""A day of ticks with people who come and go, every snapshot counted again from what it stored."""

from datetime import timedelta
from random import Random

import pytest
from h3.api.basic_int import latlng_to_cell
from sqlalchemy import text
from sqlmodel import Session

from domain import surge
from domain.availability import Hold, HoldKind
from domain.foundation.spans import Span
from domain.surge import FromAbove, learning, queries
from domain.surge.snapshots import Packed, pack, unpack
from tests import cast
from tests.domain.surge.towns import HOURLY, MINUTE, NOON, ticked, town

DAY = {
    "live": {HOURLY: {"threshold": 0.2, "theta": 3.0}, "task": {"cap_bp": 15_000}},
    "scheduled": {HOURLY: {"horizon_days": 3, "block_hours": 6}, "lesson": {"horizon_days": 2}},
}
PLACES = [(60.17938, 24.95152), (60.19, 24.93), (60.2, 24.97), (60.25, 25.05)]


class Filled:
    """A booking as `bookings` tells of it."""

    def __init__(self, chance: Random, at) -> None:
        self.category = HOURLY
        self.starts_at = at + timedelta(hours=chance.uniform(1, 60))
        self.made_at = at - timedelta(hours=chance.uniform(0, 20))
        self.gone_at = None


def a_day(session: Session, ticks: int, seed: int = 1) -> list:
    """So many ticks of a town where something always happens. Answers the ids of the snapshots."""
    chance, market = Random(seed), town(session, DAY)
    numbers, booked, made = [], [], []
    for number, (latitude, longitude) in enumerate(PLACES):
        provider = cast.provider(session, f"Provider {number}")
        for category in (HOURLY, "task", "lesson"):
            cast.offer(session, provider=provider, category=category, latitude=latitude, longitude=longitude)
        numbers.append(cast.open_always(session, provider).number)
    for number in range(ticks):
        at = NOON + 5 * number * MINUTE
        for _ in range(chance.randrange(12)):
            _somebody_asks(session, market, chance, at)
        if chance.random() < 0.4:
            _somebody_is_booked(session, chance, numbers, at)
            booked.append(Filled(chance, at))
        if number % 12 == 11:
            learning.learn_hours(session, market.id, at=at)
        if number != 7:  # one tick is missed
            above = FromAbove(booked=booked, typical_amounts={HOURLY: 6_000}, kappa_bp=9_000)
            made.append(ticked(session, market, at=at, from_above=above))
    return made


@pytest.mark.parametrize(
    "ticks", [20, pytest.param(288, marks=[pytest.mark.long, pytest.mark.timeout(1_800)])]
)
def test_every_price_of_a_day_is_counted_again_bit_for_bit(session: Session, ticks: int):
    snapshots = a_day(session, ticks)
    assert None not in snapshots
    counted = [surge.recount(session, snapshot_id) for snapshot_id in snapshots]
    assert [one.differences for one in counted] == [()] * len(snapshots)
    assert all(one.prices > 0 for one in counted)
    told = [queries.snapshot(session, one).header["highest_bp"] for one in snapshots]
    assert max(one[HOURLY] for one in told) > 10_000, "a day on which nothing is dear would show little"


def test_a_number_that_was_tampered_with_is_found(session: Session):
    *_, last = a_day(session, 3)
    packed = queries.packed(session, last)["idle"]
    changed = unpack(packed).copy()
    changed[0, 0] += 1
    _overwrite(session, last, "idle", pack(changed))
    assert "digest" in surge.recount(session, last).differences


def test_a_price_that_was_tampered_with_is_found(session: Session):
    *_, last = a_day(session, 3)
    changed = unpack(queries.packed(session, last)["shown_bp"]).copy()
    changed[0, 0] += 1_000
    _overwrite(session, last, "shown_bp", pack(changed))
    assert surge.recount(session, last).differences == ("shown_bp", "digest")


def test_a_snapshot_whose_beginning_was_swept_says_so(session: Session):
    first, second = a_day(session, 2)
    session.execute(text("DELETE FROM surge_snapshots WHERE id = :id"), {"id": first})
    assert surge.recount(session, second).differences == ("previous",)


def _overwrite(session: Session, snapshot_id, name: str, packed: Packed) -> None:
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(
        text("""
            UPDATE surge_snapshot_arrays SET data = :data, encoding = :how
            WHERE snapshot_id = :id AND name = :name
        """),
        {"data": packed.data, "how": packed.encoding.value, "id": snapshot_id, "name": name},
    )


def _somebody_asks(session: Session, market, chance: Random, at) -> None:
    latitude, longitude = chance.choice(PLACES)
    customer, when = cast.user(session, f"Customer {chance.randrange(40)}"), at - chance.random() * 5 * MINUTE
    category = chance.choice([HOURLY, HOURLY, "task"])
    if chance.random() < 0.5:
        surge.noticed(
            session, market=market.slug, category=category, latitude=latitude, longitude=longitude,
            customer_id=customer.id, at=when,
        )  # fmt: skip
    else:
        surge.noticed_unmet(
            session, market_id=market.id, category_id=cast.category(session, category).id,
            cell=latlng_to_cell(latitude, longitude, 7), customer_id=customer.id, at=when,
        )  # fmt: skip


def _somebody_is_booked(session: Session, chance: Random, numbers: list[int], at) -> None:
    number = chance.choice(numbers)
    during = Span(at, at + 30 * MINUTE)
    taken = session.execute(
        text("SELECT FROM holds WHERE resource_number = :number AND during && tstzrange(:start, :end)"),
        {"number": number, "start": during.start, "end": during.end},
    ).first()
    if taken is None:
        session.add(Hold(resource_number=number, during=during, kind=HoldKind.BLOCKED, created_at=at))
        session.flush()
