"""The theatre: the whole API before a whole little market, for tests that try every route."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from sandbox.server import Server
from tests.api.theatre import Theatre, opened, trusted


@pytest.fixture(scope="session")
def _theatre(engine: Engine, sandbox: Server) -> Iterator[Theatre]:
    with opened(engine) as theatre:
        theatre.clear()
        yield theatre


@pytest.fixture(scope="module")
def _evening(_theatre: Theatre) -> Iterator[Theatre]:
    """The tests of one file; other files find no market."""
    with trusted(_theatre.issuer):
        yield _theatre
    _theatre.clear()


@pytest.fixture
def theatre(_evening: Theatre) -> Theatre:
    """The market as it was built, whatever the test before did to it."""
    _evening.restore()
    return _evening
