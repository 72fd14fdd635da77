"""The way to PostgreSQL: one engine, and transactions that end in a commit or leave nothing behind.

Domain code flushes and never commits; whoever opened the transaction does. Every connection carries
time-outs, so that no lock, statement or forgotten transaction can hold the others up for long.
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

LOCK_TIMEOUT_MS = 2_000  # a person gives up on a click after some seconds; two waits must fit into that
STATEMENT_TIMEOUT_MS = 10_000  # no statement of a request takes this long; a plan gone wrong must not stay
IDLE_TIMEOUT_MS = 15_000  # a transaction that does nothing this long belongs to a process that hangs
POOL_WAIT_SECONDS = 2.0  # longer in the queue than this, and answering 503 is kinder
AUTOCOMMIT_POOL_SIZE = 4  # connections that begin nothing stay open for this many threads; a crowd opens more
NOT_COMMITTED = {"25006", "25P03", "25P04"}  # read-only, idle or open too long: the server rolled back
SECONDS_BETWEEN_RECONNECTS = 1.0  # of the reads; a server that stays read-only refuses many writes

_AUTOCOMMIT_ENGINES: WeakKeyDictionary[Engine, Engine] = (
    WeakKeyDictionary()
)  # of each engine, the one beside it


def build_engine(url: str, *, pool_size: int, name: str, idle_connections: int | None = None) -> Engine:
    """An engine whose connections speak UTC, wait for nothing for long, and say who they are.

    It has at most `pool_size` connections, and keeps `kept` of them (all, if left out) while they are idle.

    Beside it stands another one, for `Transactions`, whose connections never begin anything. Connections that
    changed their ways whenever they are lent would cost a fifth more processor for each statement. It keeps
    fewer, and both are disposed of together.
    """
    options = (
        f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS}"
    )
    engine_arguments: dict[str, Any] = {
        "hide_parameters": True,  # what people typed has no place in a log
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
    """After an error that asks for other connections, drop those of the pool.

    A server that has become read-only is no longer the primary. An address with several hosts and
    `target_session_attrs=read-write` leads new connections to the one that is, those for reads too.
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
    """Opens transactions on a database: `with transactions() as session: …`. Takes what `engine_for` made."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._autocommit_engine = _AUTOCOMMIT_ENGINES[engine]

    def __call__(self) -> AbstractContextManager[Session]:
        """One transaction: committed at the end, rolled back on any exception but a refusal that `keeps`."""
        return self._transaction()

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """A session for reads alone: each statement sees the newest state and is one round trip."""
        with _translate_database_errors(), self._open_autocommit() as session:
            yield session

    @contextmanager
    def autocommit_session(self) -> Iterator[Session]:
        """A session in which every statement is a transaction of its own, without BEGIN and COMMIT.

        For writing what one statement says whole: it is there when the statement has answered, or not at all.
        Raises OutcomeUnknownError if the connection is lost before it has answered.
        """
        with _translate_database_errors(), _detect_unknown_outcome(), self._open_autocommit() as session:
            yield session

    def run(self, work: Callable[[Session], Result]) -> Result:
        """What `work` answers, in one transaction; tried once more if it `is_repeatable`.

        Raises Unavailable if the second try may be repeated too.
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
    """Whether a transaction that ended with this error was certainly not committed and may succeed now.

    Another transaction was preferred, or the connection was lost before the commit: it was idle for too long,
    or the server was restarted or replaced by another one.
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
    """What to say when a transaction was given up for others' sake twice."""
    return Unavailable("The database is busy or away.", retry_after=1)


def backoff() -> None:
    """A short, uneven wait, so that two that met once do not meet again."""
    time.sleep(random.uniform(0.005, 0.05))


@contextmanager
def _translate_database_errors() -> Iterator[None]:
    """Let the database's own refusals speak as ours: constraints, unfit values, overload."""
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
    """Commit what the session holds. Raises OutcomeUnknownError if the connection is lost meanwhile."""
    session.flush()
    with _detect_unknown_outcome():
        session.commit()


@contextmanager
def _detect_unknown_outcome() -> Iterator[None]:
    """For what commits: an error that ended the connection leaves the outcome unknown."""
    try:
        yield
    except exc.DBAPIError as error:
        if error.connection_invalidated and sqlstate_of(error) not in NOT_COMMITTED:
            raise OutcomeUnknownError from error
        raise


def constraint_of(error: exc.DBAPIError) -> str | None:
    """The name of the constraint that was violated, if one was."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None)
