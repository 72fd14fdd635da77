"""The scheduler: asks for every scheduled job at its pace, through the broker."""

from collections.abc import Callable, Mapping
from time import monotonic

from workers.schedule import Entry

TICK_SECONDS = 0.5  # the finest pace of the schedule is a second


class Scheduler:
    """The step of the scheduler's loop. A job that could not be asked for stays due."""

    def __init__(self, entries: Mapping[str, Entry], ask: Callable[[Entry], None]) -> None:
        self._entries, self._ask = entries, ask
        self._due = dict.fromkeys(entries, 0.0)

    def step(self) -> float:
        """Ask for every job that is due. Raises BrokerAway while the broker takes no message."""
        for name, entry in self._entries.items():
            if monotonic() >= self._due[name]:
                self._ask(entry)
                self._due[name] = monotonic() + entry.every.total_seconds()
        return TICK_SECONDS
