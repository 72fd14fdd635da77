"""The current time. An action reads it once and passes it down as `at`; rules never read it.

For replays, `CLOCK_FILE` names a file of eight bytes: the microseconds by which the market's time is ahead of
real time. All processes share the file, so one writer can run a day in a minute. Production does not allow
the setting.
"""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from domain.foundation.configuration.settings import settings

_OFFSET = struct.Struct("<q")


def now() -> datetime:
    """The current instant, in UTC."""
    real = datetime.now(UTC)  # noqa: TID251 -- the only place that reads the system clock
    path = settings().clock_file
    return real if path is None else real + timedelta(microseconds=_OFFSET.unpack_from(_shared(path))[0])


def set_clock_offset(path: Path, offset: timedelta) -> None:
    """Set the offset from real time for every process that shares the file `path`."""
    if not path.exists():
        path.write_bytes(_OFFSET.pack(0))
    with path.open("r+b") as file:
        file.write(_OFFSET.pack(offset // timedelta(microseconds=1)))


@lru_cache(maxsize=4)
def _shared(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)
