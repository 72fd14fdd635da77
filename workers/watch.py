"""Notices a Celery worker that lives and works no more.

Celery's own threads read the broker and run the tasks. A worker that lost its broker can stay deaf, and tasks
that hang can occupy all its threads. Both look alike from here: messages wait in the broker and for a long
time no task has begun or ended. Then the process is restarted.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final

from celery.signals import task_postrun, task_prerun

LOOK_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 300.0  # longer than a nightly job of one market, though all threads are at such jobs


class WorkerWatch:
    """The step of the worker's loop. `waiting` counts the messages in the broker."""

    def __init__(self, waiting: Callable[[], int], restart: Callable[[str], None]) -> None:
        self._waiting, self._restart = waiting, restart
        self._active_at = monotonic()

    def connect(self) -> None:
        """Hear of every task that begins or ends in this process."""
        task_prerun.connect(self.note_activity, weak=False)
        task_postrun.connect(self.note_activity, weak=False)

    def note_activity(self, **_: object) -> None:
        """A task began or ended."""
        self._active_at = monotonic()

    def step(self) -> float:
        """Restart the process if messages wait and nothing happens. Raises BrokerAway while it cannot ask."""
        if not self._waiting():
            self.note_activity()
        elif monotonic() - self._active_at > SILENT_SECONDS:
            self._restart("worker")
        return LOOK_SECONDS
