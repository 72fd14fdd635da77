"""The suite's calendar: in every test file the market's clock starts on the same Monday morning.

The clock of the market (`domain.foundation.clock`) can be steered through a file; the suite steers it for
this process and for every process that a test starts. So no test knows on which day, at which hour or in
which time zone it runs. What stays real: PostgreSQL's `now()` (leases and redelivery), monotonic clocks, and
signatures of webhooks, whose age both sides measure with the machine's clock.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.foundation import clock
from domain.foundation.configuration.settings import settings

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday morning on which nothing special happens in most of the world."""


def install(path: Path) -> None:
    """Steer the market's clock through this file, in this process and in those that it starts."""
    clock.set_clock_offset(path, timedelta(0))
    os.environ["CLOCK_FILE"] = str(path)
    settings.cache_clear()


class Calendar:
    """The clock as test after test finds it: each file begins at START, and time passes inside a file."""

    def __init__(self) -> None:
        self._file, self._ahead = "", timedelta(0)

    def begin_test(self, file: str) -> None:
        """Show START for the first test of a file; undo for others what the test before showed."""
        if file != self._file:
            self._file, self._ahead = file, START - machine_time()
        _steer(self._ahead)


def show(instant: datetime) -> None:
    """Let the market's clock show this instant until the end of the test; it goes on at its usual pace."""
    _steer(instant - machine_time())


def _steer(ahead: timedelta) -> None:
    clock.set_clock_offset(Path(os.environ["CLOCK_FILE"]), ahead)


def machine_time() -> datetime:
    """The machine's clock, for signatures and for tests of what people run on their own machine."""
    return datetime.now(UTC)  # noqa: TID251 -- the one place of the suite that asks the machine
