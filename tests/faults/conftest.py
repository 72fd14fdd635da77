"""Stacks of real processes for the tests of faults."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stack import Stack, standing


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack with a database; other programs are started as they are needed."""
    with tempfile.TemporaryDirectory(prefix="talkoo-faults-") as folder, standing(Path(folder)) as made:
        yield made


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """A stack whose PostgreSQL is ours to kill."""
    with (
        tempfile.TemporaryDirectory(prefix="talkoo-faults-") as folder,
        standing(Path(folder), own_server=True) as made,
    ):
        yield made
