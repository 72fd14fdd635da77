"""What an error of the database server means for a request, by SQLSTATE: one table, one row per condition.

The rows cover whole classes of PostgreSQL's appendix A, "Error Codes"; the longest prefix counts. What has no
row is a mistake of ours (a wrong statement, a violated constraint without a domain error) and stays a bug.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exc

from domain.foundation.errors import Unavailable


class DatabaseErrorReaction(StrEnum):
    """What to do after an error."""

    RETRY = "repeat"  # the transaction was rolled back for another one's sake: run it once more
    LATER = "later"  # answer "not now"
    RECONNECT = "reconnect"  # the same, and use other connections from now on
    UNKNOWN = "unknown"  # it may be done or not: say so


@dataclass(frozen=True, slots=True)
class DatabaseCondition:
    """A row of the table: the SQLSTATEs that begin with `prefix`, and what they mean for whoever asks."""

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
    ),  # disk full: somebody has to make room
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


class OutcomeUnknownError(Unavailable):
    """The connection to the database was lost while the request was being saved: it may be done or not."""

    slug = "outcome-unknown"
    title = "It is not known whether this was done"

    def __init__(self) -> None:
        super().__init__(
            "It may be done or not. Send the same request again with the same Idempotency-Key: it is never "
            "done twice. If you sent it without a key, look first whether it was done.",
            retry_after=1,
        )


def condition_of(error: exc.DBAPIError) -> DatabaseCondition | None:
    """The row of the table for this error; None for a mistake of ours.

    An error without a SQLSTATE comes from the client library, which has no connection or has lost it.
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
    """The server's five characters for the error, if it was the server that raised it."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def unavailable_error(condition: DatabaseCondition) -> Unavailable:
    """The domain error that this condition becomes."""
    if condition.reaction is DatabaseErrorReaction.UNKNOWN:
        return OutcomeUnknownError()
    return Unavailable(condition.detail, retry_after=condition.retry_after)
