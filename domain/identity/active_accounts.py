"""Active accounts: the rule who may take part in something new, as a function and as an SQL condition.

Other packages check it for both sides before they begin something new. Users without an active account do not
appear in search and cannot be booked, paid or asked for anything; existing agreements follow the rules of
their own package (decision 0013). Add a new way to close an account to the function and to the condition.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.identity.errors import AccountSuspended

# For a statement that joins `users` under that name. Must be equal to `is_active_account`.
ACTIVE_ACCOUNT_SQL: Final = "users.suspended_at IS NULL"

_INACTIVE = text(f"SELECT id FROM users WHERE id = ANY(:user_ids) AND NOT ({ACTIVE_ACCOUNT_SQL})")  # noqa: S608 -- our own text


def is_active_account(*, suspended_at: datetime | None) -> bool:
    """Whether an account is active that was suspended at this instant, or is not suspended (None)."""
    return suspended_at is None


def inactive_accounts(session: Session, user_ids: Iterable[UUID]) -> set[UUID]:
    """The ids of those users whose accounts are not active; one statement."""
    return set(session.scalars(_INACTIVE, {"user_ids": list(user_ids)}))


def require_active_accounts(session: Session, *user_ids: UUID) -> None:
    """Raise `AccountSuspended` unless the accounts of all these users are active."""
    if inactive_accounts(session, user_ids):
        raise AccountSuspended("The account of one side is suspended; nothing new begins with it.")
