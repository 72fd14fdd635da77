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
from sqlalchemy import Engine, create_engine, event
from sqlalchemy import exc as trouble
from sqlmodel import Session

from domain.foundation.errors import Refusal, Unacceptable, Unavailable, for_constraint

Result = TypeVar("Result")

LOCK_TIMEOUT_MS = 2_000  # a person gives up on a click after some seconds; two waits must fit into that
STATEMENT_TIMEOUT_MS = 10_000  # no statement of a request takes this long; a plan gone wrong must not stay
IDLE_TIMEOUT_MS = 15_000  # a transaction that does nothing this long belongs to a process that hangs
POOL_WAIT_SECONDS = 2.0  # longer in the queue than this, and answering 503 is kinder
KEPT_AT_ONCE = 4  # connections that begin nothing stay open for this many threads; a crowd opens more
CLASHES = {"40001", "40P01"}  # serialization_failure, deadlock_detected: the same work may succeed next time
TOO_BUSY = {
    "55P03",
    "57014",
    "53300",
    "57P01",
    "57P02",
    "57P03",
}  # lock or statement timed out, full, going down

_AT_ONCE: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()  # of each engine, the one beside it


def engine_for(url: str, *, pool_size: int, name: str, kept: int | None = None) -> Engine:
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
    told: dict[str, Any] = {
        "pool_timeout": POOL_WAIT_SECONDS,
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "connect_args": {"options": options, "application_name": name, "connect_timeout": 5},
    }
    kept = min(pool_size, kept or pool_size)
    engine = create_engine(url, pool_size=kept, max_overflow=pool_size - kept, **told)
    kept_beside = min(pool_size, KEPT_AT_ONCE)
    beside = create_engine(
        url,
        pool_size=kept_beside,
        max_overflow=pool_size - kept_beside,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,  # there is nothing to roll back
        **told,
    )
    event.listen(engine, "engine_disposed", lambda _engine: beside.dispose())
    _AT_ONCE[engine] = beside
    return engine


class Transactions:
    """Opens transactions on a database: `with transactions() as session: …`. Takes what `engine_for` made."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._at_once = _AT_ONCE[engine]

    def __call__(self) -> AbstractContextManager[Session]:
        """One transaction: committed at the end, rolled back on any exception but a refusal that `keeps`."""
        return self._transaction()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads alone: each statement sees the newest state and is one round trip."""
        with self.at_once() as session:
            yield session

    @contextmanager
    def at_once(self) -> Iterator[Session]:
        """A session in which every statement is a transaction of its own, without BEGIN and COMMIT.

        For writing what one statement says whole: it is there when the statement has answered, or not at all.
        """
        with _in_our_words(), Session(self._at_once, expire_on_commit=False) as session:
            yield session

    def run(self, work: Callable[[Session], Result]) -> Result:
        """What `work` answers, in one transaction; tried once more if it lost against another one."""
        try:
            with self._transaction() as session:
                return work(session)
        except trouble.DBAPIError as error:
            if not lost_a_race(error):
                raise
        pause_before_trying_again()
        with self._transaction() as session:
            return work(session)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with _in_our_words(), Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            except Refusal as refusal:
                if refusal.keeps:
                    session.commit()
                raise
            session.commit()


def lost_a_race(error: BaseException) -> bool:
    """Whether the database gave up this transaction for another one's sake."""
    return isinstance(error, trouble.DBAPIError) and _state_of(error) in CLASHES


def pause_before_trying_again() -> None:
    """A short, uneven wait, so that two that met once do not meet again."""
    time.sleep(random.uniform(0.005, 0.05))


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Let the database's own refusals speak as ours: constraints, unfit values, overload."""
    try:
        yield
    except trouble.IntegrityError as error:
        if (refusal := for_constraint(constraint_of(error))) is None:
            raise
        raise refusal from error
    except trouble.DataError as error:
        raise Unacceptable(
            "Something that was sent cannot be stored; look for control characters or huge numbers."
        ) from error
    except trouble.TimeoutError as error:
        raise Unavailable("Too many are asking at once.", retry_after=1) from error
    except trouble.DBAPIError as error:
        if error.connection_invalidated or _state_of(error) in TOO_BUSY or _never_connected(error):
            raise Unavailable("The database is busy or away.", retry_after=1) from error
        raise


def constraint_of(error: trouble.DBAPIError) -> str | None:
    """The name of the constraint that was violated, if one was."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def _state_of(error: trouble.DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _never_connected(error: trouble.DBAPIError) -> bool:
    return isinstance(error, trouble.OperationalError) and _state_of(error) is None
