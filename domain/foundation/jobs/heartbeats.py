"""Heartbeats: the state of a loop, in a file that another process can read.

Files and not rows, because a loop must report even while the database is not reachable. Ages are measured on
the monotonic clock, which all processes of a machine share and which cannot be set.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from pydantic import TypeAdapter, ValidationError

FAILING_TOO_LONG_SECONDS: Final = 60.0  # longer than a fail-over of the database or a restart of the broker


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The state of a loop after its last run. Instants are seconds on the monotonic clock.

    `failing_since` is the first of the consecutive failures up to now, `failures` their number, and `error`
    the type of the last one.
    """

    loop: str
    pid: int
    beat_at: float
    stale_after: float
    failing_since: float | None = None
    failures: int = 0
    error: str | None = None

    def age(self) -> float:
        """Seconds since the last run ended; negative if it was written before the machine started."""
        return monotonic() - self.beat_at

    def problem(self) -> str | None:
        """What is wrong with the loop, for people; None while it works."""
        age = self.age()
        if not 0 <= age <= self.stale_after:
            return f"{self.loop}: hangs or ended: no heartbeat for {age:.0f} s"
        if self.failing_since is None:
            return None
        seconds = monotonic() - self.failing_since
        if seconds <= FAILING_TOO_LONG_SECONDS:
            return None
        return f"{self.loop}: failing for {seconds:.0f} s: {self.error}"


_READER: Final = TypeAdapter(Heartbeat)


class HeartbeatFolder:
    """A folder with one file for each loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, heartbeat: Heartbeat) -> None:
        """Replace the file of this loop. Raises OSError if the folder cannot be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{heartbeat.loop}.{heartbeat.pid}"
        draft.write_text(json.dumps(asdict(heartbeat)))
        draft.replace(self._folder / f"{heartbeat.loop}.json")

    def read(self, loop: str) -> Heartbeat | None:
        """The last heartbeat of this loop; None if the file is missing or cannot be parsed."""
        try:
            return _READER.validate_json((self._folder / f"{loop}.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def problems(self, loops: Sequence[str]) -> list[str]:
        """One line for each of these loops that does not work; empty if all of them work."""
        heartbeats = [(name, self.read(name)) for name in loops]
        lines = [f"{name}: no heartbeat" if beat is None else beat.problem() for name, beat in heartbeats]
        return [line for line in lines if line is not None]
