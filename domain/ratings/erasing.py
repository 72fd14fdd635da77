"""Erasing an author: what they wrote is gone, and the numbers stay, for they are the other side's too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import events
from domain.foundation.actors import Actor
from domain.ratings.events import ReviewErased

_REVIEWS = text("""
    UPDATE reviews SET text = NULL, erased_at = :at WHERE author_id = :author_id AND erased_at IS NULL
    RETURNING id, booking_id
""")
_WORDS = (
    text("UPDATE review_versions SET text = NULL WHERE review_id = ANY(:ids) AND text IS NOT NULL"),
    text("DELETE FROM review_private_notes WHERE review_id = ANY(:ids)"),
    text("""
        UPDATE review_decisions SET appeal_statement = ''
        WHERE review_id = ANY(:ids) AND appeal_statement IS NOT NULL
    """),
)
_REPLIES = text("""
    UPDATE review_replies SET text = NULL, erased_at = :at WHERE author_id = :author_id AND erased_at IS NULL
""")


def erase_author(session: Session, author_id: UUID, *, by: Actor, at: datetime) -> int:
    """Erase every word of somebody, in reviews, their history, notes, replies and appeals.

    Stars stay and count on, without a name beside them. Returns how many reviews there were to erase.
    """
    session.flush()
    erased = session.execute(_REVIEWS, {"author_id": author_id, "at": at}).all()
    for statement in _WORDS:
        session.execute(statement, {"ids": [row.id for row in erased]})
    session.execute(_REPLIES, {"author_id": author_id, "at": at})
    session.expire_all()
    for row in erased:
        fact = ReviewErased(review_id=row.id, booking_id=row.booking_id)
        events.record_event(session, fact, subject=("review", row.id), by=by, at=at)
    return len(erased)
