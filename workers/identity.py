"""What time does to sessions and tokens."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from domain import identity
from workers.task import Work

MOST_BATCHES = 50  # of a hundred; what is left is for the next time, and nobody waits for it


def end_expired_sessions(work: Work, at: datetime) -> int:
    """End the sessions that nobody renewed for thirty days."""
    return _until_nothing_is_left(work, lambda session: identity.end_expired(session, at))


def forget_expired_tokens(work: Work, at: datetime) -> int:
    """Delete tokens and sign-in attempts that no longer open anything."""
    return _until_nothing_is_left(work, lambda session: identity.forget_expired(session, at))


def _until_nothing_is_left(work: Work, sweep: Callable[[Session], int]) -> int:
    """Sweep in small transactions, so that no row is held for long."""
    swept = 0
    for _ in range(MOST_BATCHES):
        with work.transactions() as session:
            batch = sweep(session)
        swept += batch
        if not batch:
            break
    return swept
