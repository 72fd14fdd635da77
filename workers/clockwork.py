"""The clock: asks for every sweep at its pace, through the broker."""

from collections.abc import Callable, Mapping
from threading import Event
from time import monotonic

from domain.foundation.logging import log
from workers.relay import BrokerAway
from workers.schedule import Entry

TICK_SECONDS = 0.5  # the finest pace of the schedule is a second


def run(entries: Mapping[str, Entry], ask: Callable[[Entry], None], stop: Event) -> None:
    """Ask for every sweep at its pace until told to stop; a broker that is away is asked again."""
    due = dict.fromkeys(entries, 0.0)
    while not stop.wait(TICK_SECONDS):
        for name, entry in entries.items():
            if monotonic() < due[name]:
                continue
            try:
                ask(entry)
            except BrokerAway as away:
                log("clock").warning("broker_away", error=str(away))
                break
            due[name] = monotonic() + entry.every.total_seconds()
