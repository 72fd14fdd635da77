"""What every test may ask for: a database of its own, a fixed instant, an HTTP client, the payment sandbox.

The database is an embedded cluster in a temporary folder, or a fresh database on the server that
TEST_DATABASE_URL names. Before the first statement the cluster says itself that its data directory is ours.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from domain import registry
from domain.foundation.database import Transactions, engine_for
from domain.foundation.settings import settings
from ops import embedded_postgres
from sqlalchemy import Engine, make_url, text
from sqlmodel import Session

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    """A Monday morning on which nothing special happens in most of the world."""
    return MONDAY_MORNING


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
    with _fresh_database(server_url) as url:
        os.environ["DATABASE_URL"] = url
        settings.cache_clear()
        yield url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine with room for a crowd of threads."""
    made = engine_for(database_url, pool_size=32, name="tests")
    registry.metadata().create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is undone after the test. Deferred constraints fire at once."""
    with engine.connect() as connection:
        outer = connection.begin()
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as opened:
            yield opened
        outer.rollback()


@pytest.fixture
def transactions(engine: Engine) -> Iterator[Transactions]:
    """Transactions that really commit; every table is emptied after the test."""
    yield Transactions(engine)
    names = ", ".join(table.name for table in registry.metadata().sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@contextmanager
def _fresh_database(server_url: str) -> Iterator[str]:
    server = make_url(server_url)
    name = f"talkoo_test_{secrets.token_hex(6)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
