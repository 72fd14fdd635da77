"""Forgets answers that were kept long enough, and failures of rows that are due no more."""

from datetime import datetime

from domain.foundation import idempotency
from domain.foundation.jobs import job_failures
from workers.task import Work


def delete_stored_responses(work: Work, at: datetime) -> int:
    """Remove remembered answers past their 72 hours, a batch at a time."""
    with work.transactions() as session:
        return idempotency.delete_expired(session, at=at)


def delete_old_failures(work: Work, at: datetime) -> int:  # noqa: ARG001 -- as every scheduled job; failures keep real time
    """Remove failures of rows that are due no more."""
    with work.transactions() as session:
        return job_failures.delete_old_failures(session)
