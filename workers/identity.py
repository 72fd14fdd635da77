"""What time does to sessions and tokens."""

from datetime import datetime

from domain import identity
from workers.task import Work, until_nothing_is_left

ADDRESSES_AT_ONCE = 100


def end_expired_sessions(work: Work, at: datetime) -> int:
    """End the sessions that nobody renewed for thirty days."""
    return until_nothing_is_left(work, lambda session: identity.end_expired(session, at))


def key_addresses(work: Work, at: datetime) -> int:
    """Give a key to addresses that older code wrote."""
    return until_nothing_is_left(
        work, lambda session: identity.key_due_addresses(session, at, limit=ADDRESSES_AT_ONCE)
    )


def forget_expired_tokens(work: Work, at: datetime) -> int:
    """Delete tokens and sign-in attempts that no longer open anything."""
    return until_nothing_is_left(work, lambda session: identity.forget_expired(session, at))
