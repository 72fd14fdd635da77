"""Scheduled jobs that delete old stored responses and old job failures."""

from datetime import datetime

from domain.foundation import idempotency
from domain.foundation.jobs import job_failures
from workers.task import Work


def delete_stored_responses(work: Work, at: datetime) -> int:
    """Delete one batch of stored responses older than 72 hours; return how many."""
    with work.transactions() as session:
        return idempotency.delete_expired(session, at=at)


def delete_old_failures(work: Work, at: datetime) -> int:  # noqa: ARG001 -- as every scheduled job; failures keep real time
    """Delete failures of rows that are no longer due; return how many."""
    with work.transactions() as session:
        return job_failures.delete_old_failures(session)
