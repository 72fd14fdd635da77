"""What time does to sessions and tokens."""

from datetime import datetime

from domain import identity
from workers.task import Work, until_nothing_is_left

EMAIL_KEY_BATCH_SIZE = 100


def end_expired_sessions(work: Work, at: datetime) -> int:
    """End the sessions that nobody renewed for thirty days."""
    return until_nothing_is_left(work, lambda session: identity.end_expired_sessions(session, at))


def assign_email_keys(work: Work, at: datetime) -> int:
    """Give a key to addresses that older code wrote."""
    return until_nothing_is_left(
        work, lambda session: identity.assign_email_keys(session, at, limit=EMAIL_KEY_BATCH_SIZE)
    )


def delete_expired_tokens(work: Work, at: datetime) -> int:
    """Delete tokens and sign-in attempts that no longer open anything."""
    return until_nothing_is_left(work, lambda session: identity.delete_expired_tokens(session, at))
