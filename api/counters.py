"""Counters of one process, for the rate limits where no Redis is shared.

The library's own storage in memory starts a thread for nearly every request, which looks through all keys; it
cost a tenth of a search. Here whoever counts the ten-thousandth time looks through them.
"""

import threading
import time

from limits.storage import Storage

LOOKED_THROUGH_EVERY = 10_000  # counts; a key is a few hundred bytes, so what is over never grows large


class ProcessCounters(Storage):
    """Counts in fixed windows. Instants are of the monotonic clock: a window lasts, whatever the date."""

    STORAGE_SCHEME = ["process"]  # noqa: RUF012 -- declared so by the library

    def __init__(self) -> None:
        super().__init__()
        self._windows: dict[str, tuple[int, float]] = {}  # how many, and when the window is over
        self._lock, self._counted = threading.Lock(), 0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong: nothing of its own."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds that begins with its first count. Answers the count."""
        now = time.monotonic()
        with self._lock:
            count, over_at = self._windows.get(key, (0, 0.0))
            if over_at <= now:
                count, over_at = 0, now + expiry
            self._windows[key] = count + amount, over_at
            self._counted += 1
            if self._counted % LOOKED_THROUGH_EVERY == 0:
                self._windows = {name: each for name, each in self._windows.items() if each[1] > now}
        return count + amount

    def get(self, key: str) -> int:
        """The count of the window that is open, if one is."""
        count, over_at = self._windows.get(key, (0, 0.0))
        return count if over_at > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """When the window is over."""
        return self._windows.get(key, (0, time.monotonic()))[1]

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int | None:
        """Forget everything. Answers how many keys that were."""
        with self._lock:
            forgotten = len(self._windows)
            self._windows = {}
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            self._windows.pop(key, None)
