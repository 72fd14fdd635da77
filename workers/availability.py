"""What follows for resources from other facts, and from time passing."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import availability
from domain.foundation.actors import SYSTEM
from domain.foundation.events import EventRow
from workers.task import Work, until_nothing_is_left


def open_calendar(session: Session, event: EventRow) -> None:
    """Give an approved provider a calendar, so that hours can be set."""
    profile_id = UUID(event.data["profile_id"])
    availability.open_calendar(session, profile_id, by=SYSTEM, at=event.occurred_at)


def release_expired_holds(work: Work, at: datetime) -> int:
    """Give back the time and the seats of promises that lapsed, a batch in a transaction."""
    return until_nothing_is_left(work, lambda session: availability.release_expired_holds(session, at=at))
