"""What every test may ask for: a database of its own, a fixed instant, an HTTP client, the payment sandbox.

The database is an embedded cluster in a temporary folder, or a fresh database on the server that
TEST_DATABASE_URL names. Before the first statement the cluster says itself that its data directory is ours.
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import psycopg
import pytest
from sqlalchemy import Engine, event, make_url, text
from sqlmodel import Session
from starlette.testclient import TestClient

from api.app import create
from domain import registry
from domain.foundation.configuration.settings import settings
from domain.foundation.persistence.database import Transactions, build_engine
from ops import embedded_postgres
from sandbox import server as sandbox_server
from tests import market_calendar
from tests.client import Client
from tests.together import PATIENCE

if TYPE_CHECKING:
    from domain.payments import Gateway
    from sandbox.server import SandboxServer

WEBHOOK_SECRET = "whsec_tests"
_PATIENT = f"-c statement_timeout={PATIENCE:.0f}s -c idle_in_transaction_session_timeout={PATIENCE:.0f}s"


@event.listens_for(Engine, "do_connect")
def _be_patient(_dialect: object, _record: object, _arguments: object, told: dict[str, Any]) -> None:
    """A loaded machine takes longer for a statement, and for what a test does between two, than is allowed.

    Who waits for a lock or for a connection of the pool is sent away as early as in production.
    """
    told |= {"options": f"{told.get('options', '')} {_PATIENT}", "connect_timeout": int(PATIENCE)}


# `make test` tries the same examples each time; in `make proofs` HYPOTHESIS_PROFILE=explore tries new ones.
hypothesis.settings.register_profile("repeat", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))

_FOLDER = tempfile.TemporaryDirectory(prefix="talkoo-tests-")  # of this process, gone with it
market_calendar.install(Path(_FOLDER.name) / "clock")
_CALENDAR = market_calendar.Calendar()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Set the market's clock before the first fixture of a test is built."""
    _CALENDAR.begin_test(str(item.path))


@pytest.fixture
def at() -> datetime:
    """The instant at which the market's clock starts in every test."""
    return market_calendar.START


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a PostgreSQL server on which tests may create databases."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="talkoo-tests-") as folder:
        address = embedded_postgres.start_for_tests(Path(folder) / "postgres")
        yield address.url
        embedded_postgres.stop(Path(folder) / "postgres")


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """The address of an empty market's database; this process's settings point there."""
    with fresh_database(server_url) as url:
        os.environ["DATABASE_URL"] = url
        # One address asks for all tests; what the limits do is tried on an app of its own.
        for name in ("RATE_LIMIT", "RATE_LIMIT_SIGN_IN", "RATE_LIMIT_ACCOUNT"):
            os.environ[name] = "1000000/minute"
        # A loaded machine takes longer than a request may wait; what the queue does is tried on its own.
        os.environ["REQUEST_WAIT_SECONDS"] = str(PATIENCE)
        settings.cache_clear()
        yield url


@pytest.fixture(scope="session")
def empty_database(server_url: str) -> Callable[[], AbstractContextManager[str]]:
    """Makes a database without a schema, for as long as the block lasts."""
    return lambda: fresh_database(server_url)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine with room for a crowd of threads."""
    made = build_engine(database_url, pool_size=24, name="tests")
    registry.metadata().create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is undone after the test. Deferred constraints fire at once."""
    with engine.connect() as connection:
        outer = connection.begin()
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as opened:
            yield opened
        outer.rollback()


@pytest.fixture
def transactions(engine: Engine) -> Iterator[Transactions]:
    """Transactions that really commit; every table is emptied after the test."""
    yield Transactions(engine)
    # With triggers and foreign keys asleep, deleting a few rows is ten times quicker than TRUNCATE.
    emptied = "; ".join(f"DELETE FROM {table.name}" for table in registry.metadata().sorted_tables)  # noqa: S608 -- our own tables
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {emptied}")


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The address of a database without a schema, dropped after the block."""
    server = make_url(server_url)
    name = f"talkoo_test_{secrets.token_hex(6)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sandbox() -> Iterator["SandboxServer"]:
    """The payment sandbox, served on a loopback port of its own; settings point there."""
    with sandbox_server.start_server(starts_at=market_calendar.START) as started:
        os.environ["STRIPE_API_BASE"] = started.base_url
        os.environ["STRIPE_SECRET_KEY"] = "sk_sandbox_tests"
        os.environ["STRIPE_WEBHOOK_SECRETS"] = WEBHOOK_SECRET
        settings.cache_clear()
        yield started


@pytest.fixture
def gateway(sandbox: "SandboxServer") -> "Gateway":
    """The real gateway with the official library, before the sandbox."""
    from domain.payments.provider.stripe_gateway import StripeGateway

    return StripeGateway.from_settings(settings())


@pytest.fixture(scope="session")
def app(database_url: str, engine: Engine, sandbox: "SandboxServer") -> Iterator[TestClient]:
    """The API in this process, with its whole life around it."""
    with TestClient(create(), base_url="http://talkoo.test") as started:
        yield started


@pytest.fixture
def client(app: TestClient, transactions: Transactions) -> Client:
    """Somebody at the HTTP door; `client.sign_in(user_id)` answers a client that is that person."""
    return Client(app, transactions)
