"""Writing a review: submitted once, edited until it is revealed, and its text for two days more.

All of it happens under the window's lock, so of two that come at once the second sees the first.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import bookings, identity
from domain.bookings.errors import BookingNotFound
from domain.foundation import events
from domain.foundation.errors import DomainError, Stale
from domain.identity import Caller
from domain.ratings import queries, rules
from domain.ratings.errors import ReviewFinal, ReviewNotFound
from domain.ratings.events import ReviewEdited, ReviewSubmitted
from domain.ratings.kinds import Dimension, ReviewState, Side
from domain.ratings.models import Review, ReviewPrivateNote, ReviewVersion, ReviewWindow
from domain.ratings.retaliating import hold_retaliation
from domain.ratings.revealing import reveal_if_due
from domain.ratings.windows import window_to_write


@dataclass(frozen=True, slots=True)
class Note:
    """What is said beside a review: to the other side alone, and to the platform alone."""

    would_book_again: bool | None = None
    to_other: str | None = None
    to_platform: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a review says. Dimensions go from one to five and are never averaged into the stars."""

    stars: int
    locale: str
    text: str | None = None
    dimensions: dict[Dimension, int] = field(default_factory=dict)
    note: Note = field(default_factory=Note)


def submit(session: Session, booking_id: UUID, content: Content, *, by: Caller, at: datetime) -> Review:
    """Review the other party of a booking. If theirs is in already, both are revealed.

    Raises `BookingNotFound` to all but the two, `NotReviewable`, `ReviewWindowOver`, `ReviewThereAlready`,
    `AccountSuspended` and `DimensionsUnfit`.
    """
    booking, side = _side(session, booking_id, by)
    rules.check_dimensions(side, content.dimensions)
    window = window_to_write(session, booking)
    has_written = side in queries.reviews_locked(session, booking_id)
    rules.may_submit(
        window.closes_at,
        window.held_until,
        is_revealed=window.revealed_at is not None,
        has_written=has_written,
        at=at,
    )
    review = _written(window, side, content, at)
    session.add(review)
    session.flush()
    _keep_version(session, review, at)
    _keep_note(session, review, content.note)
    fact = ReviewSubmitted(review_id=review.id, booking_id=booking_id, author_side=side)
    events.record_event(session, fact, subject=("review", review.id), by=by.actor, at=at)
    hold_retaliation(session, booking_id, at=at)
    reveal_if_due(session, window, by=by.actor, at=at)
    return review


def may_submit(
    session: Session, booking: bookings.Booking, *, by: bookings.CallerOrActor, at: datetime
) -> bool:
    """Whether `submit` would accept a review of the booking by this person now."""
    parties = {booking.customer_id: Side.CUSTOMER, booking.provider_user_id: Side.PROVIDER}
    side = None if by.user_id is None else parties.get(by.user_id)
    if side is None or booking.ended_at is None:
        return False
    if rules.window_reason(booking.state, booking.reason_code) is None:
        return False
    window = queries.window(session, booking.id)
    try:
        rules.may_submit(
            booking.ended_at + rules.WINDOW if window is None else window.closes_at,
            None if window is None else window.held_until,
            is_revealed=window is not None and window.revealed_at is not None,
            has_written=queries.has_written(session, booking.id, side),
            at=at,
        )
    except DomainError:
        return False
    return True


