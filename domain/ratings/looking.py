"""Looking at reviews: everybody at what is published, the parties at their own booking, authors at their own.

While a window is sealed the other side's review is not read from the database at all, so nothing of it can
reach an answer: neither what it says, nor how long it is, nor whether it is there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from domain import bookings, providers
from domain.bookings.errors import BookingNotFound
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller
from domain.ratings import queries
from domain.ratings.errors import ReviewNotFound
from domain.ratings.kinds import ReviewState, Side
from domain.ratings.models import Review, ReviewWindow
from domain.ratings.windows import window_of


@dataclass(frozen=True, slots=True)
class Reply:
    """What who was reviewed said to it; no text once its author is erased."""

    text: str | None
    replied_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """A revealed review as others see it: without words while it is held and after it is removed."""

    id: UUID
    author_side: Side
    author_name: str | None
    category_id: UUID
    state: ReviewState
    stars: int | None
    dimensions: dict[str, int]
    text: str | None
    locale: str
    revealed_at: datetime
    edited_at: datetime | None
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class OfBooking:
    """A booking's window, and what was revealed of it; `note` is what the other side said in private."""

    window: ReviewWindow | None
    reviews: list[Seen]
    note: str | None


_SHOWN = """
    SELECT reviews.id, reviews.author_side, review_windows.category_id, reviews.state, reviews.locale,
           reviews.revealed_at, review_replies.text AS reply, review_replies.replied_at,
           CASE WHEN reviews.erased_at IS NOT NULL THEN NULL
                WHEN reviews.author_side = 'customer' THEN users.name
                ELSE provider_profiles.display_name END AS author_name,
           CASE WHEN reviews.state = 'published' THEN reviews.stars END AS stars,
           CASE WHEN reviews.state = 'published' THEN reviews.dimensions ELSE '{}' END AS dimensions,
           CASE WHEN reviews.state = 'published' THEN reviews.text END AS text,
           CASE WHEN reviews.state = 'published' THEN reviews.edited_at END AS edited_at
    FROM reviews
    JOIN review_windows ON review_windows.booking_id = reviews.booking_id
    JOIN users ON users.id = reviews.author_id
    JOIN provider_profiles ON provider_profiles.id = review_windows.profile_id
    LEFT JOIN review_replies ON review_replies.review_id = reviews.id
"""
_OF_BOOKING: Final = text(f"""
    {_SHOWN}
    WHERE reviews.booking_id = :booking_id AND reviews.revealed_at IS NOT NULL
    ORDER BY reviews.author_side
""")
_ABOUT: Final = text(f"""
    {_SHOWN}
    WHERE reviews.subject_id = :subject_id AND reviews.author_side = :author_side
      AND reviews.state = 'published' AND (reviews.revealed_at, reviews.id) < (:before, :last)
      AND (cast(:profile_id AS uuid) IS NULL OR review_windows.profile_id = :profile_id)
    ORDER BY reviews.revealed_at DESC, reviews.id DESC LIMIT :limit
""")
_NOTE: Final = text("""
    SELECT review_private_notes.to_other FROM reviews
    JOIN review_private_notes ON review_private_notes.review_id = reviews.id
    WHERE reviews.booking_id = :booking_id AND reviews.subject_id = :reader_id
      AND reviews.state = 'published'
""")
_FAR_AHEAD: Final = (datetime.fromisoformat("9999-12-31T00:00:00+00:00"), UUID(int=2**128 - 1))


def own(session: Session, booking_id: UUID, *, by: Caller) -> Review:
    """One's own review of a booking, whatever its state. Raises `ReviewNotFound`, also for all others."""
    review = queries.review_by(session, booking_id, by.user_id)
    if review is None:
        raise ReviewNotFound
    return review


def of_booking(session: Session, booking_id: UUID, *, by: Caller) -> OfBooking:
    """The window of a booking and its revealed reviews, for its sides. Raises `BookingNotFound`."""
    booking = session.get(bookings.Booking, booking_id)
    if booking is None:
        raise BookingNotFound
    bookings.party_of(booking, by)
    reviews = [_seen(row) for row in session.execute(_OF_BOOKING, {"booking_id": booking_id})]
    note = session.scalar(_NOTE, {"booking_id": booking_id, "reader_id": by.user_id})
    return OfBooking(window_of(session, booking), reviews, note)


def about_provider(session: Session, profile_id: UUID, *, after: str | None, limit: int) -> Page[Seen]:
    """What customers published about a provider, the latest reveal first. Raises `ProfileUnknown`."""
    profile = providers.get_public_profile(session, profile_id)
    about = {"subject_id": profile.user_id, "author_side": Side.CUSTOMER, "profile_id": profile_id}
    return _page(session, about, after, limit)


def about_customer(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[Seen]:
    """What providers published about somebody as their customer, the latest reveal first."""
    about = {"subject_id": user_id, "author_side": Side.PROVIDER, "profile_id": None}
    return _page(session, about, after, limit)


def _page(session: Session, about: dict[str, Any], after: str | None, limit: int) -> Page[Seen]:
    before, last = _FAR_AHEAD if after is None else decode_cursor(after, [datetime, UUID])
    wanted = {**about, "before": before, "last": last, "limit": limit + 1}
    rows = [_seen(row) for row in session.execute(_ABOUT, wanted)]
    return build_page(rows, limit, lambda row: [row.revealed_at, row.id])


def _seen(row: Row[Any]) -> Seen:
    return Seen(
        id=row.id,
        author_side=Side(row.author_side),
        author_name=row.author_name,
        category_id=row.category_id,
        state=ReviewState(row.state),
        stars=row.stars,
        dimensions=row.dimensions,
        text=row.text,
        locale=row.locale,
        revealed_at=row.revealed_at,
        edited_at=row.edited_at,
        reply=None if row.replied_at is None else Reply(row.reply, row.replied_at),
    )
