"""Whether an error passes by itself: then the same work is tried again, and the attempt does not count.

Everything else is taken for a fault of the work itself, which is tried a few times and then set aside.
"""

from typing import Final

from sqlalchemy import exc

from domain.foundation.errors import Unavailable

_CLASSES: Final = ("08", "40", "53", "57", "58")
"""SQLSTATE classes: connection, rollback (as of a deadlock), resources, operator intervention, system."""

_STATES: Final = {"25006", "55P03", "25P03", "25P04"}
"""Read-only transaction (a fail-over), lock not available, idle and transaction time-outs."""


def is_transient(error: BaseException) -> bool:
    """Whether the database, the network or the machine caused it, and not the work that was being done."""
    if isinstance(error, Unavailable | exc.TimeoutError | OSError | MemoryError):
        return True
    if not isinstance(error, exc.DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (state is None and isinstance(error, exc.OperationalError)):
        return True
    return isinstance(state, str) and (state in _STATES or state.startswith(_CLASSES))