def edit(
    session: Session,
    booking_id: UUID,
    content: Content,
    *,
    by: Caller,
    at: datetime,
    if_match: int | None = None,
) -> Review:
    """Write one's review again: all of it while it is sealed, its text for 48 hours more.

    What was said already is not said again. Raises `ReviewNotFound`, `Stale`, `ReviewWindowOver`,
    `ReviewFinal` and `DimensionsUnfit`.
    """
    _, side = _side(session, booking_id, by)
    if queries.window(session, booking_id) is None:
        raise ReviewNotFound
    window = queries.window_locked(session, booking_id)
    review = queries.reviews_locked(session, booking_id).get(side)
    if review is None:
        raise ReviewNotFound
    if if_match is not None and if_match != review.version:
        raise Stale("Your review has changed; look at it again.", version=review.version)
    rules.check_dimensions(side, content.dimensions)
    said = queries.note(session, review.id)
    if (before := _content(review, said)) != content:
        _may_change(window, review, before, content, at)
        _change(session, review, content, at)
        fact = ReviewEdited(review_id=review.id, booking_id=booking_id)
        events.record_event(session, fact, subject=("review", review.id), by=by.actor, at=at)
    return review


def content_of(session: Session, review: Review) -> Content:
    """What a review says, its private note included: for its author alone."""
    return _content(review, queries.note(session, review.id))


def _side(session: Session, booking_id: UUID, by: Caller) -> tuple[bookings.Booking, Side]:
    """The booking, and which party this is; everybody else, staff included, does not find the booking."""
    booking = session.get(bookings.Booking, booking_id)
    if booking is not None and by.user_id in {booking.customer_id, booking.provider_user_id}:
        identity.require_active_accounts(session, by.user_id)
        return booking, Side.CUSTOMER if by.user_id == booking.customer_id else Side.PROVIDER
    raise BookingNotFound


def _may_write(window: ReviewWindow, at: datetime) -> None:
    rules.may_write(window.closes_at, window.held_until, is_revealed=window.revealed_at is not None, at=at)


def _may_change(
    window: ReviewWindow, review: Review, before: Content, content: Content, at: datetime
) -> None:
    if review.revealed_at is None:
        _may_write(window, at)
        return
    if review.state is ReviewState.REMOVED:
        raise ReviewFinal("It was removed.")
    kept = (before.stars, before.dimensions, before.note)
    changes_more = kept != (content.stars, content.dimensions, content.note)
    rules.may_change_text(review.revealed_at, changes_more=changes_more, at=at)


def _written(window: ReviewWindow, side: Side, content: Content, at: datetime) -> Review:
    parties = {Side.CUSTOMER: window.customer_id, Side.PROVIDER: window.provider_user_id}
    return Review(
        booking_id=window.booking_id,
        author_side=side,
        author_id=parties[side],
        subject_id=parties[side.other],
        stars=content.stars,
        dimensions=_plain(content.dimensions),
        text=content.text,
        locale=content.locale,
        submitted_at=at,
    )


def _change(session: Session, review: Review, content: Content, at: datetime) -> None:
    review.stars, review.dimensions = content.stars, _plain(content.dimensions)
    review.text, review.locale = content.text, content.locale
    review.edited_at = at
    review.version += 1
    session.flush()
    _keep_version(session, review, at)
    _keep_note(session, review, content.note)


def _keep_version(session: Session, review: Review, at: datetime) -> None:
    session.add(
        ReviewVersion(
            review_id=review.id,
            version=review.version,
            stars=review.stars,
            dimensions=review.dimensions,
            text=review.text,
            locale=review.locale,
            written_at=at,
        )
    )


def _keep_note(session: Session, review: Review, note: Note) -> None:
    kept = queries.note(session, review.id) or ReviewPrivateNote(review_id=review.id)
    kept.would_book_again, kept.to_other, kept.to_platform = (
        note.would_book_again,
        note.to_other,
        note.to_platform,
    )
    session.add(kept)
    session.flush()


def _content(review: Review, note: ReviewPrivateNote | None) -> Content:
    beside = Note() if note is None else Note(note.would_book_again, note.to_other, note.to_platform)
    dimensions = {Dimension(name): stars for name, stars in review.dimensions.items()}
    return Content(review.stars, review.locale, review.text, dimensions, beside)


def _plain(dimensions: dict[Dimension, int]) -> dict[str, int]:
    """Dimensions by name, in one order, so that the same review is the same document."""
    return {str(name): dimensions[name] for name in sorted(dimensions)}
