"""How much of the machine others took, so that a promise in seconds is judged as on a machine of our own."""

import os
from pathlib import Path

from bench.machine import cpu_seconds, family

_TICKS = os.sysconf("SC_CLK_TCK")
_MOST = 0.95  # what others can take of a share that we still judge by


class Neighbours:
    """Begin with one, let work happen, ask. Our own processes and all below them are not neighbours."""

    def __init__(self) -> None:
        self._before = _used()

    def slowed(self) -> float:
        """How many times longer we took since then than alone, had we wanted all of the machine."""
        (busy, total, ours), (busy_before, total_before, ours_before) = _used(), self._before
        others = (busy - busy_before) - (ours - ours_before)
        share = others / max(total - total_before, 1e-9)
        return 1.0 / (1.0 - min(max(share, 0.0), _MOST))


def _used() -> tuple[float, float, float]:
    """Seconds of all processors so far: busy, in all, and ours (proc(5), /proc/stat)."""
    columns = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, idle, waiting, *interrupts = (int(column) / _TICKS for column in columns)
    busy = user + nice + system + sum(interrupts)
    return busy, busy + idle + waiting, cpu_seconds(family(os.getpid()))
