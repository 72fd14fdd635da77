"""What the clock does with credits and hours: notices, expiry, shares to credit, claims nobody answered."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from domain import credits
from domain.credits import patronage
from workers.due import each_due
from workers.task import Work, each

BATCH = 200  # of a sweep; each has a transaction of its own, so that none holds up the others


def expire_credits(work: Work, at: datetime) -> int:
    """Tell people of credits that will expire, and let go those of which they were told twice."""
    return sum(each(users, partial(_expire, work, at)) for users in _batches_of_users(work, at))


def credit_patronage(work: Work, at: datetime) -> int:
    """Put shares of a surplus into wallets. Returns how many."""
    find, act = patronage.list_uncredited_shares, partial(_credit, work, at)
    return each_due(work, "credits.credit_patronage", find, act, batch=BATCH)


def _batches_of_users(work: Work, at: datetime) -> Iterator[list[UUID]]:
    """Batch by batch, everybody who may lose something within a month."""
    last = None
    while True:
        with work.transactions.read_session() as session:
            users = list(credits.users_with_expiring_credits(session, last, at=at, limit=BATCH))
        if not users:
            return
        yield users
        last = users[-1]


def _expire(work: Work, at: datetime, user_id: UUID) -> bool:
    return bool(work.transactions.run(lambda session: credits.expire_credits(session, user_id, at=at)))


def _credit(work: Work, at: datetime, share: tuple[UUID, UUID]) -> bool:
    return work.transactions.run(lambda session: patronage.credit_share(session, *share, at=at))
