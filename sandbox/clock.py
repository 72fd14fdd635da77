"""The sandbox's clock: the only module that reads the machine's time.

Whoever starts the sandbox may say at which instant its clock starts; otherwise it starts at the machine's
time. From then on it only moves forward, like Stripe's own test clocks, so that the entries of the books stay
in order. Its setting lives in the store, so a restart does not undo it; a reset returns to the start.
"""

import time
from collections.abc import Callable

from sandbox.protocol.errors import invalid_parameter
from sandbox.protocol.wire import Object
from sandbox.store import SandboxStore

Source = Callable[[], int]
_NANOSECONDS = 1_000_000_000


def machine_time() -> int:
    """The machine's time in whole seconds since 1970.

    Signatures carry it, because receivers compare with theirs.
    """
    return time.time_ns() // _NANOSECONDS


def start_clock(store: SandboxStore, source: Source, starts_at: int | None, *, frozen: bool = False) -> None:
    """Set a clock that was never set to `starts_at` (seconds since 1970; None: the source's time)."""
    if store.setting("clock"):
        return
    first = source() if starts_at is None else starts_at
    if frozen:
        store.set("clock", {"frozen": first})
    elif starts_at is not None:
        store.set("clock", {"offset": first - source()})


def now(store: SandboxStore, source: Source) -> int:
    """The sandbox's time in seconds: the source's, moved or frozen as it was set."""
    setting = store.setting("clock")
    frozen: int | None = setting.get("frozen")
    return frozen if frozen is not None else source() + int(setting.get("offset", 0))


def move_clock(store: SandboxStore, source: Source, change: Object) -> int:
    """Set (`now`), advance (`advance`, seconds), freeze or thaw (`frozen`); returns the new time."""
    before = now(store, source)
    after = int(change.get("now", before)) + int(change.get("advance", 0))
    if after < before:
        raise invalid_parameter("The clock only moves forward.", "now")
    is_frozen = bool(change.get("frozen", store.setting("clock").get("frozen") is not None))
    store.set("clock", {"frozen": after} if is_frozen else {"offset": after - source()})
    return after
