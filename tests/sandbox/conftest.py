"""One sandbox a test process, emptied before each test.

After each test its log is held against the contract.
"""

from collections.abc import Iterator

import pytest
import stripe

from sandbox.server import start_server
from tests.sandbox.sandbox_client import SandboxClient, WebhookReceiver


@pytest.fixture(scope="session")
def _running() -> Iterator[SandboxClient]:
    stripe.enable_telemetry = False  # it would write a file into the home directory
    with start_server() as server:
        sandbox = SandboxClient(server.base_url)
        yield sandbox
        sandbox.http.close()


@pytest.fixture
def sandbox(_running: SandboxClient) -> Iterator[SandboxClient]:
    _running.control("reset", {})
    yield _running
    assert _running.problems() == [], (
        "the sandbox and the official library must agree on every request and object"
    )
    assert _running.control("books")["problems"] == []


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    listening = WebhookReceiver()
    yield listening
    listening.stop()
