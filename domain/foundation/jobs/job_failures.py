"""Rows of scheduled jobs that failed: tried again later, each time after twice the wait, and then set aside.

A job finds the rows that are due in the tables of its subject. Without this memory a row that always fails
would be tried at every run for ever, and a hundred of them would fill the job's batch and keep all others
from their turn. Waits are real time, not the market's, as those of deliveries are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, text
from sqlmodel import Field, Session

from domain.foundation.persistence.tables import Table, instant

MOST_ATTEMPTS: Final = 8  # with the waits below ten minutes: longer than a restart, shorter than a night
FIRST_WAIT_SECONDS: Final = 5
MOST_DOUBLINGS: Final = 7  # so nobody waits longer than eleven minutes
LONGEST_ERROR: Final = 500
LONGEST_ITEM: Final = 200
RETENTION_DAYS: Final = 7  # a failure of a row that is due no more; what is set aside stays


# One row means: this job failed on this row, and has not succeeded on it since.
class JobFailure(Table, table=True):
    """A row that a scheduled job failed on. `set_aside_at` says that it is not tried again."""

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
    """An item that failed before: whether it waits for its next attempt or was set aside."""

    item: str
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class RecordedFailure:
    """A failure that was written down: which attempt it was, and whether it was the last."""

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
    """What failed before and has not succeeded since, by item."""
    return {row.item: FailingItem(row.item, row.waits) for row in session.execute(_FAILING, {"job": job})}


def record_failure(
    session: Session, job: str, item: str, error: Exception, *, most_attempts: int | None
) -> RecordedFailure:
    """Write down that an item failed. After `most_attempts` it is set aside; with None it never is."""
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
    """The item succeeded, or an operator lets it be tried again; returns whether it had failed."""
    return bool(session.execute(_FORGET, {"job": job, "item": item}).rowcount)  # type: ignore[attr-defined]  # a cursor's


def delete_old_failures(session: Session) -> int:
    """Delete failures of rows that are due no more; returns how many."""
    return int(session.execute(_FORGET_OLD, {"days": RETENTION_DAYS}).rowcount)  # type: ignore[attr-defined]


def list_set_aside(session: Session, *, limit: int) -> list[JobFailure]:
    """What is not tried again, the oldest first."""
    return [JobFailure(**row) for row in session.execute(_SET_ASIDE, {"limit": limit}).mappings()]
