"""What happens because time passes, as sentences: which sweep, and how often the clock asks for it.

A sweep is a query for rows that are due and the same action a person would have used. It does nothing when
nothing is due, so asking often costs little, and asking twice does no harm.
"""

from dataclasses import dataclass
from datetime import timedelta

from workers import bookings, idempotency, identity, payments, pricing
from workers.invariants import watch
from workers.task import Sweep


@dataclass(frozen=True, slots=True)
class Entry:
    """A sweep and how much real time passes between two askings."""

    sweep: Sweep
    every: timedelta

    @property
    def name(self) -> str:
        """How messages call the sweep: `bookings.expire_requests`."""
        return f"{self.sweep.__module__.rpartition('.')[2]}.{self.sweep.__name__}"


SECOND, MINUTE, HOUR, NIGHT = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)

_ENTRIES: tuple[Entry, ...] = ()

SCHEDULE = {entry.name: entry for entry in _ENTRIES}
