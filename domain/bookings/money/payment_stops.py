"""While a card dispute stops a payment, the clock completes no booking and the books stay open."""

from datetime import timedelta

from sqlmodel import Session

from domain import payments
from domain.bookings.booking_tasks import stakes
from domain.bookings.kinds import BookingState
from domain.bookings.transition import ActionContext
from domain.payments import Payment

# How often a stopped booking is looked at anew; the end of the dispute is heard of at once, this is for news
# that was lost.
RECHECK_AFTER = timedelta(hours=6)


def sync_distribution_stop(session: Session, context: ActionContext, payment: Payment) -> None:
    """Let the booking show whether its money is stopped; when that ends, the clock may complete it again."""
    booking = context.booking
    if booking.distribution_stopped_at == payment.distribution_stopped_at:
        return
    booking.distribution_stopped_at = payment.distribution_stopped_at
    booking.version += 1
    if payment.distribution_stopped_at is None and booking.state is BookingState.DELIVERED:
        booking.due_at = stakes.completion_due(session, booking)


def postpone_while_stopped(session: Session, context: ActionContext) -> bool:
    """Look again later while the booking's money is stopped; False where it is not."""
    booking = context.booking
    if (
        booking.payment_id is None
        or payments.get_payment_of_subject(session, booking.id).distribution_stopped_at is None
    ):
        return False
    booking.due_at = context.at + RECHECK_AFTER
    return True
