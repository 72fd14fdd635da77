"""How a booking ends: never agreed on, carried out, or called off; each is a share that is given back.

With it end its tasks, and what that leaves of the stake and of the credits is part of the settlement.
"""

from datetime import datetime

from sqlmodel import Session

from domain import availability, payments, pricing
from domain.bookings.booking_tasks import stakes
from domain.bookings.cancellations.final_amounts import (
    NO_STAKE,
    CancellationTerms,
    FinalAmounts,
    RefundShare,
    StakeAmount,
    apply_moved_money,
    compute_final_amounts,
    reduce_final_amounts,
    refund_share,
)
from domain.bookings.events import (
    BookingCancelled,
    BookingCompleted,
    BookingDeclined,
    BookingEvent,
    BookingExpired,
)
from domain.bookings.kinds import (
    BookingParty,
    BookingReasonCode,
    BookingState,
    BookingTransition,
    RefundGround,
)
from domain.bookings.models import Booking
from domain.bookings.money import credit_redemption, ledger_entries
from domain.bookings.transition import (
    ActionContext,
    expire_open_proposal,
    lower_capture_target,
    next_state,
    record_event,
)
from domain.foundation.money import BASIS_POINTS
from domain.foundation.payable_amounts import payable_step
from domain.payments import PaymentAmounts

# Nothing is kept of what nobody confirmed; of what was carried out everything goes where it was agreed to go.
NEVER_AGREED = RefundShare(BASIS_POINTS, BASIS_POINTS, RefundGround.NEVER_AGREED)
CARRIED_OUT = RefundShare(0, 0, RefundGround.CARRIED_OUT)
NOTHING_PAID = PaymentAmounts(0)


def policy_refund_share(booking: Booking, *, by: BookingParty, at: datetime) -> RefundShare:
    """What the booking's own frozen policy says when `by` calls it off at `at`."""
    return refund_share(cancellation_terms(booking), by=by, at=at)


def to_amounts(booking: Booking, share: RefundShare, *, unmet: StakeAmount = NO_STAKE) -> FinalAmounts:
    """The share in this booking's minor units, where these tasks were left undone."""
    return compute_final_amounts(
        booking.agreed,
        share,
        tax_base=booking.terms.tax_base,
        stake_amount=booking.stake_amount,
        unmet=unmet,
        redeemed=booking.redeemed,
        step=payable_step(booking.currency),
    )


def preview_final_amounts(session: Session, booking: Booking, share: RefundShare) -> FinalAmounts:
    """The share in minor units after what has moved: what would go back if the booking ended so now."""
    moved = NOTHING_PAID if booking.payment_id is None else payments.get_payment_amounts(session, booking.id)
    return apply_moved_money(to_amounts(booking, share), moved.after_target(booking.paid_amount))


def cancellation_terms(booking: Booking) -> CancellationTerms:
    """What a cancellation of this booking is measured against."""
    return CancellationTerms(booking.terms.cancellation, booking.requested_at, booking.strictest_start_at)


def final_amounts_of(booking: Booking) -> FinalAmounts | None:
    """How a booking that has ended was settled, after what had moved before; None until it ends."""
    if booking.refund_amount is None or booking.ground is None:
        return None
    kept_stake = ledger_entries.kept_stake_of(booking)
    planned = FinalAmounts(
        booking.refund_amount,
        ledger_entries.kept_amounts_of(booking),
        booking.ground,
        kept_stake=kept_stake,
        returned_stake_amount=booking.stake_amount - kept_stake.amount,
        returned_credits=booking.returned_credits or 0,
    )
    if booking.refund_due_amount is None:
        return planned
    return reduce_final_amounts(
        planned, refund_amount=booking.refund_due_amount, short_amount=booking.kept_short_amount or 0
    )


def end_booking(
    session: Session,
    context: ActionContext,
    transition: BookingTransition,
    share: RefundShare,
    *,
    reason_code: BookingReasonCode | None = None,
    reason: str | None = None,
) -> None:
    """Take the last step: write down what goes back and what is kept, tell the payment, give the time back.

    The tasks are settled with it, and credits go back in the same transaction. Raises
    `NotNow` and `TooLate`. The books close when the payment has followed, at once if it has already.
    """
    booking = context.booking
    was, state = booking.state, next_state(context, transition)
    tasks = stakes.finalize_tasks(session, context, state)
    planned = to_amounts(booking, share, unmet=stakes.unmet_stake(tasks))
    final_amounts = apply_moved_money(planned, _moved_locked(session, booking))
    booking.state = state
    booking.due_at, booking.remind_at, booking.ended_at = None, None, context.at
    booking.version += 1
    booking.reason_code, booking.reason = reason_code, reason
    booking.cancelled_by = context.party if booking.state is BookingState.CANCELLED else None
    _store_final_amounts(booking, planned, final_amounts)
    session.flush()
    lower_capture_target(session, context, planned.kept.pay_in)
    if booking.state is not BookingState.COMPLETED:
        availability.release_hold(session, booking.id, at=context.at)
        pricing.call_off(session, booking.quote_id)
    if was is BookingState.CONFIRMED:
        expire_open_proposal(session, context)
    record_event(session, context, _ended_event(context, was))
    stakes.record_tasks_finalized(session, context, tasks, final_amounts)
    credit_redemption.return_credits(session, context, final_amounts.returned_credits)
    ledger_entries.close_books(session, context)


def _moved_locked(session: Session, booking: Booking) -> PaymentAmounts:
    if booking.payment_id is None:
        return NOTHING_PAID
    return payments.lock_payment_amounts(session, booking.id).after_target(booking.paid_amount)


def _store_final_amounts(booking: Booking, planned: FinalAmounts, final_amounts: FinalAmounts) -> None:
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
    booking.refund_due_amount = final_amounts.refund_amount
    booking.kept_short_amount = planned.kept.pay_in - final_amounts.kept.pay_in


def _ended_event(context: ActionContext, was: BookingState) -> BookingEvent:
    """The fact that tells how the booking ended."""
    booking = context.booking
    refund_amount, currency = booking.refund_due_amount or 0, booking.currency
    if booking.state is BookingState.EXPIRED:
        return BookingExpired(booking_id=booking.id, was=was)
    if booking.state is BookingState.DECLINED:
        return BookingDeclined(booking_id=booking.id, reason_code=booking.reason_code)
    if booking.state is BookingState.COMPLETED:
        return BookingCompleted(booking_id=booking.id, refund_amount=refund_amount, currency=currency)
    return BookingCancelled(
        booking_id=booking.id,
        cancelled_by=context.party,
        reason_code=booking.reason_code,
        ground=booking.ground,
        refund_amount=refund_amount,
        currency=currency,
    )
