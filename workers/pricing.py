"""What time does to quotes."""

from datetime import datetime

from domain import pricing
from workers.task import Work, until_nothing_is_left


def forget_quotes(work: Work, at: datetime) -> int:
    """Delete quotes that expired a month ago and that nobody took, a hundred in a transaction."""
    return until_nothing_is_left(work, lambda session: pricing.sweep_quotes(session, at=at))
