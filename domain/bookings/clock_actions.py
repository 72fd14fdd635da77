"""What the clock does to a booking when its hour has come: the same step a person would have taken."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlmodel import Session

from domain.bookings import delivery, queries, requests
from domain.bookings.booking_disputes import actions
from domain.bookings.cancellations import cancel
from domain.bookings.kinds import BookingParty, BookingState
from domain.bookings.money import payment_actions
from domain.bookings.suspensions import suspension_rule
from domain.bookings.transition import ActionContext, expire_open_proposal
from domain.foundation.actors import CLOCK

_ACTIONS: Final[Mapping[BookingState, Callable[[Session, ActionContext], None]]] = MappingProxyType(
    {
        BookingState.PENDING_PAYMENT: payment_actions.expire_unless_paid,
        BookingState.REQUESTED: requests.expire_request,
        BookingState.CONFIRMED: suspension_rule.start_or_cancel,
        BookingState.IN_PROGRESS: delivery.apply_delivery,
        BookingState.DELIVERED: delivery.complete_unless_stopped,
        BookingState.NO_SHOW: cancel.cancel_for_no_show,
        BookingState.DISPUTED: actions.resolve_unanswered_dispute,
    }
)


def run_due_transition(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """Let the clock act on a booking that is due. False where it is not, or somebody else is at it."""
    booking = queries.lock_due_booking(session, booking_id, at=at)
    if booking is None:
        return False
    context = ActionContext(booking, BookingParty.CLOCK, CLOCK, at)
    if not suspension_rule.postpone_for_suspended_party(session, context):
        _ACTIONS[booking.state](session, context)
    return True


def expire_due_proposal(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """End a proposal whose time to answer is over. False where there is none (any more)."""
    booking = queries.lock_booking(session, booking_id)
    proposal = queries.get_open_proposal(session, booking_id)
    if proposal is None or proposal.expires_at > at:
        return False
    expire_open_proposal(session, ActionContext(booking, BookingParty.CLOCK, CLOCK, at))
    return True
