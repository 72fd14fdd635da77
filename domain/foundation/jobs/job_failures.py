"""Failures of scheduled jobs by row: tried again after a wait that doubles each time, then set aside.

A job selects the rows that are due. Without this table a row that always fails would be tried at every run,
and many such rows would fill the job's batch and block all others. Waits are measured in real time, not in
the market's time, as for event deliveries.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, text
from sqlmodel import Field, Session

from domain.foundation.persistence.tables import Table, instant

MOST_ATTEMPTS: Final = 8  # with the waits below ten minutes: longer than a restart, shorter than a night
FIRST_WAIT_SECONDS: Final = 5
MOST_DOUBLINGS: Final = 7  # so that no wait is longer than eleven minutes
LONGEST_ERROR: Final = 500
LONGEST_ITEM: Final = 200
RETENTION_DAYS: Final = 7  # for failures of rows that are no longer due; rows set aside are kept


# One row means: this job failed on this row, and has not succeeded on it since.
class JobFailure(Table, table=True):
    """A row that a scheduled job failed on. It is not tried again once `set_aside_at` is set."""

    __tablename__ = "job_failures"
    __table_args__ = (
        CheckConstraint("attempts > 0", name="job_failures_were_attempted"),
        Index("job_failures_set_aside", "set_aside_at", postgresql_where=text("set_aside_at IS NOT NULL")),
        {"comment": "One row means: this job failed on this row, and has not succeeded on it since."},
    )
    job: str = Field(sa_column=Column(String(80), primary_key=True))
    item: str = Field(sa_column=Column(String(LONGEST_ITEM), primary_key=True))
    attempts: int = Field(sa_column=Column(Integer, nullable=False))
    last_error: str = Field(sa_column=Column(String(LONGEST_ERROR), nullable=False))
    failed_at: datetime = instant()
    due_at: datetime = instant()
    set_aside_at: datetime | None = instant(nullable=True)


@dataclass(frozen=True, slots=True)
class FailingItem:
    """An item that failed before. `is_waiting` is true while it must not be tried."""

    item: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class RecordedFailure:
    """A recorded failure: the number of the attempt, and whether the item was set aside after it."""

    attempts: int
    is_set_aside: bool


_FAILING = text("""
    SELECT item, set_aside_at IS NOT NULL OR due_at > now() AS waits FROM job_failures WHERE job = :job
""")
_NOTE = text("""
    INSERT INTO job_failures (job, item, attempts, last_error, failed_at, due_at, set_aside_at)
    VALUES (:job, :item, 1, :error, now(), now() + make_interval(secs => :wait), NULL)
    ON CONFLICT (job, item) DO UPDATE SET
        attempts = job_failures.attempts + 1, last_error = :error,
        due_at = now() + make_interval(secs => :wait * power(2, least(job_failures.attempts, :doublings))),
        set_aside_at = CASE WHEN job_failures.attempts + 1 >= :most THEN now() END
    RETURNING attempts, set_aside_at IS NOT NULL AS is_set_aside
""")
_FORGET = text("DELETE FROM job_failures WHERE job = :job AND item = :item")
_FORGET_OLD = text("""
    DELETE FROM job_failures WHERE ctid IN (
        SELECT ctid FROM job_failures
        WHERE set_aside_at IS NULL AND due_at < now() - make_interval(days => :days) LIMIT 500)
""")
_SET_ASIDE = text("""
    SELECT job, item, attempts, last_error, set_aside_at FROM job_failures
    WHERE set_aside_at IS NOT NULL ORDER BY set_aside_at LIMIT :limit
""")


def load_failing_items(session: Session, job: str) -> dict[str, FailingItem]:
    """The items of a job that failed and have not succeeded since, by item."""
    return {row.item: FailingItem(row.item, row.waits) for row in session.execute(_FAILING, {"job": job})}


def record_failure(
    session: Session, job: str, item: str, error: Exception, *, most_attempts: int | None
) -> RecordedFailure:
    """Record that an item failed. It is set aside after `most_attempts` failures; never if that is None."""
    values = {
        "job": job,
        "item": item,
        "error": f"{type(error).__name__}: {error}".replace("\0", "")[:LONGEST_ERROR],
        "wait": FIRST_WAIT_SECONDS,
        "doublings": MOST_DOUBLINGS,
        "most": most_attempts,
    }
    row = session.execute(_NOTE, values).one()
    return RecordedFailure(row.attempts, row.is_set_aside)


def clear_failure(session: Session, job: str, item: str) -> bool:
    """Delete the failure of an item that succeeded or may be tried again; return whether there was one."""
    return bool(session.execute(_FORGET, {"job": job, "item": item}).rowcount)  # type: ignore[attr-defined]  # a cursor's


def delete_old_failures(session: Session) -> int:
    """Delete up to 500 failures of rows that are no longer due; return how many."""
    return int(session.execute(_FORGET_OLD, {"days": RETENTION_DAYS}).rowcount)  # type: ignore[attr-defined]


def list_set_aside(session: Session, *, limit: int) -> list[JobFailure]:
    """The failures of items that were set aside, the oldest first."""
    return [JobFailure(**row) for row in session.execute(_SET_ASIDE, {"limit": limit}).mappings()]
