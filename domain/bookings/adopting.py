"""Letting a later quote's price be a booking's: its amounts, its tasks' shares, what credits pay."""

from sqlmodel import Session

from domain import pricing
from domain.bookings import redeeming, stakes
from domain.bookings.steps import Standing


def adopt_price(session: Session, here: Standing, quote: pricing.Quote) -> None:
    """Take the quote's amounts over. What credits paid and pay no longer goes back at once."""
    booking = here.booking
    booking.quote_id = quote.id
    booking.pay_in_amount = quote.pay_in_amount
    booking.pay_out_amount = quote.pay_out_amount
    booking.service_fee_amount = quote.service_fee_amount
    booking.commission_amount = quote.commission_amount
    booking.tax_amount = quote.tax_amount
    booking.surge_amount = quote.surge_amount
    booking.bonus_amount = quote.bonus_amount
    booking.stake_amount = quote.stake_amount
    stakes.adopt(session, booking, quote, at=here.at)
    redeeming.adopt(session, here, quote)
