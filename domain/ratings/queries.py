"""Reads of reviews. `…_locked` take row locks: a window before its reviews.

Who decides about a review is given a `Case`, which holds nothing of what the review says.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import TextClause, select, text
from sqlmodel import Session, col

from domain.foundation.paging import Page, build_page, decode_cursor
from domain.ratings.errors import DecisionNotFound, NotReviewable, ReviewNotFound
from domain.ratings.kinds import DecisionKind, ReviewState, Side
from domain.ratings.models import Review, ReviewDecision, ReviewPrivateNote, ReviewWindow


@dataclass(frozen=True, slots=True)
class Case:
    """A review as decisions are made about it: whose it is and where it stands, never what it says."""

    review_id: UUID
    booking_id: UUID
    market_id: UUID
    author_id: UUID
    subject_id: UUID
    state: ReviewState
    held_until: datetime | None


_CASE = """
    SELECT reviews.id, reviews.booking_id, review_windows.market_id, reviews.author_id, reviews.subject_id,
           reviews.state, reviews.held_until
    FROM reviews JOIN review_windows ON review_windows.booking_id = reviews.booking_id
    WHERE reviews.id = :review_id
"""
_SEEN, _LOCKED = text(_CASE), text(_CASE + " FOR UPDATE OF reviews")
_DUE = text("""
    SELECT booking_id FROM (
        (SELECT booking_id, greatest(closes_at, held_until) AS due_at FROM review_windows
         WHERE revealed_at IS NULL AND greatest(closes_at, held_until) <= :at
         ORDER BY greatest(closes_at, held_until), booking_id LIMIT :limit)
        UNION
        (SELECT booking_id, held_until FROM review_windows
         WHERE revealed_at IS NULL AND held_until <= :at AND closes_at > :at
           AND (SELECT count(*) FROM reviews WHERE reviews.booking_id = review_windows.booking_id) = 2
         ORDER BY held_until, booking_id LIMIT :limit)
    ) AS due ORDER BY due_at, booking_id LIMIT :limit
""")
_LAPSED = text("""
    SELECT id FROM reviews WHERE state = 'held' AND held_until <= :at ORDER BY held_until, id LIMIT :limit
""")


def window(session: Session, booking_id: UUID) -> ReviewWindow | None:
    """The window of a booking, if it has one."""
    return session.get(ReviewWindow, booking_id)


def window_locked(session: Session, booking_id: UUID) -> ReviewWindow:
    """The window, as nobody else can change it; raises `NotReviewable` where there is none."""
    wanted = select(ReviewWindow).where(col(ReviewWindow.booking_id) == booking_id).with_for_update()
    found = session.scalars(wanted, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotReviewable
    return found


def window_if_free(session: Session, booking_id: UUID) -> ReviewWindow | None:
    """The sealed window under its lock; None where it is revealed or somebody else is at it."""
    wanted = select(ReviewWindow).where(
        col(ReviewWindow.booking_id) == booking_id, col(ReviewWindow.revealed_at).is_(None)
    )
    locked = wanted.with_for_update(skip_locked=True)
    return session.scalars(locked, execution_options={"populate_existing": True}).first()


def reviews_locked(session: Session, booking_id: UUID) -> dict[Side, Review]:
    """The reviews of a booking by their author's side. Lock its window first."""
    wanted = select(Review).where(col(Review.booking_id) == booking_id).order_by(col(Review.id))
    rows = session.scalars(wanted.with_for_update(), execution_options={"populate_existing": True})
    return {row.author_side: row for row in rows}


def has_written(session: Session, booking_id: UUID, side: Side) -> bool:
    """Whether this side has reviewed the booking."""
    wanted = select(col(Review.id)).where(
        col(Review.booking_id) == booking_id, col(Review.author_side) == side
    )
    return session.scalars(wanted).first() is not None


def review_by(session: Session, booking_id: UUID, author_id: UUID) -> Review | None:
    """What this person wrote about a booking, if they did."""
    wanted = select(Review).where(col(Review.booking_id) == booking_id, col(Review.author_id) == author_id)
    return session.scalars(wanted, execution_options={"populate_existing": True}).first()


def review_locked(session: Session, review_id: UUID) -> Review:
    """A review, as nobody else can change it; raises `ReviewNotFound`."""
    wanted = select(Review).where(col(Review.id) == review_id).with_for_update()
    found = session.scalars(wanted, execution_options={"populate_existing": True}).first()
    if found is None:
        raise ReviewNotFound
    return found


def note(session: Session, review_id: UUID) -> ReviewPrivateNote | None:
    """What was said beside a review, if anything was."""
    return session.get(ReviewPrivateNote, review_id, populate_existing=True)


def case(session: Session, review_id: UUID) -> Case:
    """A review to look at its decisions; raises `ReviewNotFound`."""
    return _case(session, _SEEN, review_id)


def case_locked(session: Session, review_id: UUID) -> Case:
    """A review to decide about, under its lock; raises `ReviewNotFound`."""
    return _case(session, _LOCKED, review_id)


def decision_locked(session: Session, decision_id: UUID) -> ReviewDecision:
    """A decision under its lock; raises `DecisionNotFound`. Lock its review first where that changes."""
    wanted = select(ReviewDecision).where(col(ReviewDecision.id) == decision_id).with_for_update()
    found = session.scalars(wanted, execution_options={"populate_existing": True}).first()
    if found is None:
        raise DecisionNotFound
    return found


def review_of_decision(session: Session, decision_id: UUID) -> UUID:
    """Whose decision it is; raises `DecisionNotFound`."""
    wanted = select(col(ReviewDecision.review_id)).where(col(ReviewDecision.id) == decision_id)
    found = session.scalars(wanted).first()
    if found is None:
        raise DecisionNotFound
    return found


def decisions(session: Session, review_id: UUID, *, after: str | None, limit: int) -> Page[ReviewDecision]:
    """What was decided about a review, the oldest first."""
    wanted = select(ReviewDecision).where(col(ReviewDecision.review_id) == review_id)
    if after is not None:
        wanted = wanted.where(col(ReviewDecision.id) > decode_cursor(after, [UUID])[0])
    rows = session.scalars(wanted.order_by(col(ReviewDecision.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def latest_hold(session: Session, review_id: UUID) -> ReviewDecision:
    """The decision by which a review is held."""
    wanted = select(ReviewDecision).where(
        col(ReviewDecision.review_id) == review_id, col(ReviewDecision.kind) == DecisionKind.HOLD
    )
    return session.scalars(wanted.order_by(col(ReviewDecision.id).desc()).limit(1)).one()


def due(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Bookings whose reviews the clock should reveal, the longest overdue first."""
    return list(session.scalars(_DUE, {"at": at, "limit": limit}))


def lapsed(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Reviews that were held and that nobody decided about in time."""
    return list(session.scalars(_LAPSED, {"at": at, "limit": limit}))


def _case(session: Session, statement: TextClause, review_id: UUID) -> Case:
    row = session.execute(statement, {"review_id": review_id}).first()
    if row is None:
        raise ReviewNotFound
    return Case(
        review_id=row.id,
        booking_id=row.booking_id,
        market_id=row.market_id,
        author_id=row.author_id,
        subject_id=row.subject_id,
        state=ReviewState(row.state),
        held_until=row.held_until,
    )
