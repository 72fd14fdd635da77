"""The private market's time: it runs with the machine's, and is moved ahead for all its processes at once.

Our processes read one file (`domain.foundation.clock`); the payment sandbox has a clock of its own, which is
set beside it and stands still in between. Neither ever goes back.
"""

from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import httpx

from domain.foundation import clock

_SECONDS_TO_ANSWER = 10


class MarketClock:
    """Moves the clock of one market."""

    def __init__(self, file: Path, sandbox_url: str) -> None:
        self._file = file
        self._sandbox = sandbox_url
        self._lock = Lock()
        self._ahead = timedelta(0)
        self._sandbox_at: datetime | None = None

    def begin(self, at: datetime) -> None:
        """Let it be `at` now. For the start of a life: a market that slept has lost no time."""
        with self._lock:
            self._ahead = at - clock.now()
            clock.set_clock_offset(self._file, self._ahead)

    def now(self) -> datetime:
        """What time it is in the market."""
        return clock.now() + self._ahead

    def forward_to(self, at: datetime) -> None:
        """Let it be `at` at the earliest."""
        with self._lock:
            if at > self.now():
                self._ahead += at - self.now()
                clock.set_clock_offset(self._file, self._ahead)
            self._set_sandbox()

    def _set_sandbox(self) -> None:
        """By whole minutes, which is as exact as anything there is looked at."""
        at = self.now()
        if self._sandbox_at is not None and at - self._sandbox_at < timedelta(minutes=1):
            return
        now = httpx.get(f"{self._sandbox}/_sandbox/clock", timeout=_SECONDS_TO_ANSWER, trust_env=False)
        wanted = max(int(at.timestamp()), int(now.raise_for_status().json()["now"]))
        httpx.post(
            f"{self._sandbox}/_sandbox/clock",
            json={"now": wanted, "frozen": True},
            timeout=_SECONDS_TO_ANSWER,
            trust_env=False,
        ).raise_for_status()
        self._sandbox_at = at
