"""What an error of the database server means for a request, by SQLSTATE: one table, one row per condition.

The rows cover whole classes of PostgreSQL's appendix A, "Error Codes"; the longest prefix counts. What has no
row is a mistake of ours (a wrong statement, a violated constraint without a domain error) and stays a bug.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exc as trouble

from domain.foundation.errors import Unavailable


class Reaction(StrEnum):
    """What to do after an error."""

    REPEAT = "repeat"  # the transaction was rolled back for another one's sake: run it once more
    LATER = "later"  # answer "not now"
    RECONNECT = "reconnect"  # the same, and use other connections from now on
    UNKNOWN = "unknown"  # it may be done or not: say so


@dataclass(frozen=True, slots=True)
class Condition:
    """A row of the table: the SQLSTATEs that begin with `prefix`, and what they mean for whoever asks."""

    prefix: str
    reaction: Reaction
    retry_after: int = 1
    detail: str = "The database is busy or away."


READ_ONLY = "Nothing can be changed at the moment; what is there can still be read."
NO_ROOM = "There is no room to store anything at the moment."

CONDITIONS = (
    Condition("08", Reaction.RECONNECT),  # connection exception
    Condition("08007", Reaction.UNKNOWN),  # transaction resolution unknown
    Condition("25006", Reaction.RECONNECT, 5, READ_ONLY),  # read-only: perhaps no longer the primary
    Condition("25P03", Reaction.RECONNECT),  # idle in transaction for too long
    Condition("25P04", Reaction.RECONNECT),  # transaction time-out
    Condition("40", Reaction.REPEAT),  # transaction rollback: serialization failure, deadlock
    Condition("40003", Reaction.UNKNOWN),  # statement completion unknown
    Condition("53", Reaction.LATER, 5),  # insufficient resources: memory, connections
    Condition("53100", Reaction.LATER, 30, NO_ROOM),  # disk full: somebody has to make room
    Condition("55P03", Reaction.LATER),  # lock not available in time
    Condition("57", Reaction.RECONNECT),  # operator intervention: shutdown, crash, starting up, idle session
    Condition("57014", Reaction.LATER),  # statement time-out
    Condition("58", Reaction.LATER, 5),  # system error outside PostgreSQL: input and output
)
_LOST = Condition("", Reaction.RECONNECT)


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


def condition_of(error: trouble.DBAPIError) -> Condition | None:
    """The row of the table for this error; None for a mistake of ours.

    An error without a SQLSTATE comes from the client library, which has no connection or has lost it.
    """
    state = sqlstate_of(error)
    if state is not None:
        rows = [row for row in CONDITIONS if state.startswith(row.prefix)]
        if rows:
            return max(rows, key=lambda row: len(row.prefix))
    if error.connection_invalidated or (state is None and isinstance(error, trouble.OperationalError)):
        return _LOST
    return None


def sqlstate_of(error: trouble.DBAPIError) -> str | None:
    """The server's five characters for the error, if it was the server that raised it."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def unavailable(condition: Condition) -> Unavailable:
    """The domain error that this condition becomes."""
    if condition.reaction is Reaction.UNKNOWN:
        return OutcomeUnknownError()
    return Unavailable(condition.detail, retry_after=condition.retry_after)
