"""Connections to PostgreSQL, and transactions that are committed or rolled back as a whole.

Domain code flushes and never commits: the code that opened the transaction does. Every connection has
time-outs, so that no lock, statement or idle transaction can block the others for long.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Engine, create_engine, event, exc
from sqlalchemy.engine import ExceptionContext
from sqlmodel import Session

from domain.foundation.errors import DomainError, Unacceptable, Unavailable, error_class_for_constraint
from domain.foundation.persistence.database_errors import (
    DatabaseErrorReaction,
    OutcomeUnknownError,
    condition_of,
    sqlstate_of,
    unavailable_error,
)

Result = TypeVar("Result")

LOCK_TIMEOUT_MS = 2_000  # users give up after a few seconds; two waits must fit into that
STATEMENT_TIMEOUT_MS = 10_000  # longer than any statement of a request with a correct plan
IDLE_TIMEOUT_MS = 15_000  # a transaction that is idle for this long belongs to a process that hangs
POOL_WAIT_SECONDS = 2.0  # after this a 503 is better for the user than waiting on
AUTOCOMMIT_POOL_SIZE = 4  # autocommit connections that stay open while idle; more are opened when needed
NOT_COMMITTED = {"25006", "25P03", "25P04"}  # read-only, idle or open too long: the server rolled back
SECONDS_BETWEEN_RECONNECTS = 1.0  # of the autocommit pool: a read-only server causes many errors at once

# The autocommit engine of each engine.
_AUTOCOMMIT_ENGINES: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()


def build_engine(url: str, *, pool_size: int, name: str, idle_connections: int | None = None) -> Engine:
    """An engine whose connections use UTC, have time-outs, and have `name` as their application name.

    It has at most `pool_size` connections and keeps `idle_connections` of them (default: all) while idle.

    `Transactions` needs a second engine in autocommit mode, which is created and disposed of with this one:
    changing the isolation level at each checkout would cost 20 % more CPU time per statement.
    """
    options = (
        f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS}"
    )
    engine_arguments: dict[str, Any] = {
        "hide_parameters": True,  # texts of users must not be logged
        "pool_timeout": POOL_WAIT_SECONDS,
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "connect_args": {"options": options, "application_name": name, "connect_timeout": 5},
    }
    idle_connections = min(pool_size, idle_connections or pool_size)
    engine = create_engine(
        url, pool_size=idle_connections, max_overflow=pool_size - idle_connections, **engine_arguments
    )
    autocommit_pool_size = min(pool_size, AUTOCOMMIT_POOL_SIZE)
    autocommit_engine = create_engine(
        url,
        pool_size=autocommit_pool_size,
        max_overflow=pool_size - autocommit_pool_size,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,  # there is nothing to roll back
        **engine_arguments,
    )
    event.listen(engine, "engine_disposed", lambda _engine: autocommit_engine.dispose())
    _AUTOCOMMIT_ENGINES[engine] = autocommit_engine
    _reconnect_on_error(engine, autocommit_engine)
    return engine


def _reconnect_on_error(engine: Engine, autocommit_engine: Engine) -> None:
    """Drop the pooled connections after an error with the reaction RECONNECT.

    A server that became read-only is no longer the primary. With several hosts in the address and
    `target_session_attrs=read-write`, new connections of both engines go to the new primary.
    """
    dropped_at = 0.0

    def drop_connections(context: ExceptionContext) -> None:
        nonlocal dropped_at
        connection, error = context.connection, context.sqlalchemy_exception
        if connection is None or not isinstance(error, exc.DBAPIError):
            return
        condition = condition_of(error)
        if condition is None or condition.reaction is not DatabaseErrorReaction.RECONNECT:
            return
        context.is_disconnect = True
        if time.monotonic() - dropped_at > SECONDS_BETWEEN_RECONNECTS:
            dropped_at = time.monotonic()
            autocommit_engine.dispose()

    event.listen(engine, "handle_error", drop_connections)


class Transactions:
    """Opens transactions on an engine of `build_engine`: `with transactions() as session: …`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._autocommit_engine = _AUTOCOMMIT_ENGINES[engine]

    def __call__(self) -> AbstractContextManager[Session]:
        """One transaction: committed at the end, rolled back on an exception.

        A domain error with `commits_transaction` commits it too.
        """
        return self._transaction()

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """A session for reads only: each statement is one round trip and sees the newest committed state."""
        with _translate_database_errors(), self._open_autocommit() as session:
            yield session

    @contextmanager
    def autocommit_session(self) -> Iterator[Session]:
        """A session in which every statement is a transaction of its own, without BEGIN and COMMIT.

        For writes that are one statement. Raises `OutcomeUnknownError` if the connection is lost before the
        statement returned.
        """
        with _translate_database_errors(), _detect_unknown_outcome(), self._open_autocommit() as session:
            yield session

    def run(self, work: Callable[[Session], Result]) -> Result:
        """Run `work` in one transaction and return its result; try once more if the error `is_retryable`.

        Raises `Unavailable` if the second try fails with a retryable error too.
        """
        try:
            with self._transaction() as session:
                return work(session)
        except (exc.DBAPIError, Unavailable) as error:
            if not is_retryable(error):
                raise
        backoff()
        try:
            with self._transaction() as session:
                return work(session)
        except exc.DBAPIError as error:
            if not is_retryable(error):
                raise
            raise busy_error() from error

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with _translate_database_errors(), Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            except DomainError as error:
                if error.commits_transaction:
                    _commit(session)
                raise
            _commit(session)

    def _open_autocommit(self) -> Session:
        return Session(self._autocommit_engine, expire_on_commit=False)


