"""What time does to quotes."""

from datetime import datetime

from domain import pricing
from workers.task import Work

MOST_BATCHES = 50  # of a hundred; what is left is for the next hour, and nobody waits for it


def forget_quotes(work: Work, at: datetime) -> int:
    """Delete quotes that expired a month ago and that nobody took, a hundred in a transaction."""
    deleted = 0
    for _ in range(MOST_BATCHES):
        with work.transactions() as session:
            batch = pricing.sweep_quotes(session, at=at)
        deleted += batch
        if not batch:
            break
    return deleted
