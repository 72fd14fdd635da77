"""The request queue: which request may work in a thread now, which one waits, and which one is refused.

Routes are divided into groups, one for each noun. The invariants:

* At most `threads` requests work at once, and of one group at most `threads - reserved`, so that a group
  which is slow today leaves a thread to the others.
* While others wait, a request that has worked for `slow_seconds` no longer counts among them: it waits for a
  lock or the network rather than for the interpreter. Up to `slow` requests are counted as slow, of one group
  at most half as many; a group that has so many starts nothing more until one has ended.
* Of each group at most `waiting` requests wait, in order of arrival and for at most `wait_seconds`. Groups
  take turns. A request that is refused has not been started.

Everything here runs on the event loop, so nothing is locked. A request that finds a free thread pays for a
few look-ups; timers exist only while somebody waits.
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from time import monotonic

from domain.foundation.errors import Unavailable

SLOW_SECONDS = 0.25  # ten times what the slowest ordinary request takes
RETRY_AFTER_SECONDS = 1  # about as long as a full queue takes to empty
_TICK_SECONDS = 0.05  # between two looks for slow requests


class OverloadedError(Unavailable):
    """More requests of this kind are waiting than can be served soon; this one was not started."""

    slug = "overloaded"
    title = "Too many requests are waiting"


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much of everything one queue allows."""

    threads: int
    reserved: int
    slow: int
    waiting: int
    wait_seconds: float
    slow_seconds: float = SLOW_SECONDS

    @property
    def threads_of_group(self) -> int:
        """How many threads one group may use."""
        return max(1, self.threads - self.reserved)

    @property
    def slow_of_group(self) -> int:
        """How many slow requests one group may have before it starts nothing more."""
        return (self.slow + 1) // 2


@dataclass(eq=False, slots=True)
class Place:
    """A request that works: its group, when it started, whether it waited, and whether it counts as slow."""

    group: str
    started: float
    waited: bool
    is_slow: bool = False


@dataclass(slots=True)
class RequestQueue:
    """Admits requests to threads. `enter` before the work, `leave` after it."""

    limits: QueueLimits
    _working: dict[Place, None] = field(default_factory=dict)
    _working_of: Counter[str] = field(default_factory=Counter)
    _slow_of: Counter[str] = field(default_factory=Counter)
    _slow: int = 0
    _waiting: dict[str, deque[asyncio.Future[Place]]] = field(default_factory=dict)
    _timer: asyncio.TimerHandle | None = None

    def enter(self, group: str) -> Place | None:
        """A place for a request of this group if it may work now, else None: call `wait`."""
        if group in self._waiting or not self._may_start(group):
            return None
        return self._start(group, waited=False)

    async def wait(self, group: str) -> Place:
        """A place for a request of this group once it is its turn.

        Raises OverloadedError if too many wait already, or if it is not its turn within `wait_seconds`.
        """
        if len(self._waiting.get(group, ())) >= self.limits.waiting:
            raise _overloaded()
        turn: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(group, deque()).append(turn)
        self._set_timer()
        try:
            await asyncio.wait((turn,), timeout=self.limits.wait_seconds)
        except asyncio.CancelledError:
            self._withdraw(group, turn)
            raise
        if not turn.done():
            self._withdraw(group, turn)
            raise _overloaded()
        return turn.result()

    def leave(self, place: Place) -> None:
        """End the work of a request and start those that may work now."""
        if place.is_slow:
            self._slow_of[place.group] -= 1
            self._slow -= 1
        else:
            del self._working[place]
            self._working_of[place.group] -= 1
        if self._waiting:
            self._admit()

    def _may_start(self, group: str) -> bool:
        limits = self.limits
        return (
            len(self._working) < limits.threads
            and self._working_of[group] < limits.threads_of_group
            and (not limits.slow or self._slow_of[group] < limits.slow_of_group)
        )

    def _start(self, group: str, *, waited: bool) -> Place:
        place = Place(group, monotonic(), waited)
        self._working[place] = None
        self._working_of[group] += 1
        return place

    def _admit(self) -> None:
        """Start one waiting request of each group in turn, as long as one may start."""
        groups = deque(self._waiting)
        while groups:
            group = groups.popleft()
            if not self._may_start(group):
                continue
            queue = self._waiting.pop(group)
            queue.popleft().set_result(self._start(group, waited=True))
            if queue:
                self._waiting[group] = queue  # at the end: the others come first now
                groups.append(group)

    def _withdraw(self, group: str, turn: asyncio.Future[Place]) -> None:
        """Take a request out of the queue that waits no longer; give back the place it may have got."""
        if turn.done():
            self.leave(turn.result())
            return
        queue = self._waiting[group]
        queue.remove(turn)
        if not queue:
            del self._waiting[group]

    def _set_timer(self) -> None:
        if self._timer is None and self.limits.slow:
            self._timer = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """While somebody waits, count requests as slow that have worked for long, and admit others."""
        self._timer = None
        if not self._waiting:
            return
        since = monotonic() - self.limits.slow_seconds
        for place in [place for place in self._working if place.started <= since]:
            if self._slow < self.limits.slow and self._slow_of[place.group] < self.limits.slow_of_group:
                self._count_as_slow(place)
        self._admit()
        self._set_timer()

    def _count_as_slow(self, place: Place) -> None:
        place.is_slow = True
        del self._working[place]
        self._working_of[place.group] -= 1
        self._slow_of[place.group] += 1
        self._slow += 1


def _overloaded() -> OverloadedError:
    return OverloadedError(
        "Too many requests of this kind are waiting. Yours was not started; send it again in a moment.",
        retry_after=RETRY_AFTER_SECONDS,
    )
