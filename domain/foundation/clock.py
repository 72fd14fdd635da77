"""What time it is. Asked once at the top of an action and passed down as `at`; rules never ask.

For replays, `CLOCK_FILE` names a file of eight bytes: microseconds by which this market runs ahead of the
world. Every process of the market reads the same file, so one writer can walk a whole day in a minute and
all of them agree. Production refuses the setting.
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
    real = datetime.now(UTC)  # noqa: TID251 -- the one place that asks the machine
    path = settings().clock_file
    return real if path is None else real + timedelta(microseconds=_OFFSET.unpack_from(_shared(path))[0])


def set_clock_offset(path: Path, offset: timedelta) -> None:
    """Let every process that shares `path` run `ahead` of the world from now on."""
    if not path.exists():
        path.write_bytes(_OFFSET.pack(0))
    with path.open("r+b") as file:
        file.write(_OFFSET.pack(offset // timedelta(microseconds=1)))


@lru_cache(maxsize=4)
def _shared(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)
