"""What the two sides of a booking have in the end."""

from domain import payments
from domain.bookings import Booking
from domain.ledger import AccountKind
from tests.domain.bookings.scene import Scene


def earned(play: Scene, booking: Booking) -> int:
    """What the provider is owed."""
    return play.balance(AccountKind.PAYABLE, booking.profile_id)


def charged(play: Scene, booking: Booking) -> int:
    """What the customer's card was charged in the end."""
    payment = payments.of(play.session, booking.id)
    return payment.captured_amount - payment.refunded_amount
