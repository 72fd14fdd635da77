"""Counters in fixed windows for the rate limits: in this process, or in Redis for several processes.

A request counts in several windows at once, or in none: what is refused is not counted, so that nobody
extends a wait by asking during it. One request is one round trip to Redis, whatever the number of windows.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Protocol

from redis import Redis
from redis.exceptions import RedisError

from domain.foundation.logging import get_logger

LOOKED_THROUGH_EVERY = 10_000  # counts; a key is a few hundred bytes, so what is over never grows large
SECONDS_TO_ANSWER: Final = 0.25  # of Redis: the limits protect the others and must not slow everybody down
SECONDS_AWAY: Final = 1.0  # after a failure Redis is left alone for so long, and this process counts alone
_PREFIX: Final = "talkoo:limits:"

# KEYS are windows; ARGV holds the amount and the length in seconds of each. Returns the milliseconds until
# no window is full, or 0 after counting in every window.
_ACQUIRE: Final = """
local wait = 0
for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i - 1]) then
        wait = math.max(wait, redis.call('PTTL', key), 1)
    end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[2 * i]) end
end
return 0
"""
_RELEASE: Final = """
for _, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') > 0 then redis.call('DECR', key) end
end
"""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `amount` counts of `key` in `seconds`, which begin with the first count."""

    key: str
    amount: int
    seconds: int


class Counters(Protocol):
    """Where windows are counted."""

    def acquire(self, windows: Sequence[Window]) -> int:
        """Count one in every window and return 0; if one is full, in none, and return the seconds to wait."""
        ...

    def release(self, windows: Sequence[Window]) -> None:
        """Take one count back from every window that is not over."""
        ...


class ProcessCounters:
    """Counts of this process. Instants are of the monotonic clock: a window lasts, whatever the date."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._windows: dict[str, tuple[int, float]] = {}  # how many, and when the window is over
        self._lock, self._counted = threading.Lock(), 0

    def acquire(self, windows: Sequence[Window]) -> int:
        """Count one in every window and return 0; if one is full, in none, and return the seconds to wait."""
        now = self._now()
        with self._lock:
            open_ones = [self._open(window, now) for window in windows]
            pairs = zip(windows, open_ones, strict=True)
            if waits := [over_at - now for window, (count, over_at) in pairs if count >= window.amount]:
                return max(1, ceil(max(waits)))
            for window, (count, over_at) in zip(windows, open_ones, strict=True):
                self._windows[window.key] = count + 1, over_at
            self._forget_what_is_over(now)
        return 0

    def release(self, windows: Sequence[Window]) -> None:
        """Take one count back from every window that is not over."""
        now = self._now()
        with self._lock:
            for window in windows:
                count, over_at = self._open(window, now)
                if count > 0:
                    self._windows[window.key] = count - 1, over_at

    def count(self, key: str) -> int:
        """The count of the window of this key, 0 if none is open."""
        count, over_at = self._windows.get(key, (0, 0.0))
        return count if over_at > self._now() else 0

    def __len__(self) -> int:
        return len(self._windows)

    def _open(self, window: Window, now: float) -> tuple[int, float]:
        count, over_at = self._windows.get(window.key, (0, 0.0))
        return (count, over_at) if over_at > now else (0, now + window.seconds)

    def _forget_what_is_over(self, now: float) -> None:
        self._counted += 1
        if self._counted % LOOKED_THROUGH_EVERY == 0:
            self._windows = {key: window for key, window in self._windows.items() if window[1] > now}


class RedisCounters:
    """Counts that several processes share in a Redis server. While it is away, this process counts alone."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=SECONDS_TO_ANSWER, socket_connect_timeout=SECONDS_TO_ANSWER
        )
        self._acquire = self._redis.register_script(_ACQUIRE)
        self._release = self._redis.register_script(_RELEASE)
        self._alone, self._away_until = ProcessCounters(), 0.0

    def acquire(self, windows: Sequence[Window]) -> int:
        """Count one in every window and return 0; if one is full, in none, and return the seconds to wait."""
        if time.monotonic() < self._away_until:
            return self._alone.acquire(windows)
        limits = [number for window in windows for number in (window.amount, window.seconds)]
        try:
            milliseconds = int(self._acquire(keys=_keys(windows), args=limits))
        except RedisError as error:
            self._note_failure(error)
            return self._alone.acquire(windows)
        return ceil(milliseconds / 1_000)

    def release(self, windows: Sequence[Window]) -> None:
        """Take one count back from every window that is not over."""
        self._alone.release(windows)
        if time.monotonic() < self._away_until:
            return
        try:
            self._release(keys=_keys(windows))
        except RedisError as error:
            self._note_failure(error)

    def _note_failure(self, error: RedisError) -> None:
        self._away_until = time.monotonic() + SECONDS_AWAY
        get_logger("api").warning("rate_limits_away", error=type(error).__name__)


def counters_at(url: str) -> Counters:
    """The counters at this address: `memory://` or that of a Redis server."""
    return ProcessCounters() if url.startswith("memory:") else RedisCounters(url)


def _keys(windows: Sequence[Window]) -> list[str]:
    return [_PREFIX + window.key for window in windows]
