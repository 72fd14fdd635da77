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
from domain.bookings import guards, queries, requests
from domain.bookings.cancellations import cancel
from domain.bookings.kinds import ENDED, BookingParty, BookingReasonCode, BookingState
from domain.bookings.models import Booking
from domain.bookings.money import ledger_entries, payment_stops
from domain.bookings.transition import ActionContext, CallerOrActor, actor_of, party_of
from domain.foundation.actors import CLOCK, PAYMENT
from domain.foundation.persistence.database import Transactions
from domain.payments import PaymentState
from domain.providers import ProviderCapability

_PAID_STATES = frozenset({PaymentState.AUTHORIZED, PaymentState.CAPTURED})


@dataclass(frozen=True, slots=True)
class BookingPayment:
    """A booking and its payment after an attempt to pay."""

    booking: Booking
    payment: payments.Payment
    allowed: guards.AllowedActions


def pay(
    transactions: Transactions,
    gateway: payments.Gateway,
    booking_id: UUID,
    *,
    payment_method: str,
    by: CallerOrActor,
    at: datetime,
) -> BookingPayment:
    """Authorize the pay-in with a payment method, and go on as far as that leads: requested, or confirmed.

    The bank may want the customer to do something first; the payment then carries the next action and the
    booking waits on. Raises `NotPayable`, `AccountSuspended`, and what `payments.authorize` raises: a
    declined card leaves the booking as it was, to be tried with another. What is paid already is answered
    as it stands: a customer whose first answer was lost asks again and learns that it went well.
    """
    start = transactions.run(lambda session: _paid_or_payable(session, booking_id, by=by, at=at))
    if isinstance(start, BookingPayment):
        return start
    payment = payments.authorize(transactions, gateway, start, payment_method=payment_method, at=at)

    def follow(session: Session) -> BookingPayment:
        booking = apply_payment_state(session, booking_id, at=at)
        return BookingPayment(booking, payment, guards.allowed_actions(session, booking, by=by, at=at))

    return transactions.run(follow)


def apply_payment_state(session: Session, booking_id: UUID, *, at: datetime) -> Booking:
    """Bring a booking up to what its payment says. Does nothing where there is nothing to do."""
    booking = queries.lock_booking(session, booking_id)
    context = ActionContext(booking, BookingParty.PAYMENT, PAYMENT, at)
    payment = None if booking.payment_id is None else payments.get_payment_of_subject(session, booking_id)
    if payment is not None:
        payment_stops.sync_distribution_stop(session, context, payment)
    if booking.state in ENDED:
        ledger_entries.close_books(session, context)
    elif payment is not None:
        _apply_to_open_booking(session, context, payment)
    return booking


def expire_unless_paid(session: Session, context: ActionContext) -> None:
    """The hold's time is over. A payment that made it, but whose news did not, still counts."""
    apply_payment_state(session, context.booking.id, at=context.at)
    if context.booking.state is BookingState.PENDING_PAYMENT:
        requests.expire_request(session, context)


def _apply_to_open_booking(session: Session, context: ActionContext, payment: payments.Payment) -> None:
    waits = context.booking.state is BookingState.PENDING_PAYMENT
    agreed = context.booking.state in {BookingState.REQUESTED, BookingState.CONFIRMED}
    if waits and payment.state in _PAID_STATES:
        _apply_authorization(session, context, payment)
    elif agreed and payment.state is PaymentState.CANCELLED:
        cancel.cancel_for_lost_payment(session, context)


def _paid_or_payable(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime
) -> BookingPayment | UUID:
    """The booking if it is paid already, or else the id of the payment to authorize. Raises NotPayable."""
    booking = queries.get_booking(session, booking_id)
    party = party_of(booking, by)
    if party is BookingParty.CUSTOMER and booking.state not in ENDED and booking.payment_id is not None:
        payment = payments.get_payment_of_subject(session, booking_id)
        if payment.state in _PAID_STATES and booking.state is not BookingState.PENDING_PAYMENT:
            return BookingPayment(booking, payment, guards.allowed_actions(session, booking, by=by, at=at))
    guards.check_payable(session, ActionContext(booking, party, actor_of(by, party), at))
    assert booking.payment_id is not None  # noqa: S101 -- the guard has seen it
    return booking.payment_id


def _apply_authorization(session: Session, context: ActionContext, payment: payments.Payment) -> None:
    """Ask or confirm, unless meanwhile the time has come, went to others, or a side was suspended."""
    booking = context.booking
    by_clock = ActionContext(booking, BookingParty.CLOCK, CLOCK, context.at)
    if _is_party_inactive(session, booking):
        requests.expire_request(session, by_clock, reason_code=BookingReasonCode.ACCOUNT_SUSPENDED)
        return
    try:
        if context.at < booking.during.start:
            availability.confirm_hold(session, booking.id)
            requests.apply_authorization(session, context, capture_before=payment.capture_before)
            return
    except HoldLost:
        pass  # somebody else has the time by now
    requests.expire_request(session, by_clock)


def _is_party_inactive(session: Session, booking: Booking) -> bool:
    """Whether nothing new begins with the customer, or with the provider and their profile."""
    may_be_booked = providers.has_capability(session, booking.profile_id, ProviderCapability.TAKE_BOOKINGS)
    return not may_be_booked or bool(identity.inactive_accounts(session, [booking.customer_id]))
