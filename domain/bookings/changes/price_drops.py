"""Who booked early never pays more for the same start than who came later.

A group session is one start for many. When a later booking of it is confirmed at a lower factor of the
market, the earlier ones are lowered to that factor: what is captured above is given back by the payment, as
when a change lowers a price. Only the factor moves, and only down; base price, tariff and options stay as
they were agreed, and what a protection made of the price for the later customer is theirs alone. The
provider's bonus stays as promised. Credits that shielded from the higher factor come back as far as they no
longer have anything to pay for, also where the money stays the same. Doing it twice lowers nothing twice.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import pricing
from domain.bookings import queries
from domain.bookings.changes.reprice import reprice
from domain.bookings.events import PriceLowered
from domain.bookings.kinds import BookingParty, BookingState
from domain.bookings.models import Booking
from domain.bookings.transition import ActionContext, expire_open_proposal, lower_capture_target, record_event
from domain.foundation.actors import SYSTEM


def apply_price_drop(session: Session, booking_id: UUID, *, at: datetime) -> list[UUID]:
    """Lower the earlier bookings of the start that this one is for; answers which were lowered."""
    later = queries.get_booking(session, booking_id)
    # All bookings are locked before the first of their customers' credits move, as everybody locks.
    earlier = [
        queries.lock_booking(session, booking)
        for booking in queries.earlier_bookings_of_start(session, later)
    ]
    return [booking.id for booking in earlier if _lower_price(session, booking, later.quote_id, at=at)]


def _lower_price(session: Session, booking: Booking, later_quote_id: UUID, *, at: datetime) -> bool:
    if booking.state not in queries.NOT_STARTED:
        return False
    priced = pricing.price_after_drop(
        session, booking.quote_id, later_quote_id, at=at, expires_at=max(booking.during.end, at)
    )
    if priced is None:
        return False
    context = ActionContext(booking, BookingParty.CLOCK, SYSTEM, at)
    reprice(session, context, priced.quote)
    booking.version += 1
    session.flush()
    expire_open_proposal(session, context)
    if booking.state is BookingState.CONFIRMED:
        lower_capture_target(session, context, booking.paid_amount)
    event = PriceLowered(
        booking_id=booking.id,
        less_amount=-priced.difference_amount,
        less_credits=-priced.difference_credits,
        pay_in_amount=booking.pay_in_amount,
        pay_out_amount=booking.pay_out_amount,
        currency=booking.currency,
    )
    record_event(session, context, event)
    return True
