"""What the two sides of a booking have in the end."""

from domain import payments
from domain.bookings import Booking
from domain.ledger import AccountKind
from tests.domain.bookings.booking_factory import BookingFactory


def provider_earnings(factory: BookingFactory, booking: Booking) -> int:
    """What the provider is owed."""
    return factory.balance(AccountKind.PAYABLE, booking.profile_id)


def charged_amount(factory: BookingFactory, booking: Booking) -> int:
    """What the customer's card was charged in the end."""
    payment = payments.get_payment_of_subject(factory.session, booking.id)
    return payment.captured_amount - payment.refunded_amount
