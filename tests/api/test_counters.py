"""Counters count in windows, all or none, in this process and in Redis alike."""

import os
import threading
from collections.abc import Iterator

import pytest
import redis

from api import counters
from api.counters import Counters, ProcessCounters, RedisCounters, Window
from domain.foundation import ids

REDIS = os.environ.get("TEST_REDIS_URL", "")
NOBODY_LISTENS = "redis://127.0.0.1:9/0"


@pytest.fixture(params=["process", pytest.param("redis", marks=pytest.mark.services)])
def kept(request: pytest.FixtureRequest) -> Iterator[Counters]:
    if request.param == "process":
        yield ProcessCounters()
        return
    if not REDIS:
        pytest.skip("TEST_REDIS_URL names no Redis")
    yield RedisCounters(REDIS)


@pytest.fixture
def aino() -> str:
    """A key that no other run has used."""
    return f"tests/{ids.new()}/aino"


def test_a_window_counts_and_a_key_is_counted_alone(kept: Counters, aino: str):
    window = Window(aino, 2, 60)
    waits = [kept.acquire([window]) for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert 59 <= waits[2] <= 60
    assert kept.acquire([Window(aino + "/ben", 2, 60)]) == 0


def test_what_does_not_fit_one_window_counts_in_none(kept: Counters, aino: str):
    narrow, wide = Window(aino + "/narrow", 1, 60), Window(aino + "/wide", 2, 3_600)
    assert kept.acquire([narrow, wide]) == 0
    assert all(0 < kept.acquire([wide, narrow]) <= 60 for _ in range(5))
    assert kept.acquire([wide]) == 0, "what was refused is not counted"
    assert kept.acquire([wide]) > 60


def test_a_count_is_taken_back_once_and_never_below_nothing(kept: Counters, aino: str):
    window = Window(aino, 1, 60)
    assert kept.acquire([window]) == 0
    for _ in range(3):
        kept.release([window])
    assert kept.acquire([window]) == 0
    assert kept.acquire([window]) > 0


def test_threads_that_count_together_lose_no_count(kept: Counters, aino: str):
    threads, each = 8, 50
    fits = []
    window = Window(aino, threads * each - 10, 60)
    work = [
        threading.Thread(target=lambda: fits.extend(kept.acquire([window]) for _ in range(each)))
        for _ in range(threads)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert fits.count(0) == threads * each - 10


def test_a_window_that_is_over_begins_anew():
    over = ProcessCounters()
    assert [over.acquire([Window("ben", 1, 0)]) for _ in range(2)] == [0, 0]
    assert over.count("ben") == 0
    over.acquire([Window("aino", 2, 60)])
    assert (over.count("aino"), over.count("nobody")) == (1, 0)


def test_what_is_over_is_forgotten_in_time():
    over = ProcessCounters()
    for number in range(counters.LOOKED_THROUGH_EVERY - 1):
        over.acquire([Window(str(number), 1, 0)])
    over.acquire([Window("aino", 1, 60)])
    assert len(over) == 1


def test_while_redis_is_away_this_process_counts_alone(aino: str):
    alone = RedisCounters(NOBODY_LISTENS)
    window = Window(aino, 1, 60)
    assert alone.acquire([window]) == 0
    assert alone.acquire([window]) > 0
    alone.release([window])
    assert alone.acquire([window]) == 0


@pytest.mark.services
def test_a_request_is_one_round_trip_however_many_windows(aino: str, monkeypatch: pytest.MonkeyPatch):
    if not REDIS:
        pytest.skip("TEST_REDIS_URL names no Redis")
    shared = RedisCounters(REDIS)
    shared.acquire([Window(aino, 9, 60)])  # the first call loads the script
    commands = []
    send = redis.connection.AbstractConnection.send_command
    monkeypatch.setattr(
        redis.connection.AbstractConnection,
        "send_command",
        lambda self, *words, **more: (commands.append(words[0]), send(self, *words, **more))[1],
    )
    shared.acquire([Window(f"{aino}/{number}", 9, 60) for number in range(3)])
    assert commands == ["EVALSHA"]
