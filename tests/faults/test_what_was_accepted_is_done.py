"""What was accepted is eventually done, once: whatever becomes of the relay, the workers and the broker."""

import os
import random
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from sqlalchemy import make_url, text

from domain.foundation.ids import decode
from tests.faults.brokers import Broker, Redis, rabbit
from tests.faults.neighbours import Neighbours
from tests.faults.people import People, Want
from tests.faults.programs import Program, pause, start_all, until
from tests.faults.shoppers import Shoppers
from tests.faults.stack import Stack, seed
from workers.invariants import INVARIANTS, violations
from workers.subscriptions import READERS
from workers.task import name_of

SECONDS_TO_CATCH_UP = 60.0

# Brokers that go away take their time to be missed: minutes, so `make proofs` waits for them.
pytestmark = pytest.mark.long

_OPEN = """
    SELECT (SELECT count(*) FROM events WHERE dispatched_at IS NULL)
         + (SELECT count(*) FROM event_deliveries WHERE done_at IS NULL)
"""
_DONE = """
    SELECT events.name, event_deliveries.reader, count(*) FROM events
    JOIN event_deliveries ON event_deliveries.event_id = events.id
    WHERE done_at IS NOT NULL AND parked_at IS NULL GROUP BY 1, 2
"""
_HAPPENED = "SELECT name, count(*) FROM events GROUP BY 1"
_PAID = """
    SELECT count(*) FROM bookings JOIN payments ON payments.id = bookings.payment_id
    WHERE bookings.state = 'confirmed' AND payments.state = 'captured'
      AND payments.captured_amount = bookings.pay_in_amount AND payments.refunded_amount = 0
      AND bookings.id = ANY(:ids)
"""


@dataclass
class Works:
    """A market at work: one API process, a relay, a worker, a broker that may fail, a payment provider."""

    stack: Stack
    people: People
    provider: str
    broker: Broker
    relay: Program
    worker: Program
    address: str
    sandbox: str
    chance: random.Random

    def wants(self, count: int) -> list[Want]:
        """So many different times of one provider, five for each customer."""
        offer = self.people.offer(self.provider)
        starts = [self.people.fresh_start() for _ in range(count)]
        return [
            want
            for number, start in enumerate(starts)
            for want in self.people.wants(1, offer, start, first=number)
        ]

    def check_all_is_done(self, shoppers: Shoppers) -> None:
        """Everything that was accepted has had its effect, each exactly once, and the books balance."""
        assert shoppers.surprises == []
        assert len(shoppers.paid) == len(shoppers.wants)
        neighbours, began = Neighbours(), time.monotonic()
        until(lambda: self._number(_OPEN) == 0, 3 * SECONDS_TO_CATCH_UP, "the outbox is empty")
        assert time.monotonic() - began < SECONDS_TO_CATCH_UP * neighbours.slowed()
        self._check_readers()
        paid = [decode("bkg", booking_id) for booking_id in shoppers.paid]
        assert self._number(_PAID, ids=paid) == len(shoppers.wants)
        with self.stack.transactions() as session:
            assert violations(session, INVARIANTS) == {}
        books = httpx.get(f"{self.sandbox}/_sandbox/books", trust_env=False).json()
        assert books["problems"] == []

    def set_read_only(self, state: str) -> None:
        """Let the database refuse writes, or take them again, on every connection from now on."""
        url = make_url(self.stack.database_url)
        server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {url.database} SET default_transaction_read_only = {state}")
            connection.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'"  # noqa: S608 -- a name of our own
            )
        self.stack.transactions.engine.dispose()  # our own connections ended too

    def _check_readers(self) -> None:
        """Each event that has readers was handled by each of them, and none was given up."""
        with self.stack.transactions() as session:
            done = {(name, reader): count for name, reader, count in session.execute(text(_DONE))}
            happened = dict(session.execute(text(_HAPPENED)).all())
        assert done == {
            (name, name_of(reader)): happened[name]
            for name, readers in READERS.items()
            for reader in readers
            if name in happened
        }

    def _number(self, query: str, **values: object) -> int:
        with self.stack.transactions() as session:
            return int(session.execute(text(query), values).scalar_one())


