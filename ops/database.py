"""The database that a command of ours works on: DATABASE_URL's, or the embedded one of this folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from domain.foundation.configuration.settings import settings
from domain.foundation.persistence.database import Transactions, build_engine
from ops import embedded_postgres

_POOL = 2  # connections; a command does one thing at a time


@contextmanager
def address() -> Iterator[str]:
    """Where it is. A server that is started for this is stopped again."""
    if "DATABASE_URL" in os.environ:
        yield settings().database_url
        return
    folder = embedded_postgres.default_folder()
    running = embedded_postgres.running(folder)
    if running is not None:
        yield running.url
        return
    try:
        yield embedded_postgres.start(folder).url
    finally:
        embedded_postgres.stop(folder)


@contextmanager
def transactions_on(url: str) -> Iterator[Transactions]:
    """Transactions on the database at this address."""
    engine = build_engine(url, pool_size=_POOL, name="talkoo command")
    try:
        yield Transactions(engine)
    finally:
        engine.dispose()
