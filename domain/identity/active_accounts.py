"""Whether a person may be dealt with: one rule, as a function of their account and as a condition in SQL.

Every package above asks here before something new begins with a person, on either side of it. Who may not be
dealt with is neither found, booked, paid nor asked for anything; what was agreed before follows the rules of
its own package (decision 0013). A new way to shut an account (closing, erasing) is added to both halves.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.identity.errors import AccountSuspended

# For a statement that joins `users` under that name. It says the same as `may_be_dealt_with`.
ACTIVE_ACCOUNT_SQL: Final = "users.suspended_at IS NULL"

_INACTIVE = text(f"SELECT id FROM users WHERE id = ANY(:user_ids) AND NOT ({ACTIVE_ACCOUNT_SQL})")  # noqa: S608 -- our own text


def is_active_account(*, suspended_at: datetime | None) -> bool:
    """Whether the person of an account in this state may be dealt with."""
    return suspended_at is None


def inactive_accounts(session: Session, user_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these people may not be dealt with, in one statement."""
    return set(session.scalars(_INACTIVE, {"user_ids": list(user_ids)}))


def require_active_accounts(session: Session, *user_ids: UUID) -> None:
    """Raises `AccountSuspended` unless all of these people may be dealt with."""
    if inactive_accounts(session, user_ids):
        raise AccountSuspended("The account of one side is suspended; nothing new begins with it.")
