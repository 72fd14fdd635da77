"""How a booking ends: never agreed on, carried out, or called off; each is a settlement and one last step."""

from datetime import datetime

from sqlmodel import Session

from domain import availability
from domain.foundation.money import BASIS_POINTS

from . import books
from .cancellation import Deadlines, Settlement, Share, given_back, settle
from .events import BookingCancelled, BookingCompleted, BookingDeclined, BookingExpired, BookingFact
from .kinds import Ground, ReasonCode, Side, State, Step
from .models import Booking
from .steps import Standing, keep_no_more_than, let_proposal_lapse, next_state, record


def never_agreed(booking: Booking) -> Settlement:
    """Nothing is kept of what nobody confirmed."""
    return by_share(booking, Share(BASIS_POINTS, BASIS_POINTS, Ground.NEVER_AGREED))


def carried_out(booking: Booking) -> Settlement:
    """Everything goes where it was agreed to go."""
    return by_share(booking, Share(0, 0, Ground.CARRIED_OUT))


def called_off(booking: Booking, *, by: Side, at: datetime) -> Settlement:
    """What the booking's own frozen policy says when `by` calls it off at `at`."""
    return by_share(booking, given_back(deadlines(booking), by=by, at=at))


def by_share(booking: Booking, share: Share) -> Settlement:
    """The share in this booking's minor units."""
    return settle(booking.agreed, share, tax_base=booking.terms.tax_base)


def deadlines(booking: Booking) -> Deadlines:
    """What a cancellation of this booking is measured against."""
    return Deadlines(booking.terms.cancellation, booking.requested_at, booking.strictest_start_at)


def settlement_of(booking: Booking) -> Settlement | None:
    """How a booking that has ended was settled; None before."""
    if booking.refund_amount is None or booking.ground is None:
        return None
    return Settlement(booking.refund_amount, books.kept_of(booking), booking.ground)


def end(
    session: Session,
    here: Standing,
    step: Step,
    settlement: Settlement,
    *,
    reason_code: ReasonCode | None = None,
    reason: str | None = None,
) -> None:
    """Take the last step: write down what goes back and what is kept, tell the payment, give the time back.

    Refuses `NotNow` and `TooLate`. The books close when the payment has followed, at once if it has already.
    """
    booking = here.booking
    was = booking.state
    booking.state = next_state(here, step)
    booking.due_at, booking.ended_at = None, here.at
    booking.version += 1
    booking.reason_code, booking.reason = reason_code, reason
    booking.cancelled_by = here.side if booking.state is State.CANCELLED else None
    _write_down(booking, settlement)
    session.flush()
    keep_no_more_than(session, here, settlement.kept.pay_in)
    if booking.state is not State.COMPLETED:
        availability.release(session, booking.id, at=here.at)
    if was is State.CONFIRMED:
        let_proposal_lapse(session, here)
    record(session, here, _farewell(here, was))
    books.close(session, here)


def _write_down(booking: Booking, settlement: Settlement) -> None:
    booking.ground = settlement.ground
    booking.refund_amount = settlement.refund_amount
    booking.kept_pay_out_amount = settlement.kept.pay_out
    booking.kept_service_fee_amount = settlement.kept.service_fee
    booking.kept_commission_amount = settlement.kept.commission
    booking.kept_tax_amount = settlement.kept.tax


def _farewell(here: Standing, was: State) -> BookingFact:
    """The fact that tells how the booking ended."""
    booking = here.booking
    refund_amount, currency = booking.refund_amount or 0, booking.currency
    if booking.state is State.EXPIRED:
        return BookingExpired(booking_id=booking.id, was=was)
    if booking.state is State.DECLINED:
        return BookingDeclined(booking_id=booking.id, reason_code=booking.reason_code)
    if booking.state is State.COMPLETED:
        return BookingCompleted(booking_id=booking.id, refund_amount=refund_amount, currency=currency)
    return BookingCancelled(
        booking_id=booking.id,
        cancelled_by=here.side,
        reason_code=booking.reason_code,
        ground=booking.ground,
        refund_amount=refund_amount,
        currency=currency,
    )
