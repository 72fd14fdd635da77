"""Reviews on the wire: one's own whole, others' once they are revealed."""

from typing import Annotated, Self

from pydantic import Field

from api.schemas.common import Instant, RequestBody, Text, View
from api.schemas.identity import Locale
from domain.foundation.ids import BookingId, CategoryId, ReviewId
from domain.ratings import (
    Content,
    Dimension,
    HoldReason,
    Note,
    OfBooking,
    Review,
    ReviewState,
    ReviewWindow,
    Seen,
    Side,
    WindowReason,
)

Stars = Annotated[int, Field(ge=1, le=5, strict=True, description="One to five.", examples=[5])]
Dimensions = Annotated[
    dict[Dimension, Stars],
    Field(description="What can be rated beside the whole; never averaged into the stars."),
]


class ReviewContent(RequestBody):
    """What you say about the other side. It stays sealed until both are in, or the time is over.

    `would_book_again` and `note_to_platform` stay with the platform; `note_to_other` goes to the other side
    alone, at the reveal.
    """

    model_config = RequestBody.example(
        {
            "stars": 4,
            "dimensions": {"communication": 5, "punctuality": 3},
            "text": "The shirts are perfect. They came half an hour late.",
            "locale": "en",
            "would_book_again": True,
        },
        {"stars": 5},
    )

    stars: Stars
    dimensions: Dimensions = Field(default_factory=dict)
    text: Text | None = None
    locale: Locale = "en"
    would_book_again: bool | None = None
    note_to_other: Text | None = None
    note_to_platform: Text | None = None

    def content(self) -> Content:
        """As the domain has it."""
        note = Note(self.would_book_again, self.note_to_other, self.note_to_platform)
        return Content(self.stars, self.locale, self.text, self.dimensions, note)


class OwnReviewView(View):
    """Your review of a booking, whether it is sealed or not."""

    id: ReviewId
    booking_id: BookingId
    author_side: Side
    state: ReviewState
    stars: int
    dimensions: Dimensions
    text: str | None
    locale: str
    would_book_again: bool | None
    note_to_other: str | None
    note_to_platform: str | None
    submitted_at: Instant
    edited_at: Instant | None
    revealed_at: Instant | None
    version: int

    @classmethod
    def of(cls, review: Review, content: Content) -> Self:
        """A review for its author."""
        row = {name: getattr(review, name) for name in cls.model_fields if hasattr(review, name)}
        return cls(
            **row,
            would_book_again=content.note.would_book_again,
            note_to_other=content.note.to_other,
            note_to_platform=content.note.to_platform,
        )


class ReplyRequest(RequestBody):
    """What you say to a review of you."""

    model_config = RequestBody.example({"text": "Sorry for the wait; the bridge was up."})

    text: Text


class ReplyView(View):
    """What who was reviewed said; no text once its author is erased."""

    text: str | None
    replied_at: Instant


class ReviewView(View):
    """A revealed review. It says nothing while it is held and after it was removed.

    Without `author_name` its author was erased: the number stays, the words are gone.
    """

    id: ReviewId
    author_side: Side
    author_name: str | None
    category_id: CategoryId
    state: ReviewState
    stars: int | None
    dimensions: Dimensions
    text: str | None
    locale: str
    revealed_at: Instant
    edited_at: Instant | None
    reply: ReplyView | None

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """A review as everybody sees it."""
        return cls.model_validate(seen)


class WindowView(View):
    """The time in which both sides write. While `held_until` lies ahead, nothing is revealed."""

    reason: WindowReason
    opened_at: Instant
    closes_at: Instant
    held_until: Instant | None
    revealed_at: Instant | None

    @classmethod
    def of(cls, window: ReviewWindow) -> Self:
        """The window of a booking."""
        return cls.model_validate(window)


class BookingReviewsView(View):
    """A booking's window and its reviews, which are there once it is revealed; both or neither.

    Nothing here tells whether the other side has written before that.
    """

    booking_id: BookingId
    window: WindowView | None = Field(description="None where the booking is not reviewed (yet).")
    reviews: list[ReviewView]
    note_to_you: str | None = Field(description="What the other side told you alone.")

    @classmethod
    def of(cls, booking_id: BookingId, found: OfBooking) -> Self:
        """What the sides of a booking see of its reviews."""
        return cls(
            booking_id=booking_id,
            window=None if found.window is None else WindowView.of(found.window),
            reviews=[ReviewView.of(seen) for seen in found.reviews],
            note_to_you=found.note,
        )


class ReviewHold(RequestBody):
    """Why the reviews of a booking wait."""

    model_config = RequestBody.example({"reason_code": "dispute"})

    reason_code: HoldReason
