"""The one reply to a review, by who was reviewed, within thirty days of its reveal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import identity
from domain.foundation import events
from domain.identity import Caller
from domain.ratings import queries, rules
from domain.ratings.errors import RepliedAlready, ReviewNotFound
from domain.ratings.events import ReviewReplied
from domain.ratings.kinds import ReviewState
from domain.ratings.models import ReviewReply

_REPLY = text("""
    INSERT INTO review_replies (review_id, author_id, text, replied_at)
    VALUES (:review_id, :author_id, :text, :at) ON CONFLICT (review_id) DO NOTHING RETURNING review_id
""")
_TO_REPLY_TO = frozenset({ReviewState.PUBLISHED, ReviewState.HELD})


def reply(session: Session, review_id: UUID, said: str, *, by: Caller, at: datetime) -> ReviewReply:
    """Say something to a review of oneself, once, for everybody to read.

    Raises `ReviewNotFound` to all but who was reviewed, `ReplyTooLate` and `RepliedAlready`.
    """
    review = queries.review_locked(session, review_id)
    if review.subject_id != by.user_id or review.state not in _TO_REPLY_TO or review.revealed_at is None:
        raise ReviewNotFound
    identity.require_active_accounts(session, by.user_id)
    rules.may_reply(review.revealed_at, at=at)
    values = {"review_id": review_id, "author_id": by.user_id, "text": said, "at": at}
    if session.execute(_REPLY, values).first() is None:
        raise RepliedAlready
    fact = ReviewReplied(review_id=review_id, booking_id=review.booking_id)
    events.record_event(session, fact, subject=("review", review_id), by=by.actor, at=at)
    return ReviewReply(review_id=review_id, author_id=by.user_id, text=said, replied_at=at)
