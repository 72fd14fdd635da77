"""The calendar of benchmarks: the market's clock starts at the same instant in every run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.foundation import clock
from domain.foundation.configuration.settings import settings

START: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday noon on which nothing special happens in most of the world."""


@contextmanager
def fixed_time(folder: Path) -> Iterator[None]:
    """Let the market's clock start at START, in this process and in those that it starts in the block."""
    path = folder / "clock"
    before = os.environ.pop("CLOCK_FILE", None)
    settings.cache_clear()
    clock.set_clock_offset(path, START - clock.now())
    os.environ["CLOCK_FILE"] = str(path)
    settings.cache_clear()
    try:
        yield
    finally:
        del os.environ["CLOCK_FILE"]
        if before is not None:
            os.environ["CLOCK_FILE"] = before
        settings.cache_clear()
