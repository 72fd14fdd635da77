"""Hours stay zero-sum among many writers of which some are killed in the middle of what they do."""

import random
import signal
import time
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from uuid import UUID

import pytest
from sqlalchemy import text

from domain import ledger
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import Unavailable
from domain.foundation.persistence.database import Transactions, build_engine
from domain.hours import actions
from tests.domain.contributions import contribution_market

_FORKED = get_context("fork")
_ALL_HOURS = text("""
    SELECT coalesce(sum(balance), 0) AS minutes, coalesce(min(balance), 0) AS lowest,
           coalesce(max(balance), 0) AS highest
    FROM ledger_balances b JOIN ledger_accounts a ON a.id = b.account_id WHERE a.kind = 'hours'
""")
_POSTED = text("SELECT count(*) FROM ledger_entries WHERE kind = 'hours_passed'")


def write(url: str, writer: int, count: int, at: datetime) -> None:
    """Pass hours between a handful of neighbours; after a kill the same writer does it all again."""
    engine = build_engine(url, pool_size=1, name="hours")
    transactions, chance = Transactions(engine), random.Random(writer)
    users = [UUID(int=number) for number in range(1, 9)]
    for number in range(count):
        giver, receiver = chance.sample(users, 2)
        minutes = chance.randint(1, 300)
        fields = {"giver_id": giver, "receiver_id": receiver, "minutes": minutes, "subject_id": giver}
        limits = {"least": -600, "most": 2_400, "key": f"{writer}:{number}", "by": SYSTEM, "at": at}
        while True:
            try:
                transactions.run(
                    lambda session, fields=fields | limits: actions.post_hours(session, **fields)
                )
            except (ledger.BalanceTooLow, ledger.BalanceTooHigh):
                pass
            except Unavailable:
                continue
            break
    engine.dispose()


def tried(
    transactions: Transactions, url: str, at: datetime, *, writers: int, count: int, kills: int
) -> None:
    """All writers to their end, some of them in two lives; then the books are looked at."""
    living = {writer: _started(url, writer, count, at) for writer in range(writers)}
    chance, killed = random.Random(writers), 0
    while any(process.is_alive() for process in living.values()):
        time.sleep(0.05)
        if killed < kills and _posted(transactions) > (killed + 1) * writers * count // (4 * kills):
            victim = chance.choice(list(living))
            living[victim].kill()
            living[victim].join()
            assert living[victim].exitcode in {0, -signal.SIGKILL}
            living[victim] = _started(url, victim, count, at)
            killed += 1
    assert [process.exitcode for process in living.values()] == [0] * writers
    with transactions() as session:
        there = session.execute(_ALL_HOURS).one()
        assert there.minutes == 0
        assert there.lowest >= -600
        assert there.highest <= 2_400
        assert session.execute(_POSTED).scalar_one() > writers
        assert contribution_market.ledger_violations(session) == {}
    assert killed == kills


def _posted(transactions: Transactions) -> int:
    with transactions.read_session() as session:
        return int(session.execute(_POSTED).scalar_one())


def _started(url: str, writer: int, count: int, at: datetime) -> ForkProcess:
    process = _FORKED.Process(target=write, args=(url, writer, count, at))
    process.start()
    return process


def test_hours_stay_zero_sum_when_writers_are_killed(
    transactions: Transactions, database_url: str, at: datetime
) -> None:
    tried(transactions, database_url, at, writers=4, count=12, kills=2)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_hours_stay_zero_sum_among_sixteen_writers_of_which_many_are_killed(
    transactions: Transactions, database_url: str, at: datetime
) -> None:
    tried(transactions, database_url, at, writers=16, count=150, kills=24)
