"""Loops: work repeated in a thread of its own for as long as the process lives (decision 0024).

A `Loop` survives every `Exception` of its step: it waits, longer after each failure, and runs the step again.
It logs the first failure and the recovery, and writes a heartbeat after each run. A `Supervisor` restarts a
loop whose thread ended. A thread that hangs cannot be stopped from outside, so then it restarts the process.
"""

import os
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

from domain.foundation.jobs.heartbeats import Heartbeat
from domain.foundation.logging import get_logger

FIRST_PAUSE_SECONDS: Final = 0.25  # after the first failure; each further one waits about twice as long
LONGEST_PAUSE_SECONDS: Final = 5.0  # so an outage, however long, costs at most this much after its end
STALE_AFTER_SECONDS: Final = (
    60.0  # a step ends well before: a statement may take 10 s, a broker's answer 30 s
)
REPORT_SECONDS: Final = 1.0  # a busy loop runs hundreds of times a second; a heartbeat file needs no more
CHECK_SECONDS: Final = 1.0
DEAD_AFTER: Final = (
    2  # times `stale_after` without a heartbeat: `health` has named the loop before it is restarted
)

Step = Callable[[], float]
Report = Callable[[Heartbeat], None]


class Loop:
    """Runs `step` again and again in a thread. `step` returns the seconds to wait before its next run.

    `stale_after` is the longest time in seconds that a healthy step takes. `report` receives heartbeats.
    """

    def __init__(
        self,
        name: str,
        step: Step,
        *,
        report: Report = lambda _: None,
        stale_after: float = STALE_AFTER_SECONDS,
        survives: type[BaseException] = Exception,
    ) -> None:
        self.name, self.stale_after = name, stale_after
        self._step, self._report, self._survives = step, report, survives
        self._stop, self._thread = Event(), Thread(name=name)
        self._beat_at, self._reported_at = monotonic(), -REPORT_SECONDS
        self._failing_since: float | None = None
        self._failures = 0
        self._errors: set[str] = set()
        self._error: str | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    @property
    def heartbeat(self) -> Heartbeat:
        """The state after the last run."""
        return Heartbeat(
            loop=self.name,
            pid=os.getpid(),
            beat_at=self._beat_at,
            stale_after=self.stale_after,
            failing_since=self._failing_since,
            failures=self._failures,
            error=self._error,
        )

    def start(self) -> None:
        """Start a thread; also in place of one that ended."""
        self._beat_at = monotonic()
        self._report_heartbeat()
        self._thread = Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end after the current run."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Wait until the thread has ended, at most `timeout` seconds."""
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._stop.wait(self._run_once())
        except BaseException as error:  # noqa: BLE001 -- SystemExit and its like end the thread; the supervisor starts another
            _log("error", "loop_ended", loop=self.name, error=type(error).__name__, exc_info=error)

    def _run_once(self) -> float:
        """Run the step once and write the heartbeat. Returns the seconds to wait."""
        try:
            pause = self._step()
        except self._survives as error:
            pause = self._note_failure(error)
        else:
            self._note_success()
        self._beat_at = monotonic()
        if self._beat_at - self._reported_at >= REPORT_SECONDS:
            self._report_heartbeat()
        return pause

    def _note_failure(self, error: BaseException) -> float:
        """Record the failure, log it if its type is new, and return the seconds to wait."""
        kind = type(error).__name__
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = monotonic()
        if kind not in self._errors:
            self._errors.add(kind)
            _log("warning", "loop_failing", loop=self.name, error=kind, exc_info=error)
        self._error = kind
        self._reported_at = -REPORT_SECONDS
        return pause_after(self._failures)

    def _note_success(self) -> None:
        if self._failing_since is None:
            return
        seconds = int(monotonic() - self._failing_since)
        _log("warning", "loop_recovered", loop=self.name, failures=self._failures, seconds=seconds)
        self._failing_since, self._failures, self._error = None, 0, None
        self._errors.clear()
        self._reported_at = -REPORT_SECONDS

    def _report_heartbeat(self) -> None:
        """Report the heartbeat. If that fails, the heartbeat becomes stale and `health` reports it."""
        self._reported_at = monotonic()
        with suppress(Exception):
            self._report(self.heartbeat)


class Supervisor:
    """Starts loops. Restarts a loop whose thread ended, and the process if a loop hangs.

    `restart` replaces the process; it is called with the name of the loop that hangs.
    """

    def __init__(
        self, loops: Sequence[Loop], *, restart: Callable[[str], None], report: Report = lambda _: None
    ) -> None:
        self.loops, self._restart = loops, restart
        self._own = Loop("supervisor", self.check, report=report, survives=BaseException)

    def start(self) -> None:
        """Start all loops, and one more that checks them."""
        for loop in self.loops:
            loop.start()
        self._own.start()

    def stop(self, timeout: float) -> None:
        """Stop all loops, and wait at most `timeout` seconds for each to end."""
        for loop in (self._own, *self.loops):
            loop.stop()
        for loop in (self._own, *self.loops):
            loop.join(timeout)

    def check(self) -> float:
        """Restart loops that ended or hang. Returns the seconds until the next check."""
        for loop in self.loops:
            if loop.is_stopped:
                continue
            if not loop.is_alive:
                _log("error", "loop_restarted", loop=loop.name)
                loop.start()
            elif loop.heartbeat.age() > DEAD_AFTER * loop.stale_after:
                _log("error", "loop_hangs", loop=loop.name, seconds=int(loop.heartbeat.age()))
                self._restart(loop.name)
        return CHECK_SECONDS


def pause_after(failures: int) -> float:
    """Seconds to wait after this many failures in a row: exponential backoff with an upper bound and jitter.

    The jitter (upper half of the interval) spreads processes that failed together (Brooker, "Exponential
    Backoff and Jitter", 2015).
    """
    bound = min(FIRST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE_SECONDS)
    return random.uniform(bound / 2, bound)


def _log(level: str, event: str, **values: Any) -> None:  # noqa: ANN401 -- as structlog
    """Log, and ignore a log that cannot be written (disk full, pipe closed): it must not end a loop."""
    with suppress(Exception):
        getattr(get_logger("loops"), level)(event, **values)
