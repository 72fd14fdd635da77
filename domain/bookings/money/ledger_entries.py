"""Closing a booking's books: what was kept leaves "held" for those it belongs to, once the money is still.

What demand added goes into the surge pool, and out of it comes the provider's bonus for a service that was
carried out. Until then nobody owns it for good; afterwards a refund has to be borne by somebody, and payments
asks who. The postings' keys are the booking's, so closing twice posts once.
"""

from sqlmodel import Session

from domain import ledger, payments
from domain.bookings.cancellations.final_amounts import Amounts, StakeAmount, reduce_in_proportion
from domain.bookings.events import BooksClosed
from domain.bookings.kinds import BookingState, RefundGround
from domain.bookings.models import Booking
from domain.bookings.money import pay_holds
from domain.bookings.transition import ActionContext, record_event
from domain.foundation.money import share
from domain.ledger import Account, AccountKind, Posting
from domain.payments import PaymentState


def close_books(session: Session, context: ActionContext) -> bool:
    """Distribute what was kept, if the booking has ended and its payment has followed. True once it is done.

    A payment that was never made or was let go has nothing to distribute, and an ended booking without one
    closes at once.
    """
    booking = context.booking
    if booking.books_closed_at is not None:
        return True
    if not _is_payment_synced(session, booking):
        return False
    held = ledger.get_account(session, AccountKind.HELD, booking.currency, booking.id)
    held_amount = ledger.lock_balance(session, held)
    kept = _limit_to_held(kept_amounts_of(booking), held_amount)
    booking.kept_short_amount = kept_amounts_of(booking).pay_in - kept.pay_in
    _distribute(session, context, held, kept, surplus=held_amount - kept.pay_in)
    bonus = earned_bonus(booking)
    _pay_bonus(session, context, bonus)
    booking.books_closed_at = context.at
    event = BooksClosed(
        booking_id=booking.id,
        pay_out_amount=kept.pay_out,
        service_fee_amount=kept.service_fee,
        commission_amount=kept.commission,
        tax_amount=kept.tax,
        surge_amount=kept.surge,
        bonus_amount=bonus,
        stake_amount=kept_stake_of(booking).amount,
        currency=booking.currency,
    )
    record_event(session, context, event)
    return True


def _is_payment_synced(session: Session, booking: Booking) -> bool:
    """Whether the provider was brought to what is kept.

    A payment that was let go although something should be kept is for operators to look at; its books stay
    open. So they do while a card dispute stops the distribution.
    """
    if booking.payment_id is None:
        return True
    payment = payments.get_payment_of_subject(session, booking.id)
    lost = kept_amounts_of(booking).pay_in > 0 and payment.state is not PaymentState.CAPTURED
    return payment.settled_at is not None and not lost and payment.distribution_stopped_at is None


def kept_amounts_of(booking: Booking) -> Amounts:
    """What was decided when the booking ended; what is kept for tasks left undone is in it."""
    return Amounts(
        pay_out=booking.kept_pay_out_amount or 0,
        service_fee=booking.kept_service_fee_amount or 0,
        commission=booking.kept_commission_amount or 0,
        tax=booking.kept_tax_amount or 0,
        surge=booking.kept_surge_amount or 0,
    )


def kept_stake_of(booking: Booking) -> StakeAmount:
    """What of that is for tasks left undone: the provider did them, or did without."""
    return StakeAmount(booking.kept_stake_pay_out_amount or 0, booking.kept_stake_tax_amount or 0)


def earned_bonus(booking: Booking) -> int:
    """What the provider gets out of the surge pool for this booking.

    Nothing unless the service was carried out. Where a dispute gave a part of the service back, the same part
    of the bonus stays in the pool. What is kept for tasks is no part of the service that was agreed on, and
    earns no bonus; tasks that take all of the pay-out off leave the bonus as it was promised.
    """
    if booking.state is not BookingState.COMPLETED:
        return 0
    if booking.ground is RefundGround.CARRIED_OUT and booking.stake_amount:
        return booking.bonus_amount
    kept_amount = (booking.kept_pay_out_amount or 0) - kept_stake_of(booking).pay_out
    return share(booking.bonus_amount, kept_amount, booking.pay_out_amount) if booking.pay_out_amount else 0


def _limit_to_held(kept: Amounts, held_amount: int) -> Amounts:
    """What there is of what was kept: if operators gave back more meanwhile, it is missing in proportion."""
    return reduce_in_proportion(kept, max(0, kept.pay_in - held_amount))


def _distribute(
    session: Session, context: ActionContext, held: Account, kept: Amounts, *, surplus: int
) -> None:
    """Post the shares. A surplus is what the platform bore before the end gave it back anyway."""
    booking, unit = context.booking, context.booking.currency
    pools = (
        (AccountKind.SERVICE_FEES, kept.service_fee),
        (AccountKind.COMMISSION, kept.commission),
        (AccountKind.TAX, kept.tax),
        (AccountKind.SURGE_POOL, kept.surge),
        (AccountKind.GOODWILL, surplus),
    )
    postings = [
        Posting(debit=held, credit=ledger.get_account(session, kind, unit), amount=amount)
        for kind, amount in pools
        if amount
    ]
    if kept.pay_out:
        pay = pay_holds.pay_account(session, booking.profile_id, unit)
        postings.insert(0, Posting(debit=held, credit=pay, amount=kept.pay_out))
    if postings:
        ledger.post(
            session,
            key=f"distribution:{booking.id}",
            kind="distribution",
            subject_id=booking.id,
            postings=postings,
            by=context.actor,
            at=context.at,
        )


def _pay_bonus(session: Session, context: ActionContext, amount: int) -> None:
    """An entry of its own: it is not paid by this booking's customer, and is no part of what was held."""
    if not amount:
        return
    booking, unit = context.booking, context.booking.currency
    posting = Posting(
        debit=ledger.get_account(session, AccountKind.SURGE_POOL, unit),
        credit=pay_holds.pay_account(session, booking.profile_id, unit),
        amount=amount,
    )
    ledger.post(
        session,
        key=f"bonus:{booking.id}",
        kind="bonus",
        subject_id=booking.id,
        postings=[posting],
        by=context.actor,
        at=context.at,
    )
