"""A snapshot as a quote asks it: live near, scheduled later, and the tariff's price where there is doubt."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text
from sqlmodel import Session
from structlog.testing import capture_logs

from domain import markets, surge
from domain.surge import Absence, FromAbove, Mode, queries, reading
from tests import cast
from tests.domain.surge.towns import HERE, HOURLY, MINUTE, NOON, ticked, town

BOTH = {"live": {HOURLY: {"horizon_minutes": 60}}, "scheduled": {HOURLY: {"horizon_days": 3}, "lesson": {}}}
ELSEWHERE = 0x871126D32FFFFFF


@pytest.fixture
def published(session: Session):
    market = town(session, BOTH)
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    snapshot_id = ticked(session, market, at=NOON, from_above=FromAbove(typical_amounts={HOURLY: 6_000}))
    return surge.published(session, snapshot_id)


@pytest.mark.parametrize(
    ("asked", "mode", "absence"),
    [
        ({"start": NOON + 60 * MINUTE}, Mode.LIVE, None),
        ({"start": NOON + 61 * MINUTE}, Mode.SCHEDULED, None),
        ({"start": NOON + timedelta(days=5)}, None, Absence.NOT_IN_FORCE),
        ({"category": "ride"}, None, Absence.NOT_IN_FORCE),
        ({"cell": ELSEWHERE}, None, Absence.NOWHERE),
        ({"cell": None}, None, Absence.NOWHERE),
        ({"at": NOON + 15 * MINUTE}, Mode.LIVE, None),
        ({"at": NOON + 16 * MINUTE}, None, Absence.STALE),
    ],
)
def test_which_factor_a_service_has(published, asked, mode, absence):
    price = published.price(**{"category": HOURLY, "cell": HERE, "start": NOON, "at": NOON, **asked})
    assert (price.mode, price.absence) == (mode, absence)
    assert price.multiplier_bp == 10_000
    assert price.snapshot_id == published.id


def test_a_snapshot_is_read_once(session: Session, published):
    session.execute(text("DELETE FROM surge_pointers"))
    session.execute(text("DELETE FROM surge_snapshots"))
    assert surge.published(session, published.id) is published


def test_there_is_nothing_to_read_of_a_snapshot_that_is_not_there(session: Session):
    town(session)
    assert surge.published(session, cast.aino(session).id) is None
    assert surge.no_price(Absence.NO_SNAPSHOT).multiplier_bp == 10_000


def test_a_stored_policy_that_nobody_can_read_means_no_surge_and_is_told(session: Session):
    market = town(session, {"live": {HOURLY: {"cap_bp": "much"}}})
    version = markets.get_policy_at(session, market.id, NOON)
    with capture_logs() as told:
        assert surge.rules_of(version) is None
        assert surge.rules_of(version) is None
    assert [entry["event"] for entry in told] == ["surge_policy_unreadable"]
    assert surge.due(session, market.id, at=NOON) is None


def test_what_was_not_asked_for_the_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch, published):
    monkeypatch.setattr(reading, "MOST_BYTES", published.bytes_held)
    memory = reading._Memory()
    from dataclasses import replace

    first, second = (replace(published, id=name) for name in ("first", "second"))
    memory.keep(first)
    memory.keep(second)
    assert memory.get("first") is None
    assert memory.get("second") is second


def test_arrays_come_back_bit_for_bit_however_they_are_kept():
    from domain.surge.kinds import Encoding
    from domain.surge.snapshots import pack, same_bits, unpack

    chance = np.random.default_rng(3)
    sparse = np.where(chance.random((50, 4)) < 0.1, chance.normal(size=(50, 4)), 0).astype(np.float32)
    sparse[3, 2], sparse[4, 1] = np.nan, -0.0
    for array, how in (
        (chance.normal(size=(50, 4)).astype(np.float32), Encoding.DENSE),
        (np.full((50, 4), np.nan, dtype=np.float32), Encoding.ROW),
        (np.tile(np.array([10_000, 12_000], dtype=np.int32), (9, 1)), Encoding.ROW),
        (sparse, Encoding.SPARSE),
        (np.zeros((0, 3), dtype=np.uint16), Encoding.DENSE),
        (np.arange(7, dtype=np.int64), Encoding.DENSE),
    ):
        packed = pack(array)
        assert packed.encoding is how
        assert same_bits(unpack(packed), array)


def test_a_snapshot_is_never_changed(session: Session, published):
    from sqlalchemy.exc import IntegrityError

    for table, change in (("surge_snapshots", "digest = ''"), ("surge_snapshot_arrays", "data = ''")):
        with pytest.raises(IntegrityError, match="never changed"), session.begin_nested():
            session.execute(text(f"UPDATE {table} SET {change}"))  # noqa: S608 -- our own tables


def test_old_snapshots_are_swept_but_never_the_one_in_force(session: Session):
    market = town(session)
    cast.offer(session)
    for minutes in (0, 5, 10):
        ticked(session, market, at=NOON + minutes * MINUTE)
    later = NOON + queries.KEPT_FOR + timedelta(hours=1)
    assert surge.forget_snapshots(session, at=later) == 2
    assert surge.forget_snapshots(session, at=later) == 0
    assert surge.in_force(session, market.id) is not None
