"""What time makes worthless is removed in small batches; rows another worker holds are left to it.

A rotated refresh token stays until it would have expired, because until then its reuse means theft.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

BATCH: Final = 100

_ACCESS_TOKENS = text("""
    WITH gone AS (
        DELETE FROM access_tokens WHERE hash IN (
            SELECT hash FROM access_tokens WHERE expires_at <= :at LIMIT :batch FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) FROM gone
""")
_REFRESH_TOKENS = text("""
    WITH gone AS (
        DELETE FROM refresh_tokens WHERE hash IN (
            SELECT hash FROM refresh_tokens
            WHERE expires_at <= :at AND (rotated_at IS NOT NULL OR EXISTS (
                SELECT FROM user_sessions WHERE id = session_id AND ended_at IS NOT NULL))
            LIMIT :batch FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) FROM gone
""")
_OIDC_ATTEMPTS = text("""
    WITH gone AS (
        DELETE FROM oidc_attempts WHERE state_hash IN (
            SELECT state_hash FROM oidc_attempts WHERE expires_at <= :at LIMIT :batch FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) FROM gone
""")


def delete_expired_tokens(session: Session, at: datetime) -> int:
    """Remove expired tokens and attempts, at most a batch of each kind; answers how many rows went.

    The last refresh token of a living session is left to `end_expired`, which ends the session first.
    """
    statements = (_ACCESS_TOKENS, _REFRESH_TOKENS, _OIDC_ATTEMPTS)
    counts: list[int] = [
        session.execute(statement, {"at": at, "batch": BATCH}).scalar_one() for statement in statements
    ]
    return sum(counts)
