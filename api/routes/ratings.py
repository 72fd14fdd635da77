"""Reviews: written sealed, revealed together, read by everybody, replied to once."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.ratings import (
    BookingReviewsView,
    OwnReviewView,
    ReplyRequest,
    ReplyView,
    ReviewContent,
    ReviewHold,
    ReviewView,
    WindowView,
)
from api.transaction import Router
from domain import ratings
from domain.bookings.errors import BookingNotFound
from domain.foundation.errors import Stale
from domain.foundation.ids import BookingId, ProviderProfileId, ReviewId, UserId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.providers.errors import ProviderProfileNotFound
from domain.ratings.errors import (
    DimensionsUnfit,
    NotImpartial,
    NotReviewable,
    RepliedAlready,
    ReplyTooLate,
    ReviewFinal,
    ReviewNotFound,
    ReviewThereAlready,
    ReviewWindowOver,
)

router = Router(tags=["reviews"])


@router.post(
    "/bookings/{booking_id}/review",
    may="reviews.write",
    status_code=201,
    errors=[BookingNotFound, DimensionsUnfit, NotReviewable, ReviewThereAlready, ReviewWindowOver],
)
def submit_review(
    booking_id: BookingId, body: ReviewContent, session: Session, caller: Caller, at: datetime
) -> OwnReviewView:
    """Review the other side of a booking that is over, within 14 days.

    It is sealed until theirs is in too, or the time is over; then both are revealed at once.
    """
    content = body.content()
    return OwnReviewView.of(ratings.submit(session, booking_id, content, by=caller, at=at), content)


@router.put(
    "/bookings/{booking_id}/review",
    may="reviews.write",
    errors=[BookingNotFound, DimensionsUnfit, ReviewFinal, ReviewNotFound, ReviewWindowOver, Stale],
)
def edit_review(
    booking_id: BookingId,
    body: ReviewContent,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> OwnReviewView:
    """Write your review again while it is sealed; once it is revealed, its text for 48 hours."""
    content = body.content()
    review = ratings.edit(session, booking_id, content, by=caller, at=at, if_match=if_match)
    return OwnReviewView.of(review, content)


@router.get("/bookings/{booking_id}/review", may="reviews.write", errors=[ReviewNotFound])
def read_own_review(booking_id: BookingId, session: Session, caller: Caller) -> OwnReviewView:
    """See your review of a booking. Nobody else does before the reveal."""
    review = ratings.own(session, booking_id, by=caller)
    return OwnReviewView.of(review, ratings.content_of(session, review))


@router.get("/bookings/{booking_id}/reviews", may="bookings.read", errors=[BookingNotFound])
def read_booking_reviews(booking_id: BookingId, session: Session, caller: Caller) -> BookingReviewsView:
    """See until when a booking can be reviewed, and its reviews once they are revealed."""
    return BookingReviewsView.of(booking_id, ratings.of_booking(session, booking_id, by=caller))


@router.post(
    "/bookings/{booking_id}/review-hold",
    may="reviews.hold_window",
    errors=[BookingNotFound, NotImpartial, NotReviewable, ReviewWindowOver],
)
def hold_reviews(
    booking_id: BookingId, body: ReviewHold, session: Session, caller: Caller, at: datetime
) -> WindowView:
    """Keep the reviews of a booking sealed while a dispute about it is open, at most thirty days."""
    return WindowView.of(ratings.hold_window(session, booking_id, why=body.reason_code, by=caller, at=at))


@router.delete(
    "/bookings/{booking_id}/review-hold",
    may="reviews.hold_window",
    errors=[BookingNotFound, NotImpartial, NotReviewable],
)
def release_reviews(booking_id: BookingId, session: Session, caller: Caller, at: datetime) -> WindowView:
    """Let the reviews of a booking go their way again; what would be revealed by now is."""
    return WindowView.of(ratings.release_window(session, booking_id, by=caller, at=at))


@router.get(
    "/provider-profiles/{profile_id}/reviews",
    may="reviews.read",
    errors=[InvalidCursor, ProviderProfileNotFound],
)
def list_provider_reviews(
    profile_id: ProviderProfileId,
    session: Session,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ReviewView]:
    """See what customers say about a provider, the latest first."""
    page = ratings.about_provider(session, profile_id, after=after, limit=limit)
    return PageView(items=[ReviewView.of(seen) for seen in page.items], next_cursor=page.next_cursor)


@router.get("/users/{user_id}/reviews", may="reviews.read_customers", errors=[InvalidCursor])
def list_customer_reviews(
    user_id: UserId, session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[ReviewView]:
    """See what providers say about somebody as their customer, the latest first."""
    page = ratings.about_customer(session, user_id, after=after, limit=limit)
    return PageView(items=[ReviewView.of(seen) for seen in page.items], next_cursor=page.next_cursor)


@router.post(
    "/reviews/{review_id}/reply",
    may="reviews.reply",
    status_code=201,
    errors=[RepliedAlready, ReplyTooLate, ReviewNotFound],
)
def reply_to_review(
    review_id: ReviewId, body: ReplyRequest, session: Session, caller: Caller, at: datetime
) -> ReplyView:
    """Reply to a review of you, once, within thirty days of its reveal."""
    return ReplyView.model_validate(ratings.reply(session, review_id, body.text, by=caller, at=at))
