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
from domain.bookings import delivery, endings, queries, requests, rules, stakes
from domain.bookings.cancellation import Share
from domain.bookings.events import PartyReinstated, PartySuspended
from domain.bookings.kinds import Ground, ReasonCode, Side, State, Step
from domain.bookings.models import Booking
from domain.bookings.steps import Standing, record
from domain.foundation.actors import SYSTEM
from domain.foundation.money import BASIS_POINTS
from domain.providers import ProviderCapability

_EVERYTHING_BACK = Share(BASIS_POINTS, BASIS_POINTS, Ground.NOT_BY_THE_CUSTOMER)


def follow_suspension(session: Session, user_id: UUID, *, at: datetime) -> int:
    """Apply the rule to all that a suspended user has not begun. Returns how many bookings it met."""
    if user_id not in identity.inactive_accounts(session, [user_id]):
        return 0
    booking_ids = queries.not_begun_of_user(session, user_id)
    for booking_id in booking_ids:
        _suspend_side(session, queries.booking_locked(session, booking_id), user_id, at)
    return len(booking_ids)


def follow_reinstatement(session: Session, user_id: UUID, *, at: datetime) -> int:
    """Let confirmed bookings of a user who was suspended begin at their start again. Returns how many."""
    if identity.inactive_accounts(session, [user_id]):
        return 0
    booking_ids = queries.not_begun_of_user(session, user_id)
    for booking_id in booking_ids:
        booking = queries.booking_locked(session, booking_id)
        if booking.state is State.CONFIRMED and booking.due_at != booking.during.start:
            _wait_until(session, booking, booking.during.start)
            here = Standing(booking, Side.CLOCK, SYSTEM, at)
            record(session, here, PartyReinstated(booking_id=booking_id, side=_side(booking, user_id)))
    return len(booking_ids)


def follow_profile(session: Session, profile_id: UUID, *, at: datetime) -> int:
    """End what nobody agreed to yet with a profile that takes no bookings any more. Returns how many."""
    if providers.has_capability(session, profile_id, ProviderCapability.TAKE_BOOKINGS):
        return 0
    ended = 0
    for booking_id in queries.not_agreed_of_profile(session, profile_id):
        booking = queries.booking_locked(session, booking_id)
        ended += _end_unless_agreed(session, Standing(booking, Side.CLOCK, SYSTEM, at))
    return ended


def start_or_cancel(session: Session, here: Standing) -> None:
    """Start a confirmed booking that is due, or cancel it where a side of it is suspended by now."""
    booking = here.booking
    if identity.inactive_accounts(session, [booking.customer_id, booking.provider_user_id]):
        _cancel(session, here)
    elif here.at < booking.during.start:
        _wait_until(session, booking, booking.during.start)
    else:
        delivery.started(session, here)


def waits_for_suspended(session: Session, here: Standing) -> bool:
    """Whether the clock waits because whose answer is due is suspended; the booking is then due later."""
    booking = here.booking
    for side, since in _asked(session, booking):
        due_at = rules.answer_of_suspended_due(since)
        user_id = booking.customer_id if side is Side.CUSTOMER else booking.provider_user_id
        if here.at < due_at and identity.inactive_accounts(session, [user_id]):
            _wait_until(session, booking, due_at)
            return True
    return False


def called_off(session: Session, booking: Booking, *, by: Side, at: datetime) -> Share:
    """What goes back when `by` calls the booking off: everything where the other side is suspended."""
    if by is Side.CUSTOMER and identity.inactive_accounts(session, [booking.provider_user_id]):
        return _EVERYTHING_BACK
    return endings.called_off(booking, by=by, at=at)


def _suspend_side(session: Session, booking: Booking, user_id: UUID, at: datetime) -> None:
    here = Standing(booking, Side.CLOCK, SYSTEM, at)
    if _end_unless_agreed(session, here) or booking.state is not State.CONFIRMED:
        return
    cancels_at = rules.suspended_start_due(booking.during.start)
    if cancels_at <= at:
        _cancel(session, here)
        return
    _wait_until(session, booking, cancels_at)
    fact = PartySuspended(booking_id=booking.id, side=_side(booking, user_id), cancels_at=cancels_at)
    record(session, here, fact)


def _end_unless_agreed(session: Session, here: Standing) -> bool:
    if here.booking.state not in queries.NOT_AGREED:
        return False
    requests.expire(session, here, reason_code=ReasonCode.ACCOUNT_SUSPENDED)
    return True


def _cancel(session: Session, here: Standing) -> None:
    why = ReasonCode.ACCOUNT_SUSPENDED
    endings.end(session, here, Step.CANCEL_FOR_SUSPENSION, _EVERYTHING_BACK, reason_code=why)


def _wait_until(session: Session, booking: Booking, due_at: datetime) -> None:
    booking.due_at = due_at
    booking.version += 1
    session.flush()


def _asked(session: Session, booking: Booking) -> list[tuple[Side, datetime]]:
    """Whose answers the booking waits for, and since when.

    Of what is delivered the customer's, and the provider's where a task waits for their word.
    """
    if booking.state is State.DELIVERED and booking.delivered_at is not None:
        sides = [Side.CUSTOMER, *([Side.PROVIDER] if stakes.has_unsaid_tasks(session, booking) else [])]
        return [(side, booking.delivered_at) for side in sides]
    if booking.state is State.NO_SHOW and booking.no_show_side is not None and booking.no_show_at is not None:
        return [(booking.no_show_side, booking.no_show_at)]
    if booking.state is State.DISPUTED:
        dispute = queries.dispute(session, booking.id)
        return [] if dispute.answered_at else [(dispute.opened_by.other, dispute.opened_at)]
    return []


def _side(booking: Booking, user_id: UUID) -> Side:
    return Side.CUSTOMER if user_id == booking.customer_id else Side.PROVIDER
