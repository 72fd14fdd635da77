"""Facts about reviews: ids, words and instants.

No fact about a sealed review may differ by what it says: facts carry no stars, no dimensions and no text.
What was given is read from the tables by who may.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent
from domain.ratings.kinds import AppealOutcome, DecisionReason, HoldReason, Side, WindowReason


@dataclass(frozen=True)
class ReviewWindowOpened(DomainEvent):
    """The two parties of a booking may review each other until then."""

    name: ClassVar[str] = "review_window.opened"
    audit_only: ClassVar[bool] = True

    booking_id: UUID
    reason: WindowReason
    closes_at: datetime


@dataclass(frozen=True)
class ReviewWindowHeld(DomainEvent):
    """What was written about a booking stays sealed until then at most, whatever it is."""

    name: ClassVar[str] = "review_window.held"
    audit_only: ClassVar[bool] = True

    booking_id: UUID
    why: HoldReason
    until: datetime


@dataclass(frozen=True)
class ReviewWindowReleased(DomainEvent):
    """The reason to wait is gone."""

    name: ClassVar[str] = "review_window.released"
    audit_only: ClassVar[bool] = True

    booking_id: UUID


@dataclass(frozen=True)
class ReviewSubmitted(DomainEvent):
    """One party wrote a review, which is sealed."""

    name: ClassVar[str] = "review.submitted"

    review_id: UUID
    booking_id: UUID
    author_side: Side


@dataclass(frozen=True)
class ReviewsRevealed(DomainEvent):
    """Both were in, or the time was over: what was written can be read."""

    name: ClassVar[str] = "review.revealed"

    booking_id: UUID
    review_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class ReviewFact(DomainEvent):
    """A fact about one review."""

    audit_only: ClassVar[bool] = True

    review_id: UUID
    booking_id: UUID


@dataclass(frozen=True)
class ReviewEdited(ReviewFact):
    """Its author wrote it again; what stood there before is kept as a version."""

    name: ClassVar[str] = "review.edited"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ReviewReplied(ReviewFact):
    """Who was reviewed replied."""

    name: ClassVar[str] = "review.replied"


@dataclass(frozen=True)
class ReviewHeld(ReviewFact):
    """It is not shown while a person looks at it."""

    name: ClassVar[str] = "review.held"
    audit_only: ClassVar[bool] = False

    decision_id: UUID
    reason_code: DecisionReason


@dataclass(frozen=True)
class ReviewReleased(ReviewFact):
    """It is shown again: a person found nothing, or nobody looked in time."""

    name: ClassVar[str] = "review.released"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ReviewRemoved(ReviewFact):
    """It is shown to nobody and counts no more, for a stated reason."""

    name: ClassVar[str] = "review.removed"
    audit_only: ClassVar[bool] = False

    decision_id: UUID
    reason_code: DecisionReason


@dataclass(frozen=True)
class ReviewRestored(ReviewFact):
    """It is shown again and counts."""

    name: ClassVar[str] = "review.restored"
    audit_only: ClassVar[bool] = False

    decision_id: UUID


@dataclass(frozen=True)
class ReviewErased(ReviewFact):
    """What its author wrote is gone; the number stays, without them."""

    name: ClassVar[str] = "review.erased"


@dataclass(frozen=True)
class DecisionAppealed(ReviewFact):
    """Its author wants a decision looked at by somebody else."""

    name: ClassVar[str] = "review.decision_appealed"

    decision_id: UUID


@dataclass(frozen=True)
class AppealDecided(ReviewFact):
    """Somebody else looked at a decision."""

    name: ClassVar[str] = "review.appeal_decided"

    decision_id: UUID
    outcome: AppealOutcome
