"""What the clock does to a booking when its hour has come: the same step a person would have taken."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlmodel import Session

from domain.bookings import calling_off, delivery, disputes, paying, queries, requests, suspending
from domain.bookings.kinds import Side, State
from domain.bookings.steps import Standing, let_proposal_lapse
from domain.foundation.actors import CLOCK

_DEEDS: Final[Mapping[State, Callable[[Session, Standing], None]]] = MappingProxyType(
    {
        State.PENDING_PAYMENT: paying.expire_unless_paid,
        State.REQUESTED: requests.expire,
        State.CONFIRMED: suspending.start_or_cancel,
        State.IN_PROGRESS: delivery.delivered,
        State.DELIVERED: delivery.completed_by_clock,
        State.NO_SHOW: calling_off.settle_no_show,
        State.DISPUTED: disputes.lapse,
    }
)


def act(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """Let the clock act on a booking that is due. False where it is not, or somebody else is at it."""
    booking = queries.due_locked(session, booking_id, at=at)
    if booking is None:
        return False
    here = Standing(booking, Side.CLOCK, CLOCK, at)
    if not suspending.waits_for_suspended(session, here):
        _DEEDS[booking.state](session, here)
    return True


def expire_proposal(session: Session, booking_id: UUID, *, at: datetime) -> bool:
    """End a proposal whose time to answer is over. False where there is none (any more)."""
    booking = queries.booking_locked(session, booking_id)
    proposal = queries.open_proposal(session, booking_id)
    if proposal is None or proposal.expires_at > at:
        return False
    let_proposal_lapse(session, Standing(booking, Side.CLOCK, CLOCK, at))
    return True
