"""Credits that pay for a part of a booking: redeemed with the request, given back as far as the money is.

Booking and posting are one transaction, so nobody books with credits they do not have, and none are taken for
what is not booked. The keys are the booking's: asking twice posts once.
"""

from sqlmodel import Session

from domain import ledger, pricing
from domain.bookings.cancellations.final_amounts import RedeemedCredits
from domain.bookings.transition import ActionContext
from domain.pricing import Use


def redeem(session: Session, context: ActionContext, quote: pricing.Quote) -> None:
    """Take the credits that a quote is paid with. Raises `BalanceTooLow` to who has fewer."""
    used, booking = credits_of_quote(quote), context.booking
    if used.total:
        ledger.redeem_credits(
            session,
            booking.customer_id,
            market_id=booking.market_id,
            fee_discount=used.fee,
            surge_shield=used.surge,
            key=f"redemption:{booking.id}",
            subject_id=booking.id,
            by=context.actor,
            at=context.at,
        )


def return_unused_credits(session: Session, context: ActionContext, quote: pricing.Quote) -> None:
    """Give back what a changed price is paid with less; it is never paid with more credits than before."""
    booking, now = context.booking, credits_of_quote(quote)
    less = booking.redeemed.total - now.total
    _return_credits(session, context, less, key=f"redemption-return:{booking.id}:{quote.id}")
    booking.fee_credits, booking.surge_credits = now.fee, now.surge


def return_credits(session: Session, context: ActionContext, thousandths: int) -> None:
    """Give so much back to the customer, once, when the booking has ended."""
    _return_credits(session, context, thousandths, key=f"redemption-return:{context.booking.id}")


def credits_of_quote(quote: pricing.Quote) -> RedeemedCredits:
    """What a quote is paid with, in thousandths."""
    used = {redemption.use: redemption.credits for redemption in pricing.redemptions(quote)}
    return RedeemedCredits(used.get(Use.FEE_DISCOUNT, 0), used.get(Use.SURGE_SHIELD, 0))


def _return_credits(session: Session, context: ActionContext, thousandths: int, *, key: str) -> None:
    if thousandths:
        ledger.return_redeemed_credits(
            session,
            context.booking.customer_id,
            thousandths,
            key=key,
            subject_id=context.booking.id,
            by=context.actor,
            at=context.at,
        )
