"""The money of a booking: paying for it, and following what its payment says.

`follow_payment` is the one place where a booking learns of its payment. The answer to the customer, the
payment's facts and the clock all end in it, in any order and however often: it looks at what the payment *is*
and takes the step that is open, if one is.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import availability, identity, payments, providers
from domain.availability.errors import HoldLost
from domain.bookings import books, calling_off, guards, queries, requests, stopping
from domain.bookings.kinds import ENDED, ReasonCode, Side, State
from domain.bookings.models import Booking
from domain.bookings.steps import By, Standing, actor_of, side_of
from domain.foundation.actors import CLOCK, PAYMENT
from domain.foundation.persistence.database import Transactions
from domain.payments import PaymentState
from domain.providers import ProviderCapability

_THERE = frozenset({PaymentState.AUTHORIZED, PaymentState.CAPTURED})


@dataclass(frozen=True, slots=True)
class Paid:
    """A booking and its payment after an attempt to pay."""

    booking: Booking
    payment: payments.Payment
    steps: guards.OpenSteps


def pay(
    transactions: Transactions,
    gateway: payments.Gateway,
    booking_id: UUID,
    *,
    payment_method: str,
    by: By,
    at: datetime,
) -> Paid:
    """Authorize the pay-in with a payment method, and go on as far as that leads: requested, or confirmed.

    The bank may want the customer to do something first; the payment then carries the next action and the
    booking waits on. Raises `NotPayable`, `AccountSuspended`, and what `payments.authorize` raises: a
    declined card leaves the booking as it was, to be tried with another. What is paid already is answered
    as it stands: a customer whose first answer was lost asks again and learns that it went well.
    """
    start = transactions.run(lambda session: _paid_or_payable(session, booking_id, by=by, at=at))
    if isinstance(start, Paid):
        return start
    payment = payments.authorize(transactions, gateway, start, payment_method=payment_method, at=at)

    def follow(session: Session) -> Paid:
        booking = follow_payment(session, booking_id, at=at)
        return Paid(booking, payment, guards.open_steps(session, booking, by=by, at=at))

    return transactions.run(follow)


def follow_payment(session: Session, booking_id: UUID, *, at: datetime) -> Booking:
    """Bring a booking up to what its payment says. Does nothing where there is nothing to do."""
    booking = queries.booking_locked(session, booking_id)
    here = Standing(booking, Side.PAYMENT, PAYMENT, at)
    payment = None if booking.payment_id is None else payments.of(session, booking_id)
    if payment is not None:
        stopping.follow(session, here, payment)
    if booking.state in ENDED:
        books.close(session, here)
    elif payment is not None:
        _follow(session, here, payment)
    return booking


def expire_unless_paid(session: Session, here: Standing) -> None:
    """The hold's time is over. A payment that made it, but whose news did not, still counts."""
    follow_payment(session, here.booking.id, at=here.at)
    if here.booking.state is State.PENDING_PAYMENT:
        requests.expire(session, here)


def _follow(session: Session, here: Standing, payment: payments.Payment) -> None:
    waits = here.booking.state is State.PENDING_PAYMENT
    agreed = here.booking.state in {State.REQUESTED, State.CONFIRMED}
    if waits and payment.state in _THERE:
        _go_on(session, here, payment)
    elif agreed and payment.state is PaymentState.CANCELLED:
        calling_off.lose_payment(session, here)


def _paid_or_payable(session: Session, booking_id: UUID, *, by: By, at: datetime) -> Paid | UUID:
    """The booking if it is paid already, or else the id of the payment to authorize. Raises NotPayable."""
    booking = queries.booking(session, booking_id)
    side = side_of(booking, by)
    if side is Side.CUSTOMER and booking.state not in ENDED and booking.payment_id is not None:
        payment = payments.of(session, booking_id)
        if payment.state in _THERE and booking.state is not State.PENDING_PAYMENT:
            return Paid(booking, payment, guards.open_steps(session, booking, by=by, at=at))
    guards.check_payable(session, Standing(booking, side, actor_of(by, side), at))
    assert booking.payment_id is not None  # noqa: S101 -- the guard has seen it
    return booking.payment_id


def _go_on(session: Session, here: Standing, payment: payments.Payment) -> None:
    """Ask or confirm, unless meanwhile the time has come, went to others, or a side was suspended."""
    booking = here.booking
    by_clock = Standing(booking, Side.CLOCK, CLOCK, here.at)
    if _is_barred(session, booking):
        requests.expire(session, by_clock, reason_code=ReasonCode.ACCOUNT_SUSPENDED)
        return
    try:
        if here.at < booking.during.start:
            availability.confirm(session, booking.id)
            requests.authorized(session, here, capture_before=payment.capture_before)
            return
    except HoldLost:
        pass  # somebody else has the time by now
    requests.expire(session, by_clock)


def _is_barred(session: Session, booking: Booking) -> bool:
    """Whether nothing new begins with the customer, or with the provider and their profile."""
    may_be_booked = providers.has_capability(session, booking.profile_id, ProviderCapability.TAKE_BOOKINGS)
    return not may_be_booked or bool(identity.inactive_accounts(session, [booking.customer_id]))
