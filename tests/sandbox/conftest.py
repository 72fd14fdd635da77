"""One sandbox a test process, emptied before each test.

After each test its log is held against the contract.
"""

from collections.abc import Iterator

import pytest
import stripe

from sandbox.server import start
from tests.sandbox.kit import Receiver, Sandbox


@pytest.fixture(scope="session")
def _running() -> Iterator[Sandbox]:
    stripe.enable_telemetry = False  # it would write a file into the home directory
    with start() as server:
        sandbox = Sandbox(server.base_url)
        yield sandbox
        sandbox.http.close()


@pytest.fixture
def sandbox(_running: Sandbox) -> Iterator[Sandbox]:
    _running.control("reset", {})
    yield _running
    assert _running.problems() == [], (
        "the sandbox and the official library must agree on every request and object"
    )
    assert _running.control("books")["problems"] == []


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.stop()
