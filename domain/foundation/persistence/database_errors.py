"""How to react to errors of the database server: one table by SQLSTATE, and which errors are transient.

Rows match by prefix (PostgreSQL, appendix A, "Error Codes"); the longest prefix counts. An error without a
row is a bug: a wrong statement, or a violated constraint without a domain error.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import exc

from domain.foundation.errors import Unavailable


class DatabaseErrorReaction(StrEnum):
    """What to do after an error."""

    RETRY = "repeat"  # the transaction was rolled back in favour of another one: run it once more
    LATER = "later"  # raise `Unavailable`
    RECONNECT = "reconnect"  # raise `Unavailable`, and drop the pooled connections
    UNKNOWN = "unknown"  # raise `OutcomeUnknownError`: the transaction may be committed or not


@dataclass(frozen=True, slots=True)
class DatabaseCondition:
    """A row of the table: the reaction to SQLSTATEs that begin with `prefix`, and the caller's error.

    `retry_after` is in seconds.
    """

    prefix: str
    reaction: DatabaseErrorReaction
    retry_after: int = 1
    detail: str = "The database is busy or away."


READ_ONLY = "Nothing can be changed at the moment; what is there can still be read."
DISK_FULL = "There is no room to store anything at the moment."

CONDITIONS = (
    DatabaseCondition("08", DatabaseErrorReaction.RECONNECT),  # connection exception
    DatabaseCondition("08007", DatabaseErrorReaction.UNKNOWN),  # transaction resolution unknown
    DatabaseCondition(
        "25006", DatabaseErrorReaction.RECONNECT, 5, READ_ONLY
    ),  # read-only: perhaps no longer the primary
    DatabaseCondition("25P03", DatabaseErrorReaction.RECONNECT),  # idle in transaction for too long
    DatabaseCondition("25P04", DatabaseErrorReaction.RECONNECT),  # transaction time-out
    DatabaseCondition(
        "40", DatabaseErrorReaction.RETRY
    ),  # transaction rollback: serialization failure, deadlock
    DatabaseCondition("40003", DatabaseErrorReaction.UNKNOWN),  # statement completion unknown
    DatabaseCondition("53", DatabaseErrorReaction.LATER, 5),  # insufficient resources: memory, connections
    DatabaseCondition(
        "53100", DatabaseErrorReaction.LATER, 30, DISK_FULL
    ),  # disk full: an operator has to free space
    DatabaseCondition("55P03", DatabaseErrorReaction.LATER),  # lock not available in time
    DatabaseCondition(
        "57", DatabaseErrorReaction.RECONNECT
    ),  # operator intervention: shutdown, crash, starting up, idle session
    DatabaseCondition("57014", DatabaseErrorReaction.LATER),  # statement time-out
    DatabaseCondition(
        "58", DatabaseErrorReaction.LATER, 5
    ),  # system error outside PostgreSQL: input and output
)
_CONNECTION_LOST = DatabaseCondition("", DatabaseErrorReaction.RECONNECT)

# SQLSTATE classes: connection, rollback (as of a deadlock), resources, operator intervention, system.
_TRANSIENT_CLASSES: Final = ("08", "40", "53", "57", "58")
# Read-only transaction (a fail-over), lock not available, idle and transaction time-outs.
_TRANSIENT_STATES: Final = {"25006", "55P03", "25P03", "25P04"}


class OutcomeUnknownError(Unavailable):
    """The connection to the database was lost during a commit: the request may be done or not."""

    slug = "outcome-unknown"
    title = "It is not known whether this was done"

    def __init__(self) -> None:
        super().__init__(
            "It may be done or not. Send the same request again with the same Idempotency-Key: it is never "
            "done twice. If you sent it without a key, check first whether it was done.",
            retry_after=1,
        )


def condition_of(error: exc.DBAPIError) -> DatabaseCondition | None:
    """The row of the table for this error; None if it is a bug.

    An operational error without a SQLSTATE comes from the client library and means a lost connection.
    """
    state = sqlstate_of(error)
    if state is not None:
        rows = [row for row in CONDITIONS if state.startswith(row.prefix)]
        if rows:
            return max(rows, key=lambda row: len(row.prefix))
    if error.connection_invalidated or (state is None and isinstance(error, exc.OperationalError)):
        return _CONNECTION_LOST
    return None


def sqlstate_of(error: exc.DBAPIError) -> str | None:
    """The SQLSTATE of the error (five characters); None if the server did not raise it."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def unavailable_error(condition: DatabaseCondition) -> Unavailable:
    """The domain error for this condition."""
    if condition.reaction is DatabaseErrorReaction.UNKNOWN:
        return OutcomeUnknownError()
    return Unavailable(condition.detail, retry_after=condition.retry_after)


def is_transient(error: BaseException) -> bool:
    """Whether the database, the network or the machine caused the error, and not the work itself.

    Such work is tried again, and the attempt does not count. Other work is set aside after a few attempts.
    """
    if isinstance(error, Unavailable | exc.TimeoutError | OSError | MemoryError):
        return True
    if not isinstance(error, exc.DBAPIError):
        return False
    state = sqlstate_of(error)
    if error.connection_invalidated or (state is None and isinstance(error, exc.OperationalError)):
        return True
    return state is not None and (state in _TRANSIENT_STATES or state.startswith(_TRANSIENT_CLASSES))
