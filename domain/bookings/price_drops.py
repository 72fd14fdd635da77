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
from domain.bookings.adopting import adopt_price
from domain.bookings.events import PriceLowered
from domain.bookings.kinds import Side, State
from domain.bookings.models import Booking
from domain.bookings.steps import Standing, keep_no_more_than, let_proposal_lapse, record
from domain.foundation.actors import SYSTEM


def follow_price_drop(session: Session, booking_id: UUID, *, at: datetime) -> list[UUID]:
    """Lower the earlier bookings of the start that this one is for; answers which were lowered."""
    later = queries.booking(session, booking_id)
    # All bookings are locked before the first of their customers' credits move, as everybody locks.
    earlier = [queries.booking_locked(session, each) for each in queries.earlier_of_start(session, later)]
    return [each.id for each in earlier if _follow(session, each, later.quote_id, at=at)]


def _follow(session: Session, booking: Booking, later_quote_id: UUID, *, at: datetime) -> bool:
    if booking.state not in queries.NOT_BEGUN:
        return False
    priced = pricing.price_after_drop(
        session, booking.quote_id, later_quote_id, at=at, expires_at=max(booking.during.end, at)
    )
    if priced is None:
        return False
    here = Standing(booking, Side.CLOCK, SYSTEM, at)
    adopt_price(session, here, priced.quote)
    booking.version += 1
    session.flush()
    let_proposal_lapse(session, here)
    if booking.state is State.CONFIRMED:
        keep_no_more_than(session, here, booking.paid_amount)
    fact = PriceLowered(
        booking_id=booking.id,
        less_amount=-priced.difference_amount,
        less_credits=-priced.difference_credits,
        pay_in_amount=booking.pay_in_amount,
        pay_out_amount=booking.pay_out_amount,
        currency=booking.currency,
    )
    record(session, here, fact)
    return True