@pytest.fixture
def broker(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Broker]:
    if request.param == "rabbitmq":
        if not (url := os.environ.get("TEST_RABBITMQ_URL")):
            pytest.skip("TEST_RABBITMQ_URL names no server")
        with rabbit(url) as made:
            yield made
        return
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server on this machine")
    program, url = stack.redis()
    yield Redis(program.start(), url)
    program.stop()


@pytest.fixture
def works(stack: Stack, broker: Broker) -> Iterator[Works]:
    sandbox = stack.sandbox()
    people = People(stack.transactions)
    provider = f"Ellen{secrets.token_hex(4)}"  # each test has a provider with an empty calendar
    people.provider(provider)
    api, address = stack.api(processes=1)
    relay = stack.workers("relay", BROKER_URL=broker.url)
    worker = stack.workers("worker", BROKER_URL=broker.url)
    try:
        start_all([api, relay, worker])
        yield Works(stack, people, provider, broker, relay, worker, address, sandbox, seed())
    finally:  # a relay that lived on would take the next test's events
        for program in (relay, worker, api):
            program.stop()


REDIS = pytest.mark.parametrize("broker", ["redis"], indirect=True)
EVERY_BROKER = pytest.mark.parametrize(
    "broker", ["redis", pytest.param("rabbitmq", marks=pytest.mark.services)], indirect=True
)


@REDIS
@pytest.mark.parametrize(
    ("kills", "wanted"),
    [(2, 12), pytest.param(25, 300, marks=[pytest.mark.long, pytest.mark.timeout(1_800)])],
)
def test_a_relay_killed_at_random_under_load_loses_nothing_and_doubles_nothing(
    works: Works, kills: int, wanted: int
):
    with Shoppers(works.address, works.wants(wanted)).shopping() as shoppers:
        for _ in range(kills):
            pause(works.chance.uniform(0.1, 1.5))
            works.relay.kill()
            works.relay.start()
    works.check_all_is_done(shoppers)


@REDIS
@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_workers_killed_at_random_under_load_lose_nothing_and_double_nothing(works: Works):
    with Shoppers(works.address, works.wants(200)).shopping() as shoppers:
        for _ in range(15):
            pause(works.chance.uniform(0.1, 3.0))
            works.worker.kill()
            works.worker.start()
    works.check_all_is_done(shoppers)


@REDIS
@pytest.mark.parametrize("seconds", [2.0])
def test_a_relay_and_workers_on_a_database_that_takes_no_writes_go_on_when_it_does(
    works: Works, seconds: float
):
    """An operator's mistake, or a fail-over to a server that is not promoted yet."""
    works.relay.kill()
    with Shoppers(works.address, works.wants(12)).shopping() as shoppers:
        pass
    waiting = works._number(_OPEN)
    works.set_read_only("on")
    works.relay.start()
    until(lambda: "loop_failing" in works.relay.said(), 60, "the relay says that it fails")
    pause(seconds)
    works.set_read_only("off")
    began = time.monotonic()
    works.check_all_is_done(shoppers)
    print(f"{waiting} events waited; done {time.monotonic() - began:.1f} s after the fault")  # noqa: T201 -- the figure
    assert works.relay.runs


@EVERY_BROKER
@pytest.mark.parametrize(
    "wanted", [12, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(1_800)])]
)
def test_while_the_broker_is_away_people_book_and_all_is_done_when_it_is_back_and_has_forgotten(
    works: Works, wanted: int
):
    with Shoppers(works.address, works.wants(wanted)).shopping() as shoppers:
        pause(works.chance.uniform(0.1, 1.0))
        works.broker.go_away()
        until(lambda: len(shoppers.paid) >= wanted // 2, 60, "people book without a broker")
        works.broker.come_back()
        works.broker.forget()
    works.broker.forget()
    works.check_all_is_done(shoppers)
