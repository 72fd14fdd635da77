"""The request queue: bounded threads, fair turns between groups, bounded waiting, no harm by a slow group."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.request_queue import OverloadedError, Place, QueueLimits, RequestQueue
from tests.together import PATIENCE

GROUPS = ("bookings", "search", "offers")


def limits(**changed: Any) -> QueueLimits:
    usual: dict[str, Any] = {
        "threads": 4, "reserved": 1, "slow": 4, "waiting": 8, "wait_seconds": PATIENCE, "slow_seconds": 0.0,
    }  # fmt: skip
    return QueueLimits(**usual | changed)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(PATIENCE):
            await work()

    asyncio.run(bounded())


def entered(queue: RequestQueue, group: str) -> Place:
    place = queue.enter(group)
    assert place is not None
    return place


async def waiting(queue: RequestQueue, group: str) -> asyncio.Task[Place]:
    task = asyncio.create_task(queue.wait(group))
    await asyncio.sleep(0)  # until it stands in the queue
    return task


def test_a_group_leaves_a_thread_to_the_others():
    async def work() -> None:
        queue = RequestQueue(limits())
        for _ in range(3):
            entered(queue, "bookings")
        assert queue.enter("bookings") is None
        assert not entered(queue, "search").waited
        assert queue.enter("offers") is None

    run(work)


def test_one_thread_serves_every_group():
    async def work() -> None:
        queue = RequestQueue(limits(threads=1, slow=0))
        place = entered(queue, "bookings")
        second = await waiting(queue, "search")
        queue.leave(place)
        assert (await second).waited

    run(work)


def test_who_waits_starts_when_a_thread_is_free_in_the_order_of_arrival():
    async def work() -> None:
        queue = RequestQueue(limits(threads=2, slow=0))
        place = entered(queue, "bookings")
        first, second = [await waiting(queue, "bookings") for _ in range(2)]
        queue.leave(place)
        place = await first
        assert not second.done()
        queue.leave(place)
        assert (await second).waited

    run(work)


def test_a_newcomer_does_not_overtake_its_own_group():
    async def work() -> None:
        queue = RequestQueue(limits(threads=2, slow=0))
        place = entered(queue, "bookings")
        turn = await waiting(queue, "bookings")
        queue.leave(place)
        assert queue.enter("bookings") is None
        queue.leave(await turn)
        assert queue.enter("bookings") is not None

    run(work)


def test_groups_take_turns_however_many_of_one_wait():
    async def work() -> None:
        queue = RequestQueue(limits(threads=1, reserved=0, slow=0))
        place = entered(queue, "bookings")
        crowd = [await waiting(queue, "bookings") for _ in range(8)]
        single = await waiting(queue, "search")
        queue.leave(place)
        queue.leave(await crowd[0])
        queue.leave(await single)
        assert not crowd[1].done() or not crowd[2].done()
        for turn in crowd[1:]:
            queue.leave(await turn)

    run(work)


@pytest.mark.parametrize("waiting_most", [0, 1, 8])
def test_a_full_queue_refuses_at_once_and_other_groups_still_wait(waiting_most: int):
    async def work() -> None:
        queue = RequestQueue(limits(threads=1, slow=0, waiting=waiting_most))
        place = entered(queue, "bookings")
        turns = [await waiting(queue, "bookings") for _ in range(waiting_most)]
        with pytest.raises(OverloadedError) as refusal:
            await queue.wait("bookings")
        assert refusal.value.extras["retry_after"] >= 1
        if waiting_most:
            turns.append(await waiting(queue, "search"))
        queue.leave(place)
        for turn in asyncio.as_completed(turns):
            queue.leave(await turn)
        assert queue.enter("bookings") is not None

    run(work)


def test_who_waits_too_long_is_refused_and_never_started():
    async def work() -> None:
        queue = RequestQueue(limits(threads=1, slow=0, wait_seconds=0.01))
        place = entered(queue, "bookings")
        with pytest.raises(OverloadedError):
            await queue.wait("bookings")
        queue.leave(place)
        assert queue.enter("bookings") is not None

    run(work)


def test_who_gives_up_waiting_leaves_the_queue_and_gives_back_a_place_already_given():
    async def work() -> None:
        queue = RequestQueue(limits(threads=1, slow=0))
        place = entered(queue, "bookings")
        turn = await waiting(queue, "bookings")
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        turn = await waiting(queue, "bookings")
        queue.leave(place)  # gives it the place
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        assert queue.enter("bookings") is not None

    run(work)


def test_slow_requests_give_up_their_threads_and_a_group_with_all_its_slow_ones_starts_nothing_more():
    async def work() -> None:
        queue = RequestQueue(limits(slow=8))  # four of a group
        stuck = [entered(queue, "bookings") for _ in range(3)]
        turns = [await waiting(queue, "bookings") for _ in range(6)]
        started = [await turn for turn in turns[:3]]  # the first three are slow by now
        assert all(place.is_slow for place in stuck)
        last = await waiting(queue, "bookings")
        queue._tick()
        assert started[0].is_slow
        assert not any(turn.done() for turn in [*turns[3:], last])
        queue.leave(entered(queue, "search"))
        for place in [*stuck, *started]:
            queue.leave(place)
        for turn in [*turns[3:], last]:
            queue.leave(await turn)
        assert queue.enter("bookings") is not None

    run(work)


class Crowd:
    """Requests that come and go at random; after each step no bound is exceeded."""

    def __init__(self, bounds: QueueLimits) -> None:
        self.bounds, self.queue = bounds, RequestQueue(bounds)
        self.places: list[Place] = []
        self.turns: list[asyncio.Task[Place]] = []

    async def step(self, step: str, number: int) -> None:
        group = GROUPS[number % len(GROUPS)]
        if step == "come":
            await self.come(group)
        elif step == "go" and self.places:
            self.queue.leave(self.places.pop(number % len(self.places)))
        elif step == "tick":
            self.queue._tick()
        await self.collect()
        self.check()

    async def come(self, group: str) -> None:
        if (place := self.queue.enter(group)) is not None:
            self.places.append(place)
        else:
            self.turns.append(await waiting(self.queue, group))

    async def collect(self) -> None:
        for _ in range(2):
            await asyncio.sleep(0)
        self.places += [turn.result() for turn in self.turns if turn.done() and turn.exception() is None]
        self.turns = [turn for turn in self.turns if not turn.done()]

    def check(self) -> None:
        working = Counter(place.group for place in self.places if not place.is_slow)
        slow = Counter(place.group for place in self.places if place.is_slow)
        assert working.total() <= self.bounds.threads
        assert all(count <= self.bounds.threads_of_group for count in working.values())
        assert slow.total() <= self.bounds.slow
        assert all(count <= self.bounds.slow_of_group for count in slow.values())

    async def end(self) -> None:
        while self.turns or self.places:
            while self.places:
                self.queue.leave(self.places.pop())
            await self.collect()


@given(
    threads=st.integers(1, 4),
    slow=st.integers(0, 4),
    steps=st.lists(st.tuples(st.sampled_from(["come", "go", "tick"]), st.integers(0, 20)), max_size=60),
)
def test_no_bound_is_ever_exceeded_and_everybody_is_served_in_the_end(
    threads: int, slow: int, steps: list[tuple[str, int]]
):
    async def work() -> None:
        crowd = Crowd(limits(threads=threads, slow=slow))
        for step, number in steps:
            await crowd.step(step, number)
        await crowd.end()
        assert crowd.queue.enter("bookings") is not None

    run(work)
