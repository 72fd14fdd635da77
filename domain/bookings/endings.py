"""How a booking ends: never agreed on, carried out, or called off; each is a share that is given back.

With it end its tasks, and what that leaves of the stake and of the credits is part of the settlement.
"""

from datetime import datetime

from sqlmodel import Session

from domain import availability, payments, pricing
from domain.bookings import books, redeeming, stakes
from domain.bookings.cancellation import (
    NO_STAKE,
    Deadlines,
    Settlement,
    Share,
    Stake,
    after_moves,
    given_back,
    reduced,
    settle,
)
from domain.bookings.events import (
    BookingCancelled,
    BookingCompleted,
    BookingDeclined,
    BookingExpired,
    BookingFact,
)
from domain.bookings.kinds import Ground, ReasonCode, Side, State, Step
from domain.bookings.models import Booking
from domain.bookings.steps import Standing, keep_no_more_than, let_proposal_lapse, next_state, record
from domain.foundation.money import BASIS_POINTS
from domain.foundation.payable_amounts import payable_step
from domain.payments import Moved

# Nothing is kept of what nobody confirmed; of what was carried out everything goes where it was agreed to go.
NEVER_AGREED = Share(BASIS_POINTS, BASIS_POINTS, Ground.NEVER_AGREED)
CARRIED_OUT = Share(0, 0, Ground.CARRIED_OUT)
NOTHING_PAID = Moved(0)


def called_off(booking: Booking, *, by: Side, at: datetime) -> Share:
    """What the booking's own frozen policy says when `by` calls it off at `at`."""
    return given_back(deadlines(booking), by=by, at=at)


def in_money(booking: Booking, share: Share, *, unmet: Stake = NO_STAKE) -> Settlement:
    """The share in this booking's minor units, where these tasks were left undone."""
    return settle(
        booking.agreed,
        share,
        tax_base=booking.terms.tax_base,
        stake_amount=booking.stake_amount,
        unmet=unmet,
        redeemed=booking.redeemed,
        step=payable_step(booking.currency),
    )


def shown(session: Session, booking: Booking, share: Share) -> Settlement:
    """The share in minor units after what has moved: what would go back if the booking ended so now."""
    moved = NOTHING_PAID if booking.payment_id is None else payments.moved(session, booking.id)
    return after_moves(in_money(booking, share), moved.after_keeping(booking.paid_amount))


def deadlines(booking: Booking) -> Deadlines:
    """What a cancellation of this booking is measured against."""
    return Deadlines(booking.terms.cancellation, booking.requested_at, booking.strictest_start_at)


def settlement_of(booking: Booking) -> Settlement | None:
    """How a booking that has ended was settled, after what had moved before; None until it ends."""
    if booking.refund_amount is None or booking.ground is None:
        return None
    kept_stake = books.kept_stake_of(booking)
    planned = Settlement(
        booking.refund_amount,
        books.kept_of(booking),
        booking.ground,
        kept_stake=kept_stake,
        returned_stake_amount=booking.stake_amount - kept_stake.amount,
        returned_credits=booking.returned_credits or 0,
    )
    if booking.refund_due_amount is None:
        return planned
    return reduced(
        planned, refund_amount=booking.refund_due_amount, short_amount=booking.kept_short_amount or 0
    )


def end(
    session: Session,
    here: Standing,
    step: Step,
    share: Share,
    *,
    reason_code: ReasonCode | None = None,
    reason: str | None = None,
) -> None:
    """Take the last step: write down what goes back and what is kept, tell the payment, give the time back.

    The tasks are settled with it, and credits go back in the same transaction. Raises
    `NotNow` and `TooLate`. The books close when the payment has followed, at once if it has already.
    """
    booking = here.booking
    was, state = booking.state, next_state(here, step)
    tasks = stakes.settle(session, here, state)
    planned = in_money(booking, share, unmet=stakes.worth_of_unmet(tasks))
    settlement = after_moves(planned, _moved(session, booking))
    booking.state = state
    booking.due_at, booking.remind_at, booking.ended_at = None, None, here.at
    booking.version += 1
    booking.reason_code, booking.reason = reason_code, reason
    booking.cancelled_by = here.side if booking.state is State.CANCELLED else None
    _write_down(booking, planned, settlement)
    session.flush()
    keep_no_more_than(session, here, planned.kept.pay_in)
    if booking.state is not State.COMPLETED:
        availability.release(session, booking.id, at=here.at)
        pricing.call_off(session, booking.quote_id)
    if was is State.CONFIRMED:
        let_proposal_lapse(session, here)
    record(session, here, _farewell(here, was))
    stakes.record_settled(session, here, tasks, settlement)
    redeeming.give_back(session, here, settlement.returned_credits)
    books.close(session, here)


def _moved(session: Session, booking: Booking) -> Moved:
    if booking.payment_id is None:
        return NOTHING_PAID
    return payments.moved_locked(session, booking.id).after_keeping(booking.paid_amount)


def _write_down(booking: Booking, planned: Settlement, settlement: Settlement) -> None:
    """What the terms say, and what of it is still to move."""
    booking.ground = planned.ground
    booking.refund_amount = planned.refund_amount
    booking.kept_pay_out_amount = planned.kept.pay_out
    booking.kept_service_fee_amount = planned.kept.service_fee
    booking.kept_commission_amount = planned.kept.commission
    booking.kept_tax_amount = planned.kept.tax
    booking.kept_surge_amount = planned.kept.surge
    booking.kept_stake_pay_out_amount = planned.kept_stake.pay_out
    booking.kept_stake_tax_amount = planned.kept_stake.tax
    booking.returned_credits = planned.returned_credits
    booking.refund_due_amount = settlement.refund_amount
    booking.kept_short_amount = planned.kept.pay_in - settlement.kept.pay_in


def _farewell(here: Standing, was: State) -> BookingFact:
    """The fact that tells how the booking ended."""
    booking = here.booking
    refund_amount, currency = booking.refund_due_amount or 0, booking.currency
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
