"""Ticks as workers make them: killed anywhere, two at once, too late, and in an emergency."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from threading import get_ident
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from domain import surge
from domain.foundation import clock, events
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.persistence.database import Transactions
from domain.surge import Absence, EmergencyRule, Reason, usually
from domain.surge.baseline import slot_of
from domain.surge.grid import grid_of
from domain.surge.invariants import INVARIANTS
from domain.surge.usually import Learned
from tests import cast
from tests.domain.surge.towns import HERE, HOURLY, MINUTE, NOON, town, unmet
from tests.together import together
from workers import surge as ticks
from workers.invariants import violations
from workers.subscriptions import READERS
from workers.task import Work

# With so few who are usual every price stands at what the tariff says; these rules rise at once.
NERVOUS = {"live": {HOURLY: {"threshold": 0.0, "theta": 5.0, "cap_bp": 30_000}}}


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing after it runs."""


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # type: ignore[arg-type]  # no tick reaches the world


@pytest.fixture
def market_id(transactions: Transactions) -> UUID:
    with transactions() as session:
        market = town(session)
        cast.offer(session)
        cast.open_always(session, cast.ellen(session))
        cast.otto(session)
        return market.id


def in_force(work: Work, market_id: UUID) -> UUID | None:
    with work.transactions() as session:
        return surge.pointer(session, market_id)


def price(work: Work, market_id: UUID, at: datetime, start: datetime | None = None) -> surge.MarketPrice:
    with work.transactions() as session:
        found = surge.in_force(session, market_id)
        assert found is not None
        return found.price(category=HOURLY, cell=HERE, start=start or at, at=at)


def snapshots(work: Work) -> list[UUID]:
    with work.transactions() as session:
        return list(session.execute(text("SELECT id FROM surge_snapshots ORDER BY tick_at")).scalars())


def test_every_statement_of_a_tick_may_be_its_last_and_the_old_snapshot_stays_in_force(
    work: Work, market_id: UUID
):
    assert ticks.tick(work, NOON) == 1
    before, died = in_force(work, market_id), 0
    while _dies_after(work, died, NOON + 5 * MINUTE):
        died += 1
        assert in_force(work, market_id) == before
        assert len(snapshots(work)) == 1
    assert died > 10, "a tick has this many statements at least, also where a process remembers its policy"
    assert len(snapshots(work)) == 2
    assert in_force(work, market_id) == snapshots(work)[1]


