"""Letting a later quote's price be a booking's: its amounts, its tasks' shares, what credits pay."""

from sqlmodel import Session

from domain import pricing
from domain.bookings.booking_tasks import stakes
from domain.bookings.money import credit_redemption
from domain.bookings.transition import ActionContext


def reprice(session: Session, context: ActionContext, quote: pricing.Quote) -> None:
    """Take the quote's amounts over. What credits paid and pay no longer goes back at once."""
    booking = context.booking
    booking.quote_id = quote.id
    booking.pay_in_amount = quote.pay_in_amount
    booking.pay_out_amount = quote.pay_out_amount
    booking.service_fee_amount = quote.service_fee_amount
    booking.commission_amount = quote.commission_amount
    booking.tax_amount = quote.tax_amount
    booking.surge_amount = quote.surge_amount
    booking.bonus_amount = quote.bonus_amount
    booking.stake_amount = quote.stake_amount
    stakes.update_task_shares(session, booking, quote, at=context.at)
    credit_redemption.return_unused_credits(session, context, quote)
