"""What the suspension of one side does to what is agreed: one rule, told to the other side (decision 0013).

Nothing agreed yet (unpaid or unanswered): it ends at once, and everything goes back. Confirmed, and a *user*
is suspended: it stands until a day before the start, so that a suspension that was a mistake ends nothing,
and is then cancelled with everything going back; who has only their provider *profile* suspended carries it
out. Begun: it goes on, but no deadline for an answer runs out on the suspended side for a fortnight.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import identity, providers
from domain.bookings import delivery, queries, requests, rules
from domain.bookings.booking_tasks import stakes
from domain.bookings.cancellations import finalize
from domain.bookings.cancellations.final_amounts import RefundShare
from domain.bookings.events import PartyReinstated, PartySuspended
from domain.bookings.kinds import (
    BookingParty,
    BookingReasonCode,
    BookingState,
    BookingTransition,
    RefundGround,
)
from domain.bookings.models import Booking
from domain.bookings.transition import ActionContext, record_event
from domain.foundation.actors import SYSTEM
from domain.foundation.money import BASIS_POINTS
from domain.providers import ProviderCapability

_FULL_REFUND = RefundShare(BASIS_POINTS, BASIS_POINTS, RefundGround.NOT_BY_THE_CUSTOMER)


def apply_user_suspension(session: Session, user_id: UUID, *, at: datetime) -> int:
    """Apply the rule to all that a suspended user has not begun. Returns how many bookings it met."""
    if user_id not in identity.inactive_accounts(session, [user_id]):
        return 0
    booking_ids = queries.not_started_bookings_of_user(session, user_id)
    for booking_id in booking_ids:
        _suspend_party(session, queries.lock_booking(session, booking_id), user_id, at)
    return len(booking_ids)


def apply_user_reinstatement(session: Session, user_id: UUID, *, at: datetime) -> int:
    """Let confirmed bookings of a user who was suspended begin at their start again. Returns how many."""
    if identity.inactive_accounts(session, [user_id]):
        return 0
    booking_ids = queries.not_started_bookings_of_user(session, user_id)
    for booking_id in booking_ids:
        booking = queries.lock_booking(session, booking_id)
        if booking.state is BookingState.CONFIRMED and booking.due_at != booking.during.start:
            _wait_until(session, booking, booking.during.start)
            context = ActionContext(booking, BookingParty.CLOCK, SYSTEM, at)
            record_event(
                session, context, PartyReinstated(booking_id=booking_id, party=_party(booking, user_id))
            )
    return len(booking_ids)


def expire_requests_of_inactive_profile(session: Session, profile_id: UUID, *, at: datetime) -> int:
    """End what nobody agreed to yet with a profile that takes no bookings any more. Returns how many."""
    if providers.has_capability(session, profile_id, ProviderCapability.TAKE_BOOKINGS):
        return 0
    ended = 0
    for booking_id in queries.not_agreed_bookings_of_profile(session, profile_id):
        booking = queries.lock_booking(session, booking_id)
        ended += _expire_unless_agreed(session, ActionContext(booking, BookingParty.CLOCK, SYSTEM, at))
    return ended


def start_or_cancel(session: Session, context: ActionContext) -> None:
    """Start a confirmed booking that is due, or cancel it where a side of it is suspended by now."""
    booking = context.booking
    if identity.inactive_accounts(session, [booking.customer_id, booking.provider_user_id]):
        _cancel(session, context)
    elif context.at < booking.during.start:
        _wait_until(session, booking, booking.during.start)
    else:
        delivery.apply_start(session, context)


def postpone_for_suspended_party(session: Session, context: ActionContext) -> bool:
    """Whether the clock waits because whose answer is due is suspended; the booking is then due later."""
    booking = context.booking
    for party, since in _awaited_answers(session, booking):
        due_at = rules.answer_of_suspended_due(since)
        user_id = booking.customer_id if party is BookingParty.CUSTOMER else booking.provider_user_id
        if context.at < due_at and identity.inactive_accounts(session, [user_id]):
            _wait_until(session, booking, due_at)
            return True
    return False


def cancellation_refund_share(
    session: Session, booking: Booking, *, by: BookingParty, at: datetime
) -> RefundShare:
    """What goes back when `by` calls the booking off: everything where the other side is suspended."""
    if by is BookingParty.CUSTOMER and identity.inactive_accounts(session, [booking.provider_user_id]):
        return _FULL_REFUND
    return finalize.policy_refund_share(booking, by=by, at=at)


def _suspend_party(session: Session, booking: Booking, user_id: UUID, at: datetime) -> None:
    context = ActionContext(booking, BookingParty.CLOCK, SYSTEM, at)
    if _expire_unless_agreed(session, context) or booking.state is not BookingState.CONFIRMED:
        return
    cancels_at = rules.suspended_start_due(booking.during.start)
    if cancels_at <= at:
        _cancel(session, context)
        return
    _wait_until(session, booking, cancels_at)
    event = PartySuspended(booking_id=booking.id, party=_party(booking, user_id), cancels_at=cancels_at)
    record_event(session, context, event)


def _expire_unless_agreed(session: Session, context: ActionContext) -> bool:
    if context.booking.state not in queries.NOT_AGREED:
        return False
    requests.expire_request(session, context, reason_code=BookingReasonCode.ACCOUNT_SUSPENDED)
    return True


def _cancel(session: Session, context: ActionContext) -> None:
    why = BookingReasonCode.ACCOUNT_SUSPENDED
    finalize.end_booking(
        session, context, BookingTransition.CANCEL_FOR_SUSPENSION, _FULL_REFUND, reason_code=why
    )


def _wait_until(session: Session, booking: Booking, due_at: datetime) -> None:
    booking.due_at = due_at
    booking.version += 1
    session.flush()


def _awaited_answers(session: Session, booking: Booking) -> list[tuple[BookingParty, datetime]]:
    """Whose answers the booking waits for, and since when.

    Of what is delivered the customer's, and the provider's where a task waits for their word.
    """
    if booking.state is BookingState.DELIVERED and booking.delivered_at is not None:
        sides = [
            BookingParty.CUSTOMER,
            *([BookingParty.PROVIDER] if stakes.has_unreported_tasks(session, booking) else []),
        ]
        return [(party, booking.delivered_at) for party in sides]
    if (
        booking.state is BookingState.NO_SHOW
        and booking.no_show_side is not None
        and booking.no_show_at is not None
    ):
        return [(booking.no_show_side, booking.no_show_at)]
    if booking.state is BookingState.DISPUTED:
        dispute = queries.get_dispute(session, booking.id)
        return [] if dispute.answered_at else [(dispute.opened_by.counterparty, dispute.opened_at)]
    return []


def _party(booking: Booking, user_id: UUID) -> BookingParty:
    return BookingParty.CUSTOMER if user_id == booking.customer_id else BookingParty.PROVIDER
