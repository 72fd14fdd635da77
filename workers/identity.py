"""Scheduled jobs of identity: expired sessions and tokens, and missing e-mail keys."""

from datetime import datetime

from domain import identity
from workers.task import Work, until_nothing_is_left

EMAIL_KEY_BATCH_SIZE = 100


def end_expired_sessions(work: Work, at: datetime) -> int:
    """End the sessions that were not renewed for 30 days; return how many."""
    return until_nothing_is_left(work, lambda session: identity.end_expired_sessions(session, at))


def assign_email_keys(work: Work, at: datetime) -> int:
    """Assign keys to e-mail addresses without one; return how many accounts."""
    return until_nothing_is_left(
        work, lambda session: identity.assign_email_keys(session, at, limit=EMAIL_KEY_BATCH_SIZE)
    )


def delete_expired_tokens(work: Work, at: datetime) -> int:
    """Delete expired tokens and OIDC attempts; return how many rows."""
    return until_nothing_is_left(work, lambda session: identity.delete_expired_tokens(session, at))
