"""Forgets answers that were kept long enough."""

from datetime import datetime

from domain.foundation import idempotency
from workers.task import Work


def forget_answers(work: Work, at: datetime) -> int:
    """Remove remembered answers past their 72 hours, a batch at a time."""
    with work.transactions() as session:
        return idempotency.sweep(session, at=at)
