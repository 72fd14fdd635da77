"""Overload is answered with 503 and Retry-After within seconds, and does no harm to other work.

Two attacks: a lock on one table under many reads of it, and a slow payment provider under many payments.
Beside each of them somebody does unrelated work, whose answers have to stay quick.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest

from tests.faults.neighbours import Neighbours
from tests.faults.people import People, Want
from tests.faults.stack import Stack
from tests.together import PATIENCE

pytestmark = pytest.mark.long

READS = 120
PAYMENTS = 32
PROVIDER_SECONDS = 6
MARKET = "helsinki"
LOCK_SECONDS = 2.0
QUICK_SECONDS = 1.0  # for unrelated work: a search takes 0.01 s alone
WAIT_SECONDS = 2.0


@dataclass
class Answers:
    """The answers to one kind of request during an attack, each with its seconds."""

    answers: list[tuple[httpx.Response, float]] = field(default_factory=list)

    @property
    def slowest(self) -> float:
        return max(seconds for _, seconds in self.answers)

    @property
    def p99(self) -> float:
        ordered = sorted(seconds for _, seconds in self.answers)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]

    def count(self, status: int) -> int:
        return sum(answer.status_code == status for answer, _ in self.answers)

    def __str__(self) -> str:
        statuses = sorted({answer.status_code for answer, _ in self.answers})
        counts = ", ".join(f"{self.count(status)} x {status}" for status in statuses)
        return f"{counts}; slowest {self.slowest:.2f} s, p99 {self.p99:.2f} s"


@dataclass(frozen=True)
class Request:
    """A request that many send at once."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, str] | None = None


async def timed(client: httpx.AsyncClient, request: Request) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = await client.request(request.method, request.path, headers=request.headers, json=request.body)
    return answer, time.monotonic() - began


def attack(address: str, attackers: Sequence[Request], bystander: Request) -> tuple[Answers, Answers]:
    """Send all attackers at once, and the bystander again and again until they are answered."""

    async def run() -> tuple[Answers, Answers]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(
            base_url=address, limits=limits, timeout=PATIENCE, trust_env=False
        ) as client:
            crowd = asyncio.gather(*(timed(client, request) for request in attackers))
            beside = Answers()
            while not crowd.done():
                beside.answers.append(await timed(client, bystander))
                await asyncio.sleep(0.05)
            return Answers(await crowd), beside

    return asyncio.run(run())


@pytest.fixture(scope="module")
def people(stack: Stack) -> People:
    stack.sandbox()
    people = People(stack.transactions)
    people.provider("Ellen")
    return people


@pytest.fixture(scope="module")
def address(stack: Stack, people: People) -> Iterator[str]:
    api, address = stack.api(processes=1, REQUEST_WAIT_SECONDS=str(WAIT_SECONDS))
    api.start()
    yield address
    api.stop()


def booked(address: str, people: People, count: int) -> list[tuple[Want, str]]:
    """So many bookings that wait for their payment."""
    offer = people.offer("Ellen")
    found = []
    with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        for number in range(count):
            (want,) = people.wants(1, offer, people.fresh_start(), first=number)
            answer = client.post("/bookings", json=want.body, headers=want.headers)
            assert answer.status_code == 201, answer.text
            found.append((want, answer.json()["id"]))
    return found


def check_refusals(answers: Answers) -> None:
    for answer, _ in answers.answers:
        if answer.status_code == 503:
            problem: dict[str, Any] = answer.json()
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["content-type"] == "application/problem+json"
            assert problem["retry_after"] == int(answer.headers["retry-after"])


def test_reads_of_a_locked_table_are_refused_in_time_and_a_search_beside_them_is_quick(
    stack: Stack, people: People, address: str
):
    ((want, booking_id),) = booked(address, people, 1)
    read = Request("GET", f"/bookings/{booking_id}", want.headers)
    search = Request("GET", f"/offers?market={MARKET}&words=garden")
    neighbours = Neighbours()
    with psycopg.connect(stack.plain_url()) as holder:
        holder.execute("LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE")
        reads, searches = attack(address, [read] * READS, search)
    slowed = neighbours.slowed()
    print(f"reads: {reads}\nsearches: {searches}\nslowed {slowed:.2f}")  # noqa: T201 -- figures for the report
    assert reads.count(503) == READS
    check_refusals(reads)
    assert reads.slowest < (WAIT_SECONDS + LOCK_SECONDS + 1.0) * slowed
    assert searches.count(200) == len(searches.answers)
    assert searches.slowest < QUICK_SECONDS * slowed


def test_payments_at_a_slow_provider_are_refused_in_time_and_reads_beside_them_are_quick(
    stack: Stack, people: People, address: str
):
    bookings = booked(address, people, PAYMENTS)
    payments = [
        Request(
            "POST",
            f"/bookings/{booking_id}/payment",
            {**want.headers, "idempotency-key": f"{want.key}/pay"},
            {"payment_method": "pm_card_visa"},
        )
        for want, booking_id in bookings
    ]
    fault = {"action": "slow", "endpoint": "POST /v1/*", "seconds": PROVIDER_SECONDS, "count": None}
    sandbox = f"{stack.sandbox()}/_sandbox/faults"
    httpx.post(sandbox, json=fault, trust_env=False).raise_for_status()
    read = Request("GET", f"/bookings/{bookings[0][1]}", bookings[0][0].headers)
    neighbours = Neighbours()
    try:
        paid, reads = attack(address, payments, read)
    finally:
        httpx.delete(sandbox, trust_env=False).raise_for_status()
    slowed = neighbours.slowed()
    print(f"payments: {paid}\nreads: {reads}\nslowed {slowed:.2f}")  # noqa: T201 -- figures for the report
    assert paid.count(503) + paid.count(200) == PAYMENTS
    assert paid.count(200) >= 1
    assert paid.count(503) >= 1
    check_refusals(paid)
    assert reads.count(200) == len(reads.answers)
    assert reads.slowest < QUICK_SECONDS * slowed
    for payment in payments:  # each that was refused can be sent again under its key
        again, _ = attack(address, [payment], read)
        assert again.count(200) == 1
