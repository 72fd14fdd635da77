"""Windows: opened for a booking that has ended, held while something else must be settled first.

Whether a window opens, waits or closes depends on the booking and on operators, never on what stands in it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import bookings, offers
from domain.bookings.errors import BookingNotFound
from domain.foundation import events
from domain.foundation.actors import CLOCK
from domain.identity import Caller
from domain.ratings import queries, rules
from domain.ratings.errors import NotImpartial
from domain.ratings.events import ReviewWindowHeld, ReviewWindowOpened, ReviewWindowReleased
from domain.ratings.kinds import HoldReason, WindowReason
from domain.ratings.models import ReviewWindow
from domain.ratings.revealing import reveal_if_due

_OPEN = text("""
    INSERT INTO review_windows (booking_id, market_id, category_id, offer_id, profile_id, provider_user_id,
                                customer_id, reason, value_amount, currency, opened_at, closes_at)
    VALUES (:booking_id, :market_id, :category_id, :offer_id, :profile_id, :provider_user_id,
            :customer_id, :reason, :value_amount, :currency, :opened_at, :closes_at)
    ON CONFLICT (booking_id) DO NOTHING RETURNING booking_id
""")


def open_window(session: Session, booking_id: UUID) -> bool:
    """Let the parties of a booking that has ended review each other. False where it is not reviewed.

    The row follows from the booking alone: told twice, late or by whomever writes first, it is the same.
    """
    booking = session.get(bookings.Booking, booking_id)
    if booking is None or booking.ended_at is None:
        return False
    reason = rules.window_reason(booking.state, booking.reason_code)
    if reason is None:
        return False
    _open(session, booking, reason, booking.ended_at)
    return True


def window_of(session: Session, booking: bookings.Booking) -> ReviewWindow | None:
    """The window of a booking, as it is or as it will be opened; None where it is not reviewed.

    Whether the worker has come by yet is not told: where it has not, only somebody's review has opened it.
    """
    kept = queries.window(session, booking.id)
    if kept is not None or booking.ended_at is None:
        return kept
    reason = rules.window_reason(booking.state, booking.reason_code)
    return None if reason is None else ReviewWindow(**_values(session, booking, reason, booking.ended_at))


def window_to_write(session: Session, booking: bookings.Booking) -> ReviewWindow:
    """The window of a booking under its lock, opened if nobody has; raises `NotReviewable`, and says why."""
    if not open_window(session, booking.id):
        raise rules.not_reviewable(booking.state, has_ended=booking.ended_at is not None)
    return queries.window_locked(session, booking.id)


def hold_window(
    session: Session, booking_id: UUID, *, why: HoldReason, by: Caller, at: datetime
) -> ReviewWindow:
    """Keep everything about a booking sealed until it is released, thirty days at most in all.

    Raises `BookingNotFound` to everybody but operators of its market, `NotImpartial` to those who are a side
    of it, `NotReviewable` and `ReviewWindowOver`.
    """
    window = _to_operate(session, booking_id, by)
    rules.may_write(window.closes_at, window.held_until, is_revealed=window.revealed_at is not None, at=at)
    window.held_at = window.held_at or at
    window.held_why, window.held_until = why, rules.hold_ends(window.held_at)
    fact = ReviewWindowHeld(booking_id=booking_id, why=why, until=window.held_until)
    events.record_event(
        session, fact, subject=("booking", booking_id), by=by.actor_in(window.market_id), at=at
    )
    return window


def release_window(session: Session, booking_id: UUID, *, by: Caller, at: datetime) -> ReviewWindow:
    """Let a window go on, and reveal it if it would have been by now. Doing it twice does no harm."""
    window = _to_operate(session, booking_id, by)
    if window.held_until is None or window.held_until <= at:
        return window
    window.held_until = at
    fact = ReviewWindowReleased(booking_id=booking_id)
    events.record_event(
        session, fact, subject=("booking", booking_id), by=by.actor_in(window.market_id), at=at
    )
    reveal_if_due(session, window, by=CLOCK, at=at)
    return window


def _to_operate(session: Session, booking_id: UUID, by: Caller) -> ReviewWindow:
    booking = session.get(bookings.Booking, booking_id)
    if booking is None or not by.is_operator(booking.market_id):
        raise BookingNotFound
    if by.user_id in {booking.customer_id, booking.provider_user_id}:
        raise NotImpartial("It is a booking of yours; another operator decides when it is revealed.")
    return window_to_write(session, booking)


def _open(session: Session, booking: bookings.Booking, reason: WindowReason, ended_at: datetime) -> None:
    values = _values(session, booking, reason, ended_at)
    if session.execute(_OPEN, values).first() is not None:
        fact = ReviewWindowOpened(booking_id=booking.id, reason=reason, closes_at=values["closes_at"])
        events.record_event(session, fact, subject=("booking", booking.id), by=CLOCK, at=ended_at)


def _values(
    session: Session, booking: bookings.Booking, reason: WindowReason, ended_at: datetime
) -> dict[str, Any]:
    return {
        "booking_id": booking.id,
        "market_id": booking.market_id,
        "category_id": offers.offer(session, booking.offer_id).category_id,
        "offer_id": booking.offer_id,
        "profile_id": booking.profile_id,
        "provider_user_id": booking.provider_user_id,
        "customer_id": booking.customer_id,
        "reason": reason,
        "value_amount": booking.paid_amount - (booking.refund_amount or 0),
        "currency": booking.currency,
        "opened_at": ended_at,
        "closes_at": ended_at + rules.WINDOW,
    }