@pytest.mark.parametrize(
    "until",
    [
        "surge_pointers",
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in ("surge_snapshots", "surge_snapshot_arrays")
        ),
    ],
)
def test_a_process_that_is_killed_in_the_middle_leaves_the_old_snapshot_in_force(
    work: Work, market_id: UUID, database_url: str, until: str
):
    ticks.tick(work, NOON)
    before = in_force(work, market_id)
    child = subprocess.run(
        [sys.executable, "-c", _SUICIDE, database_url, until, (NOON + 5 * MINUTE).isoformat()],
        check=False,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert in_force(work, market_id) == before
    assert ticks.tick(work, NOON + 5 * MINUTE) == 1
    assert in_force(work, market_id) != before


def test_two_ticks_at_once_make_one_snapshot(work: Work, market_id: UUID):
    assert sum(together(lambda _: ticks.tick(work, NOON), 4)) == 1
    assert len(snapshots(work)) == 1


def test_a_snapshot_that_is_too_old_gives_the_tariffs_price(work: Work, market_id: UUID):
    _nervous(work, market_id)
    assert price(work, market_id, NOON + 5 * MINUTE).multiplier_bp > 10_000
    assert price(work, market_id, NOON + 20 * MINUTE).multiplier_bp > 10_000
    late = price(work, market_id, NOON + 20 * MINUTE + timedelta(seconds=1))
    assert (late.multiplier_bp, late.absence) == (10_000, Absence.STALE)


def test_after_a_break_prices_begin_at_the_tariffs_again(work: Work, market_id: UUID):
    _nervous(work, market_id)
    shown = price(work, market_id, NOON + 5 * MINUTE).multiplier_bp
    ticks.tick(work, NOON + 30 * MINUTE)
    again = price(work, market_id, NOON + 30 * MINUTE)
    assert again.multiplier_bp <= 13_000 < shown, "one step of the rate from the tariff's price"


def test_a_market_that_gives_up_surge_has_the_tariffs_price_at_the_next_tick(work: Work, market_id: UUID):
    _nervous(work, market_id)
    with work.transactions() as session:
        town(session, {}, at=NOON + 6 * MINUTE)
    assert ticks.tick(work, NOON + 10 * MINUTE) == 0
    assert in_force(work, market_id) is None


def test_an_emergency_is_in_force_at_once_and_lifted_again_and_both_are_told(
    work: Work, market_id: UUID, monkeypatch: pytest.MonkeyPatch
):
    _nervous(work, market_id)
    dear = price(work, market_id, NOON + 5 * MINUTE).multiplier_bp
    assert dear > 12_000
    otto = _operator(work)
    with work.transactions() as session:
        made = surge.declare_emergency(
            session, market_id, rule=EmergencyRule.FIXED, cap_bp=12_000, reason="Flood.", by=otto,
            at=NOON + 6 * MINUTE,
        )  # fmt: skip
    _deliver(work, monkeypatch, at=NOON + 6 * MINUTE)
    capped = price(work, market_id, NOON + 6 * MINUTE)
    assert capped.multiplier_bp == 12_000
    assert Reason.CAPPED_BY_EMERGENCY in capped.reasons
    ticks.tick(work, NOON + 10 * MINUTE)
    assert price(work, market_id, NOON + 10 * MINUTE).multiplier_bp == 12_000
    with work.transactions() as session:
        surge.lift_emergency(session, made.id, by=otto, at=NOON + 11 * MINUTE)
    _deliver(work, monkeypatch, at=NOON + 11 * MINUTE)
    assert Reason.CAPPED_BY_EMERGENCY not in price(work, market_id, NOON + 11 * MINUTE).reasons
    for minutes in (15, 20):  # a price that has just fallen waits ten minutes before it rises again
        _many_go_without(work, at=NOON + minutes * MINUTE)
        ticks.tick(work, NOON + minutes * MINUTE)
    assert price(work, market_id, NOON + 20 * MINUTE).multiplier_bp > 12_000
    with work.transactions() as session:
        told = session.execute(
            text("SELECT name, actor_id FROM events WHERE name LIKE 'surge.emergency%' ORDER BY version")
        ).all()
        assert [tuple(row) for row in told] == [
            ("surge.emergency_declared", otto.user_id),
            ("surge.emergency_lifted", otto.user_id),
        ]
        assert not violations(session, INVARIANTS)


def _operator(work: Work) -> Actor:
    with work.transactions() as session:
        return Actor(ActorKind.OPERATOR, cast.otto(session).id)


def _nervous(work: Work, market_id: UUID) -> None:
    """Noon and five past, with rules that rise as soon as anybody asks, and people who go without."""
    with work.transactions() as session:
        market = town(session, NERVOUS, at=NOON - MINUTE)
        _usual(session, market.id)
    for minutes in (-5, 0, 5):
        _many_go_without(work, at=NOON + minutes * MINUTE)
        ticks.tick(work, NOON + minutes * MINUTE)


def _many_go_without(work: Work, *, at: datetime) -> None:
    with work.transactions() as session:
        unmet(
            session, cast.market(session), [f"{at:%H%M} {number}" for number in range(30)], at=at - 2 * MINUTE
        )


def _usual(session: Session, market_id: UUID) -> None:
    """Let an hour of the week be known in which as many ask as are free."""
    grid = grid_of([HERE])
    asks, nothing = np.full((1, 1), 12.0, dtype=np.float32), np.zeros((1, 1), dtype=np.float32)
    row = Learned(
        slot=slot_of(NOON.astimezone(ZoneInfo("Europe/Helsinki"))), grid=grid, demand=asks, idle=nothing,
        usual=asks, events=asks * 200, updates=9, learned_until=NOON - timedelta(hours=1),
    )  # fmt: skip
    usually.write(session, market_id, [HOURLY], row)


def _deliver(work: Work, monkeypatch: pytest.MonkeyPatch, *, at: datetime) -> None:
    """Wake the readers of what was told and not yet delivered."""
    with work.transactions() as session:
        rows = session.execute(
            text("UPDATE events SET dispatched_at = now() WHERE dispatched_at IS NULL RETURNING id, name")
        ).all()
    told = [row.id for row in rows if row.name.startswith("surge.emergency")]
    assert len(told) == 1
    monkeypatch.setattr(clock, "now", lambda: at)
    with work.transactions() as session:
        found = events.get_event(session, told[0])
        assert found is not None
        for reader in READERS[found.name]:
            reader(session, found)


def _dies_after(work: Work, statements: int, at: datetime) -> bool:
    """Tick, and die when so many statements have run. Answers whether it did."""
    left, thread = [statements], get_ident()

    def count(*_: object) -> None:
        if get_ident() != thread:  # threads of an app that an earlier test started
            return
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    event.listen(Engine, "after_cursor_execute", count)
    try:
        ticks.tick(work, at)
    except Killed:
        return True
    finally:
        event.remove(Engine, "after_cursor_execute", count)
    return False


_SUICIDE = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from domain.foundation.persistence.database import Transactions, build_engine
from workers import surge
from workers.task import Work

url, until, at = sys.argv[1:]
engine = build_engine(url, pool_size=2, name="doomed")

@event.listens_for(engine, "after_cursor_execute")
def die(connection, cursor, statement, *_):
    if until in statement and "INSERT" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

surge.tick(Work(Transactions(engine), None), datetime.fromisoformat(at))
"""
