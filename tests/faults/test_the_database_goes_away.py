"""PostgreSQL ends without a word under writers, or is held by a lock storm: nothing lost, nobody hangs."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from sqlalchemy import text

from domain.foundation import ids
from domain.foundation.ids import decode
from tests.faults.neighbours import Neighbours
from tests.faults.people import People
from tests.faults.programs import pause, until
from tests.faults.shoppers import Shoppers
from tests.faults.stack import Stack, seed

# Killing servers takes its time: `make proofs` does it.
pytestmark = pytest.mark.long

SECONDS_TO_REFUSE = 5.0  # two seconds in the queue for a connection, two for a lock, and some work
SECONDS_TO_RECOVER = 30.0


@pytest.mark.parametrize(
    ("cuts", "wanted", "writers"),
    [(1, 25, 4), pytest.param(6, 600, 24, marks=[pytest.mark.long, pytest.mark.timeout(1_800)])],
)
def test_nothing_acknowledged_is_lost_when_the_database_is_killed_and_the_api_recovers_by_itself(
    own_stack: Stack, cuts: int, wanted: int, writers: int
):
    stack, chance = own_stack, seed()
    people = People(stack.transactions)
    people.provider("Ellen")
    offer = people.offer("Ellen")
    wants = [people.wants(1, offer, people.fresh_start(), first=number)[0] for number in range(wanted)]
    api, address = stack.api(processes=2)
    api.start()
    stack.transactions.engine.dispose()  # our own connections would die with the server
    with Shoppers(address, wants, pays=False, at_once=writers).shopping() as shoppers:
        for number in range(cuts):
            enough = (number + 1) * wanted // (cuts + 2)
            until(lambda enough=enough: len(shoppers.booked) >= enough, 100, "people book")
            stack.cut_the_power()
            check_it_says_so(address)
            pause(chance.uniform(0.0, 0.5))
            assert stack.server is not None
            stack.server.start()
            until(lambda: is_up(address), SECONDS_TO_RECOVER, "the API is ready again by itself")
    assert shoppers.surprises == []
    assert len(shoppers.booked) == wanted, "everybody got an answer in the end"
    assert set(shoppers.waits) <= {"1"}, "who is sent away is told when to come back"
    assert shoppers.waits, "somebody was sent away"
    acknowledged = {decode("bkg", booking) for booking in shoppers.booked}
    with stack.transactions() as session:
        kept = set(session.execute(text("SELECT id FROM bookings")).scalars())
        promised = set(
            session.execute(text("SELECT booking_id FROM holds WHERE released_at IS NULL")).scalars()
        )
    assert kept == acknowledged == promised


def test_a_lock_storm_on_a_pool_of_two_is_answered_with_come_back_later_and_health_goes_on(stack: Stack):
    people = People(stack.transactions)
    people.provider("Ellen")
    offer = people.offer("Ellen")
    wants = [people.wants(1, offer, people.fresh_start(), first=number)[0] for number in range(24)]
    api, address = stack.api(processes=1, name="small", DATABASE_POOL_SIZE="2", REQUEST_THREADS="8")
    api.start()
    over = threading.Event()
    with (
        psycopg.connect(stack.plain_url()) as hoarder,
        httpx.Client(base_url=address, timeout=60, trust_env=False) as client,
        ThreadPoolExecutor(len(wants)) as crowd,
    ):
        hoarder.execute("LOCK TABLE holds IN ACCESS EXCLUSIVE MODE")
        neighbours = Neighbours()
        asked = [crowd.submit(timed, client, want) for want in wants]
        while not all(one.done() for one in asked):
            began = time.monotonic()
            assert client.get("/health/live").status_code == 204
            assert client.get("/health/ready").status_code == 204
            assert time.monotonic() - began < 2 * neighbours.slowed()
            over.wait(0.2)
        answers = [one.result() for one in asked]
        slowest = max(seconds for _, seconds in answers)
        # With eight threads for twenty-four requests, three waits may follow one another.
        assert slowest < 3 * SECONDS_TO_REFUSE * neighbours.slowed()
        assert {answer.status_code for answer, _ in answers} == {503}
        assert all(answer.headers["retry-after"] for answer, _ in answers)
        hoarder.rollback()
        after, _ = timed(client, wants[0])
        assert after.status_code == 201, after.text
    api.stop()


def timed(client: httpx.Client, want: object) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = client.post("/bookings", json=want.body, headers=want.headers)  # type: ignore[attr-defined]
    return answer, time.monotonic() - began


def check_it_says_so(address: str) -> None:
    """Without a database, whoever asks is told to come back; the process itself lives."""
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        told = client.get(f"/offers/{ids.encode('ofr', ids.new())}")
        assert (told.status_code, told.json()["type"]) == (503, "/problems/unavailable")
        assert told.headers["retry-after"] == "1"
        assert client.get("/health/live").status_code == 204
        assert client.get("/health/ready").status_code == 503


def is_up(address: str) -> bool:
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        well = client.get(f"/offers/{ids.encode('ofr', ids.new())}").status_code == 404
        return well and client.get("/health/ready").status_code == 204
