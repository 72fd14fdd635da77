"""The relay's loops on a real database that fails: nothing is left behind, and each effect happens once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import psycopg
import pytest
from sqlalchemy import make_url, text
from structlog.testing import capture_logs

from domain import registry
from domain.foundation import events, ids
from domain.foundation.actors import CLOCK
from domain.foundation.jobs.loops import Loop, Supervisor
from domain.foundation.persistence.database import Transactions, build_engine
from tests.together import PATIENCE, eventually
from tests.workers.test_relay import READERS, LanternLit, by_hand
from workers.relay import BrokerAway, Listener, Message, Publish, Relay
from workers.task import Work

EVENTS = 20
TABLES = [registry.metadata().tables[name] for name in ("events", "event_subjects", "event_deliveries")]
_LEFT = """
    SELECT (SELECT count(*) FROM events WHERE name = 'lantern.lit' AND dispatched_at IS NULL)
         + (SELECT count(*) FROM event_deliveries WHERE done_at IS NULL)
"""
_SURPLUS = "SELECT count(*) - :wanted FROM events WHERE name = 'moth.came'"


@dataclass
class Market:
    """A database of its own, the loops that relay its events, and hands that break it."""

    url: str
    transactions: Transactions
    at: datetime
    publish_fault: Exception | None = None
    loops: list[Loop] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(make_url(self.url).database)

    def record(self, count: int) -> None:
        for _ in range(count):
            with self.transactions() as session:
                subject = ("lantern", ids.new())
                events.record_event(session, LanternLit(), subject=subject, by=CLOCK, at=self.at)

    def publisher(self, work: Work) -> Publish:
        deliver = by_hand(work)

        def publish(message: Message) -> None:
            if self.publish_fault is not None:
                raise self.publish_fault
            deliver(message)

        return publish

    def admin(self, statement: str) -> None:
        """As an operator at the server: outside this database, so that nothing there is in the way."""
        url = make_url(self.url).set(drivername="postgresql", database="postgres")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)

    def inside(self, statement: str) -> None:
        url = make_url(self.url).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)

    def end_connections(self) -> None:
        self.admin(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'"  # noqa: S608 -- a name of our own
        )

    def make_due(self) -> None:
        """What waits for its hour is due now: tests do not wait twenty seconds."""
        with self.transactions() as session:
            session.execute(text("UPDATE event_deliveries SET due_at = now() WHERE done_at IS NULL"))

    def value(self, query: str, **values: object) -> int:
        with self.transactions() as session:
            return int(session.execute(text(query), values).scalar_one())

    def is_failing(self) -> bool:
        return any(loop.heartbeat.failing_since is not None for loop in self.loops)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Tracebacks are for people who read a log; drawing them takes longer than the rest of the test."""
    with capture_logs():
        yield


@pytest.fixture
def market(empty_database: Callable[[], AbstractContextManager[str]], at: datetime) -> Iterator[Market]:
    with empty_database() as url:
        engine = build_engine(url, pool_size=4, name="relay test")
        registry.metadata().create_all(engine, tables=TABLES)
        made = Market(url, Transactions(engine), at)
        yield made
        engine.dispose()


@pytest.fixture
def relaying(market: Market) -> Iterator[Supervisor]:
    news = threading.Event()
    publish = market.publisher(Work(market.transactions, gateway=None))  # type: ignore[arg-type]
    listener = Listener(market.url, news)
    market.loops = [
        Loop("relay", Relay(market.transactions, READERS, publish, news).step),
        Loop("listener", listener.step),
    ]
    supervisor = Supervisor(market.loops, restart=lambda _: None)
    supervisor.start()
    yield supervisor
    supervisor.stop(5)
    listener.close()


@contextmanager
def read_only(market: Market) -> Iterator[None]:
    """A fail-over to a server that takes no writes."""
    market.admin(f"ALTER DATABASE {market.name} SET default_transaction_read_only = on")
    market.end_connections()
    yield
    market.admin(f"ALTER DATABASE {market.name} RESET default_transaction_read_only")
    market.end_connections()


@contextmanager
def killed_backends(market: Market) -> Iterator[None]:
    """No connection lives and none can be opened."""
    market.admin(f"ALTER DATABASE {market.name} ALLOW_CONNECTIONS false")
    market.end_connections()
    yield
    market.admin(f"ALTER DATABASE {market.name} ALLOW_CONNECTIONS true")


