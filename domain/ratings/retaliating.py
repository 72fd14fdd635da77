"""Retaliation: a review that comes within a day of what its subject did is held until a person has looked.

What somebody does to the other side (opens a dispute, reports that nobody came, is given their money back)
stands in the booking's timeline, and so does when a review was written. Nothing else is looked at: **not how
many stars it has**, for a number must not decide what is shown, and a hold that depended on it would tell
what is sealed. While a review is sealed its hold changes nothing; once it is revealed it is shown after 72
hours unless a person decides otherwise. It is held for this once and never again.

A review is looked at in the transaction that writes it, so that nobody sees one that is held a moment later,
and once more by a reader of that fact, which also knows what was not committed yet.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from domain.foundation import events
from domain.foundation.events import EventRow
from domain.ratings import queries
from domain.ratings.deciding import hold_for_a_look
from domain.ratings.detectors import RETALIATION_WITHIN, Trouble, retaliation
from domain.ratings.kinds import DecisionKind, DecisionReason, ReviewState, Side
from domain.ratings.models import Review, ReviewDecision
from domain.ratings.reputation_models import ReviewSignal

MOST_FACTS = 1_000  # of one booking; far above any there is
CAN_BE_HELD = frozenset({ReviewState.SEALED, ReviewState.PUBLISHED})
STATEMENT: Final = (
    "It was written within {hours:.0f} hours of something that the other side did ({what}). A person looks "
    "at it; unless they decide otherwise it is shown 72 hours after the reveal. How many stars it has plays "
    "no part in this."
)

# Whose doing each of these is. A refund that the platform bears takes nothing from the provider.
_TROUBLES: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Side | None]]]] = {
    "booking.disputed": ("dispute", lambda told: Side(told["opened_by"])),
    "booking.no_show_reported": ("report", lambda told: Side(told["absent"]).other),
    "payment.refund_planned": (
        "refund",
        lambda told: Side.CUSTOMER if told["liable"] == "booking" else None,
    ),
}


def hold_retaliation(session: Session, booking_id: UUID, *, at: datetime) -> int:
    """Hold the reviews of a booking that came within a day of trouble. Returns how many; told twice, none."""
    troubles = [
        (side, Trouble(kind, fact.occurred_at))
        for fact in events.subject_history(session, booking_id, limit=MOST_FACTS)
        for side, kind in _trouble(fact)
    ]
    written = queries.reviews_locked(session, booking_id).values() if troubles else ()
    return sum(
        _hold(
            session, review, [trouble for side, trouble in troubles if side is review.author_side.other], at
        )
        for review in written
    )


def _trouble(fact: EventRow) -> list[tuple[Side, str]]:
    if fact.name not in _TROUBLES:
        return []
    kind, whose = _TROUBLES[fact.name]
    side = whose(fact.data)
    return [] if side is None else [(side, kind)]


def _hold(session: Session, review: Review, troubles: list[Trouble], at: datetime) -> bool:
    """The text of a revealed review may be changed for two days more; the stars it has are older."""
    signal = retaliation(_written_at(review), troubles)
    if signal is None or review.state not in CAN_BE_HELD or _was_held(session, review.id):
        return False
    review_id, author_id, subject_id = review.id, review.author_id, review.subject_id
    hours = RETALIATION_WITHIN.total_seconds() / 3_600
    statement = STATEMENT.format(hours=hours, what=signal.evidence["after"])
    hold_for_a_look(session, review_id, reason_code=DecisionReason.RETALIATION, statement=statement, at=at)
    session.add(
        ReviewSignal(
            detector=signal.detector,
            review_id=review_id,
            author_id=author_id,
            subject_id=subject_id,
            evidence=dict(signal.evidence),
            score=signal.score,
            at=at,
        )
    )
    session.flush()
    return True


def _written_at(review: Review) -> datetime:
    is_after = (
        review.revealed_at is not None and (review.edited_at or review.submitted_at) > review.revealed_at
    )
    return review.submitted_at if is_after or review.edited_at is None else review.edited_at


def _was_held(session: Session, review_id: UUID) -> bool:
    made = select(ReviewDecision.id).where(
        ReviewDecision.review_id == review_id,
        ReviewDecision.kind == DecisionKind.HOLD,
        ReviewDecision.reason_code == DecisionReason.RETALIATION,
        col(ReviewDecision.decided_by).is_(None),
    )
    return session.exec(made).first() is not None
