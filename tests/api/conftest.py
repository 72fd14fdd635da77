"""The theatre: the whole API before a whole little market, for tests that try every route."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from domain.foundation.persistence.database import Transactions
from sandbox.server import SandboxServer
from tests.api.theatre import Theatre, opened, trusted


@pytest.fixture(scope="session")
def _opened() -> list[Theatre]:
    """The theatre, once a test has asked for it."""
    return []


@pytest.fixture(scope="session")
def _theatre(engine: Engine, sandbox: SandboxServer, _opened: list[Theatre]) -> Iterator[Theatre]:
    with opened(engine) as theatre:
        theatre.clear()
        _opened.append(theatre)
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


@pytest.fixture
def transactions(
    transactions: Transactions, _opened: list[Theatre], request: pytest.FixtureRequest
) -> Transactions:
    """Transactions on an empty database, also after a test of the same file that used the theatre."""
    if "theatre" not in request.fixturenames:
        for theatre in _opened:
            theatre.clear()
    return transactions
