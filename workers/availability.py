"""What follows for resources from other facts, and from time passing."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import availability
from domain.foundation.actors import SYSTEM
from domain.foundation.events import EventRow
from workers.task import Work

MOST_BATCHES = 50  # of a hundred; what is left is for the next round, and nobody waits for it


def open_calendar(session: Session, event: EventRow) -> None:
    """Give an approved provider a calendar, so that hours can be set."""
    profile_id = UUID(event.data["profile_id"])
    availability.open_calendar(session, profile_id, by=SYSTEM, at=event.occurred_at)


def release_expired(work: Work, at: datetime) -> int:
    """Give back the time and the seats of promises that lapsed, a batch in a transaction."""
    released = 0
    for _ in range(MOST_BATCHES):
        with work.transactions() as session:
            batch = availability.release_expired(session, at=at)
        released += batch
        if not batch:
            break
    return released
