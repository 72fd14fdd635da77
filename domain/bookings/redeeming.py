"""Credits that pay for a part of a booking: redeemed with the request, given back as far as the money is.

Booking and posting are one transaction, so nobody books with credits they do not have, and none are taken for
what is not booked. The keys are the booking's: asking twice posts once.
"""

from sqlmodel import Session

from domain import ledger, pricing
from domain.bookings.cancellation import CreditsUsed
from domain.bookings.steps import Standing
from domain.pricing import Use


def redeem(session: Session, here: Standing, quote: pricing.Quote) -> None:
    """Take the credits that a quote is paid with. Raises `BalanceTooLow` to who has fewer."""
    used, booking = used_in(quote), here.booking
    if used.total:
        ledger.redeem(
            session,
            booking.customer_id,
            market_id=booking.market_id,
            fee_discount=used.fee,
            surge_shield=used.surge,
            key=f"redemption:{booking.id}",
            subject_id=booking.id,
            by=here.actor,
            at=here.at,
        )


def adopt(session: Session, here: Standing, quote: pricing.Quote) -> None:
    """Give back what a changed price is paid with less; it is never paid with more credits than before."""
    booking, now = here.booking, used_in(quote)
    less = booking.redeemed.total - now.total
    _give_back(session, here, less, key=f"redemption-return:{booking.id}:{quote.id}")
    booking.fee_credits, booking.surge_credits = now.fee, now.surge


def give_back(session: Session, here: Standing, thousandths: int) -> None:
    """Give so much back to the customer, once, when the booking has ended."""
    _give_back(session, here, thousandths, key=f"redemption-return:{here.booking.id}")


def used_in(quote: pricing.Quote) -> CreditsUsed:
    """What a quote is paid with, in thousandths."""
    used = {one.use: one.credits for one in pricing.redemptions(quote)}
    return CreditsUsed(used.get(Use.FEE_DISCOUNT, 0), used.get(Use.SURGE_SHIELD, 0))


def _give_back(session: Session, here: Standing, thousandths: int, *, key: str) -> None:
    if thousandths:
        ledger.give_back(
            session,
            here.booking.customer_id,
            thousandths,
            key=key,
            subject_id=here.booking.id,
            by=here.actor,
            at=here.at,
        )
