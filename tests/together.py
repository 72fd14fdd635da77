"""Many threads at once, each as patient as a client that was told to come back.

On a machine that does much else a thread may wait longer for a lock or a connection than a person would, and
the house refuses with Unavailable. No test fails for that: who hears it asks again, as `Retry-After` says.
How long anything takes is for benchmarks and long proofs; `PATIENCE` only ends what hangs.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import monotonic
from typing import TypeVar

from domain.foundation.errors import Unavailable

Result = TypeVar("Result")

PATIENCE = 180.0  # seconds
_PAUSE = 0.05


def together(deed: Callable[[int], Result], count: int, *, threads: int | None = None) -> list[Result]:
    """What the deed answers for each number below `count`; all threads are let go at the same moment."""
    crowd = min(threads or count, count)
    start = Barrier(crowd, timeout=PATIENCE)
    with ThreadPoolExecutor(crowd, initializer=start.wait) as pool:
        return list(pool.map(lambda number: patiently(lambda: deed(number)), range(count)))


def patiently(deed: Callable[[], Result]) -> Result:
    """What the deed answers, asked again for as long as it is told to come back."""
    until = monotonic() + PATIENCE
    while True:
        try:
            return deed()
        except Unavailable:
            if monotonic() > until:
                raise
        Event().wait(_PAUSE)


def eventually(holds: Callable[[], object]) -> bool:
    """Whether it holds in the end, when something else has had its time."""
    until = monotonic() + PATIENCE
    while not holds():
        if monotonic() > until:
            return False
        Event().wait(_PAUSE / 10)
    return True
