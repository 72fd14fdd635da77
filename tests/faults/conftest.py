"""Stacks of real processes for the tests of faults."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import fresh_database
from tests.faults.stack import Stack, killable, standing


@pytest.fixture(scope="module")
def stack(server_url: str) -> Iterator[Stack]:
    """A stack with a database; other programs are started as they are needed."""
    with (
        tempfile.TemporaryDirectory(prefix="talkoo-faults-") as folder,
        fresh_database(server_url) as url,
        standing(Path(folder), url) as made,
    ):
        yield made


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """A stack whose PostgreSQL is ours to kill."""
    with (
        tempfile.TemporaryDirectory(prefix="talkoo-faults-") as folder,
        killable(Path(folder)) as made,
    ):
        yield made
