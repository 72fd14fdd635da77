"""Counters of one process count in windows, and forget what is over."""

import threading

from limits import parse
from limits.strategies import FixedWindowRateLimiter

from api import counters
from api.counters import ProcessCounters


def test_a_window_counts_and_a_key_is_counted_alone():
    limiter, limit = FixedWindowRateLimiter(ProcessCounters()), parse("2/minute")
    assert [limiter.hit(limit, "aino") for _ in range(3)] == [True, True, False]
    assert limiter.hit(limit, "ben")


def test_a_window_that_is_over_begins_anew():
    kept = ProcessCounters()
    assert [kept.incr("aino", 60) for _ in range(2)] == [1, 2]
    assert [kept.incr("ben", 0) for _ in range(2)] == [1, 1]
    assert (kept.get("aino"), kept.get("ben"), kept.get("nobody")) == (2, 0, 0)
    kept.clear("aino")
    assert kept.get("aino") == 0


def test_what_is_over_is_forgotten_in_time():
    kept = ProcessCounters()
    for number in range(counters.LOOKED_THROUGH_EVERY - 1):
        kept.incr(str(number), 0)
    kept.incr("aino", 60)
    assert kept.reset() == 1


def test_threads_that_count_together_lose_no_count():
    kept, threads = ProcessCounters(), 8
    work = [
        threading.Thread(target=lambda: [kept.incr("aino", 60) for _ in range(500)]) for _ in range(threads)
    ]
    for each in work:
        each.start()
    for each in work:
        each.join()
    assert kept.get("aino") == 500 * threads
