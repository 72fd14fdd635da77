"""The folder where a developer's Talkoo keeps what it needs between two runs: `.talkoo`, or TALKOO_HOME."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyUpError(RuntimeError):
    """A `talkoo up` runs in this folder already."""


def folder() -> Path:
    """Below the working folder unless TALKOO_HOME says otherwise; absolute, so that children agree."""
    return Path(os.environ.get("TALKOO_HOME") or ".talkoo").resolve()


@contextmanager
def only_one() -> Iterator[None]:
    """Only one `talkoo up` in a folder. The kernel lets go of the lock however its holder ends."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    with (place / "up.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise AlreadyUpError(
                f"Talkoo is up in {place} already (process {held.read().strip()})."
            ) from None
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield
