"""The reveal: both reviews of a booking at once, when both are in or the time is over.

One transaction under the window's lock. The second author's submission, the clock and an operator who lets a
held window go all come here, and whoever is second finds nothing left to do.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation import events
from domain.foundation.actors import CLOCK, SYSTEM, Actor
from domain.ratings import queries, rules
from domain.ratings.events import ReviewHeld, ReviewsRevealed
from domain.ratings.kinds import ReviewActor, ReviewState
from domain.ratings.lifecycle import REVIEWS
from domain.ratings.models import Review, ReviewWindow


def reveal(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """Let the clock reveal a window that is due. False where it is not, or somebody else is at it."""
    window = queries.window_if_free(session, booking_id)
    return window is not None and reveal_if_due(session, window, by=CLOCK, at=at)


def reveal_if_due(session: Session, window: ReviewWindow, *, by: Actor, at: datetime) -> bool:
    """Reveal a window that is locked already, if its time has come. Returns whether it was revealed now.

    Of two requests that met, the one that waited for the lock carries the earlier instant: what is written
    down already has happened, whatever this request's clock says.
    """
    if window.revealed_at is not None:
        return False
    session.flush()
    written = list(queries.reviews_locked(session, window.booking_id).values())
    instants = [one.submitted_at for one in written]
    due_at = rules.reveal_due(window.closes_at, window.held_until, instants)
    if due_at > max([at, *instants]):
        return False
    window.revealed_at = due_at
    for review in written:
        _unseal(review, due_at)
    session.flush()
    if written:
        fact = ReviewsRevealed(
            booking_id=window.booking_id, review_ids=tuple(sorted(one.id for one in written))
        )
        events.record_event(session, fact, subject=("booking", window.booking_id), by=by, at=at)
    for review in written:
        if review.state is ReviewState.HELD:
            _tell_that_it_is_held(session, review, at)
    return True


def _unseal(review: Review, due_at: datetime) -> None:
    """A hold begins with the reveal: before it nobody could have looked."""
    is_held = review.held_until is not None
    step = "reveal_held" if is_held else "reveal"
    review.state = REVIEWS.next_state(review.state, step, ReviewActor.CLOCK)
    review.held_until = due_at + rules.REVIEW_HOLD if is_held else None
    review.revealed_at = due_at


def _tell_that_it_is_held(session: Session, review: Review, at: datetime) -> None:
    """A detector asked for a look while it was sealed; only now anybody may hear of it."""
    made = queries.latest_hold(session, review.id)
    fact = ReviewHeld(
        review_id=review.id, booking_id=review.booking_id, decision_id=made.id, reason_code=made.reason_code
    )
    events.record_event(session, fact, subject=("review", review.id), by=SYSTEM, at=at)