def raising(sqlstate: str) -> Callable[[Market], AbstractContextManager[None]]:
    """The server answers every plan of a delivery with this error."""

    @contextmanager
    def fault(market: Market) -> Iterator[None]:
        market.inside(
            f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$BEGIN RAISE EXCEPTION 'fault' USING ERRCODE = '{sqlstate}'; END$$; "
            "CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON event_deliveries EXECUTE FUNCTION fail()"
        )
        yield
        market.inside("DROP FUNCTION fail CASCADE")

    return fault


def publishing(error: Exception) -> Callable[[Market], AbstractContextManager[None]]:
    """The broker answers every message with this error."""

    @contextmanager
    def fault(market: Market) -> Iterator[None]:
        market.publish_fault = error
        yield
        market.publish_fault = None

    return fault


@contextmanager
def dropped_table(market: Market) -> Iterator[None]:
    """A release that is older than the database, or newer: the statement itself is wrong."""
    market.inside("ALTER TABLE event_deliveries RENAME TO event_deliveries_away")
    yield
    market.inside("ALTER TABLE event_deliveries_away RENAME TO event_deliveries")


FAULTS = {
    "read-only database": read_only,
    "killed backends": killed_backends,
    "disk full": raising("53100"),
    "out of memory": raising("53200"),
    "input/output error": raising("58030"),
    "deadlock": raising("40P01"),
    "idle session ended": raising("57P05"),
    "internal error": raising("XX000"),
    "table away": dropped_table,
    "broker away": publishing(BrokerAway("gone")),
    "broker client broken": publishing(RuntimeError("odd")),
}


QUICK_FAULTS = {"read-only database", "killed backends", "disk full", "broker away"}  # others are long proofs


@pytest.mark.parametrize(
    "fault",
    [fault if fault in QUICK_FAULTS else pytest.param(fault, marks=pytest.mark.long) for fault in FAULTS],
)
def test_after_a_fault_everything_is_dispatched_and_each_effect_happened_once(
    market: Market, relaying: Supervisor, fault: str
) -> None:
    market.record(EVENTS)
    assert eventually(lambda: market.value(_LEFT) == 0)
    for loop in market.loops:
        loop.stop()
        loop.join(5)
    market.record(EVENTS)  # accepted, and not dispatched when the fault begins
    with FAULTS[fault](market):
        restarted = [Loop(loop.name, loop._step) for loop in market.loops]
        relaying.loops = market.loops = restarted
        for loop in restarted:
            loop.start()
        assert eventually(market.is_failing)
    began = monotonic()
    assert eventually(lambda: not market.is_failing())
    market.make_due()
    assert eventually(lambda: market.value(_LEFT) == 0)
    print(f"{fault}: caught up after {monotonic() - began:.1f} s")  # noqa: T201 -- the figure of this test
    assert monotonic() - began < PATIENCE / 2
    assert market.value(_SURPLUS, wanted=2 * EVENTS) == 0
    assert all(loop.is_alive for loop in market.loops)


def test_a_real_deadlock_ends_one_run_and_no_loop(market: Market, relaying: Supervisor) -> None:
    for loop in market.loops:
        loop.stop()
        loop.join(5)
    market.record(EVENTS)
    url = make_url(market.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, options="-c deadlock_timeout=20s") as rival:
        rival.execute("LOCK TABLE event_deliveries IN EXCLUSIVE MODE")
        relaying.loops = market.loops = [Loop(loop.name, loop._step) for loop in market.loops]
        for loop in market.loops:
            loop.start()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'event_deliveries'::regclass"
        assert eventually(lambda: market.value(waits))
        rival.execute(
            "SELECT id FROM events ORDER BY id FOR UPDATE"
        )  # waits for the relay, which is given up
        assert eventually(market.is_failing)
        rival.rollback()
    assert eventually(lambda: market.value(_LEFT) == 0)
    assert market.value(_SURPLUS, wanted=EVENTS) == 0


def test_without_its_listener_the_relay_still_dispatches(market: Market, relaying: Supervisor) -> None:
    listener = market.loops[1]
    listener.stop()
    listener.join(5)
    market.record(3)
    assert eventually(lambda: market.value(_LEFT) == 0)
