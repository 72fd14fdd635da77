"""A night's or a week's work that finds something locked, or is killed, leaves only that to be done."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from domain import ratings
from domain.foundation.persistence.database import Transactions
from domain.ratings import Side
from tests.domain.ratings.stagecraft import DAY, Play, play
from workers.ratings import learn, replay
from workers.task import Work

_LOCK = text("SELECT FROM reputation_states WHERE role = :role FOR UPDATE")
_WAITING = text(
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture
def work(transactions: Transactions) -> Work:
    return Work(transactions, gateway=None)  # type: ignore[arg-type]  # these workers do not reach the world


@pytest.fixture
def here(transactions: Transactions, at: datetime) -> Play:
    """Three bookings that both sides reviewed, committed; of all but the first nothing was heard."""
    with transactions() as session:
        played = play(session, at)
        told = [played.reviewed((stars, 5), days=2 * day)[1:] for day, stars in enumerate((5, 4, 1))]
        ratings.follow(session, [review.id for review in told[0]], at=played.over + 20 * DAY)
    return played


@contextmanager
def locked(engine: Engine, role: Side) -> Iterator[Connection]:
    """Somebody is at the states of a role, for as long as this lasts."""
    with engine.connect() as connection, connection.begin():
        connection.execute(_LOCK, {"role": role})
        yield connection


def behind(work: Work) -> list[UUID]:
    with work.transactions.read_session() as session:
        return ratings.behind(session, limit=99)


def test_a_replay_that_finds_a_state_locked_follows_all_others(work: Work, here: Play, engine: Engine):
    """It comes by once a week: what one row holds up must not wait for the next."""
    assert len(behind(work)) == 4
    with locked(engine, Side.CUSTOMER):
        replay(work, here.over + 21 * DAY)
    assert len(behind(work)) == 2, "those of the other role were followed"
    replay(work, here.over + 28 * DAY)
    assert behind(work) == []


def test_a_night_that_is_killed_is_done_by_the_next(work: Work, here: Play, engine: Engine):
    """Killed by its backend while it waits for a lock in the middle; nothing is left by half."""
    replay(work, here.over + 21 * DAY)
    at = here.over + 22 * DAY

    def a_night() -> None:
        with suppress(Exception):
            learn(work, at)

    night = Thread(target=a_night)
    with locked(engine, Side.PROVIDER) as holding:
        night.start()
        while night.is_alive():
            for pid in holding.execute(_WAITING).scalars().all():
                holding.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            night.join(0.05)
    with work.transactions.read_session() as session:
        assert ratings.drifted(session) == []
    learn(work, at)
    with work.transactions.read_session() as session:
        keys = ratings.states_after(session, None, limit=99)
        assert ratings.known_otherwise(session, keys) == []
        assert ratings.drifted(session) == []
        assert (
            session.execute(text("SELECT count(*) FROM reputation_states WHERE ranking IS NULL")).scalar()
            == 0
        )
    assert learn(work, at) == 0, "a night that was done has nothing left to do"