def is_retryable(error: BaseException) -> bool:
    """Whether the transaction was certainly not committed and may succeed if it is repeated.

    That is so after a deadlock or a serialization failure, and if the connection was lost before the commit
    (idle for too long, server restarted or replaced).
    """
    if isinstance(error, OutcomeUnknownError):
        return False
    if isinstance(error, Unavailable):
        cause = error.__cause__
        return isinstance(cause, exc.DBAPIError) and cause.connection_invalidated
    if not isinstance(error, exc.DBAPIError):
        return False
    condition = condition_of(error)
    return condition is not None and condition.reaction is DatabaseErrorReaction.RETRY


def busy_error() -> Unavailable:
    """The error for a transaction that the database rolled back twice in favour of others."""
    return Unavailable("The database is busy or away.", retry_after=1)


def backoff() -> None:
    """Sleep 5 to 50 ms at random, so that two transactions that conflicted do not conflict again."""
    time.sleep(random.uniform(0.005, 0.05))


@contextmanager
def _translate_database_errors() -> Iterator[None]:
    """Turn database errors into domain errors: constraints, values that cannot be stored, overload."""
    try:
        yield
    except exc.IntegrityError as error:
        if (domain_error := error_class_for_constraint(constraint_of(error))) is None:
            raise
        raise domain_error from error
    except exc.DataError as error:
        raise Unacceptable(
            "Something that was sent cannot be stored; look for control characters or huge numbers."
        ) from error
    except exc.TimeoutError as error:
        raise Unavailable("Too many are asking at once.", retry_after=1) from error
    except exc.DBAPIError as error:
        condition = condition_of(error)
        if condition is None or condition.reaction is DatabaseErrorReaction.RETRY:
            raise
        raise unavailable_error(condition) from error


def _commit(session: Session) -> None:
    """Flush and commit. Raises `OutcomeUnknownError` if the connection is lost during the commit."""
    session.flush()
    with _detect_unknown_outcome():
        session.commit()


@contextmanager
def _detect_unknown_outcome() -> Iterator[None]:
    """Raise `OutcomeUnknownError` if the connection is lost in a statement that commits."""
    try:
        yield
    except exc.DBAPIError as error:
        if error.connection_invalidated and sqlstate_of(error) not in NOT_COMMITTED:
            raise OutcomeUnknownError from error
        raise


def constraint_of(error: exc.DBAPIError) -> str | None:
    """The name of the violated constraint; None if the error is not about one."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None)
