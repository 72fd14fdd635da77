"""Many want the same time, over several processes of which one is killed: as many get it as there is.

The short form tells who wins, and that all are told so; the long one judges too how long they wait for a no.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from domain import offers
from domain.foundation import clock
from domain.offers import OptionContent
from tests import cast
from tests.faults.crowd import Answer, again, nothing, rush
from tests.faults.neighbours import Neighbours
from tests.faults.people import People, Want
from tests.faults.programs import Program, until
from tests.faults.stack import Stack, seed
from tests.together import PATIENCE

TYPED = {"slot-taken", "seats-taken", "start-not-bookable"}


@dataclass(frozen=True)
class Form:
    """How hard it is tried, and what is promised to losers besides the answer."""

    processes: int
    rounds: int
    attempts: int
    kills: int  # the first so many rushes lose a process; a new one takes seconds of a core to start
    killed_within: float  # seconds
    seconds_for_losers: float


SHORT = pytest.param(Form(2, 1, 60, 1, 0.3, PATIENCE), id="short")
LONG = pytest.param(
    Form(4, 25, 500, 1_000, 1.0, 5.0), id="long", marks=[pytest.mark.long, pytest.mark.timeout(3_600)]
)
SHORT_AND_LONG = pytest.mark.parametrize("doors", [SHORT, LONG], indirect=True)


@dataclass
class Doors:
    """Several processes behind one address, and people before it."""

    form: Form
    stack: Stack
    people: People
    program: Program
    address: str
    chance: random.Random
    rushes: int = 0

    def rush(self, wants: list[Want], winners: int) -> list[Answer]:
        """All want it at once, and one process dies while they ask."""
        form = self.form
        until(lambda: len(self.program.workers()) == form.processes, PATIENCE, "all are there again")

        async def kill_one() -> None:
            await asyncio.sleep(self.chance.uniform(0.05, form.killed_within))
            os.kill(self.chance.choice(self.program.workers()), signal.SIGKILL)

        self.chance.shuffle(wants)
        self.rushes += 1
        neighbours = Neighbours()
        answers = rush(self.address, wants, kill_one if self.rushes <= form.kills else nothing)
        return check(answers, winners, in_seconds=form.seconds_for_losers * neighbours.slowed())

    def count(self, query: str, **values: object) -> int:
        with self.stack.transactions() as session:
            return int(session.execute(text(query), values).scalar_one())


@pytest.fixture(scope="module")
def doors(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Doors]:
    program, address = stack.api(processes=request.param.processes)
    people = People(stack.transactions)
    people.provider("Ellen")
    program.start()
    yield Doors(request.param, stack, people, program, address, seed())
    program.stop()


def check(answers: list[Answer], winners: int, in_seconds: float) -> list[Answer]:
    """So many have it; everybody else was told why not, in time."""
    told = Counter(answer.status for answer in answers)
    assert told == {201: winners, 409: len(answers) - winners}
    losers = [answer for answer in answers if answer.status == 409]
    assert {answer.slug for answer in losers} <= TYPED
    slowest = max((answer.seconds for answer in losers), default=0.0)
    assert slowest < in_seconds, f"somebody waited {slowest:.1f} seconds for a no"
    return [answer for answer in answers if answer.status == 201]


def promised(doors: Doors, kind: str, start: object) -> int:
    return doors.count(
        "SELECT count(*) FROM holds WHERE released_at IS NULL AND kind = :kind AND lower(during) = :start",
        kind=kind,
        start=start,
    )


@SHORT_AND_LONG
def test_of_many_who_want_one_slot_one_gets_it_and_gets_it_again_when_asking_again(doors: Doors):
    offer = doors.people.offer("Ellen")
    for _ in range(doors.form.rounds):
        start = doors.people.fresh_start()
        (winner,) = doors.rush(doors.people.wants(doors.form.attempts, offer, start), winners=1)
        assert promised(doors, "booking", start) == 1
        retried = again(doors.address, winner.want)
        assert (retried.status, retried.body) == (201, winner.body)
        assert retried.headers["idempotent-replayed"] == "true"


@SHORT_AND_LONG
def test_of_many_who_want_twenty_seats_twenty_get_one(doors: Doors):
    doors.people.provider("Farah")
    lesson = doors.people.offer("Farah", category="lesson", seats=20)
    for _ in range(doors.form.rounds):
        start = doors.people.fresh_start()
        wants = doors.people.wants(doors.form.attempts, lesson, start, units=None)
        winners = doors.rush(wants, winners=20)
        assert len({answer.body for answer in winners}) == 20
        taken = "SELECT taken FROM group_sessions WHERE lower(during) = :start AND released_at IS NULL"
        assert doors.count(taken, start=start) == 20
        assert promised(doors, "session", start) == 1


@SHORT_AND_LONG
def test_of_two_things_wanted_crosswise_both_are_had_or_none_and_nobody_hears_of_a_deadlock(
    doors: Doors,
):
    people = doors.people
    people.provider("Gustav")
    van, trailer = people.thing("Gustav", "Van"), people.thing("Gustav", "Trailer")
    crossed = []
    for first, second in ((van, trailer), (trailer, van)):
        offer = people.offer("Gustav", title="Moving")
        with doors.stack.transactions() as session:
            content = OptionContent(title="The other one", price_amount=500)
            by = cast.actor(cast.user(session, "Gustav"))
            option = offers.add_option(session, offer.id, content=content, by=by, at=clock.now())
        people.needs("Gustav", offer, [first])
        people.needs("Gustav", offer, [second], option_id=option.id)
        crossed.append((offer, ((option.id, 1),)))
    half = doors.form.attempts // 2
    for _ in range(doors.form.rounds):
        start = people.fresh_start()
        wants = [
            want
            for number, (offer, options) in enumerate(crossed)
            for want in people.wants(half, offer, start, options=options, first=number * 50)
        ]
        doors.rush(wants, winners=1)
        assert promised(doors, "booking", start) == 2


@pytest.mark.parametrize("doors", [LONG], indirect=True)
def test_without_the_constraint_the_same_rush_sells_one_slot_twice(doors: Doors):
    """That the tests above can fail: the constraint is what they watch, and not luck."""
    definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'holds_do_not_overlap'"
    offer, start = doors.people.offer("Ellen", title="Oversold"), doors.people.fresh_start()
    wants = doors.people.wants(doors.form.attempts, offer, start)
    with doors.stack.transactions() as session:
        constraint = session.execute(text(definition)).scalar_one()
        session.execute(text("ALTER TABLE holds DROP CONSTRAINT holds_do_not_overlap"))
    try:
        rush(doors.address, wants, nothing)
        sold = promised(doors, "booking", start)
    finally:
        with doors.stack.transactions() as session:
            session.execute(text("DELETE FROM holds WHERE lower(during) = :start"), {"start": start})
            session.execute(text(f"ALTER TABLE holds ADD CONSTRAINT holds_do_not_overlap {constraint}"))
    assert sold > 1
