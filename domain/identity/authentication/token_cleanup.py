"""Deletes expired tokens and sign-in attempts in small batches; skips rows that another worker locked.

A rotated refresh token is kept until it would have expired, because its reuse until then means theft.
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
    """Delete expired tokens and OIDC attempts, at most `BATCH` of each kind; return how many rows.

    The last refresh token of an active session is kept: `end_expired_sessions` must end the session first.
    """
    statements = (_ACCESS_TOKENS, _REFRESH_TOKENS, _OIDC_ATTEMPTS)
    counts: list[int] = [
        session.execute(statement, {"at": at, "batch": BATCH}).scalar_one() for statement in statements
    ]
    return sum(counts)
