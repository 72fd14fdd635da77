"""Calling a booking off: the preview that promises an amount for a minute, and the deed.

A preview's **token** is the instant it was made for, signed together with the booking's version and the side
that asked. Who executes with it within a minute is settled as of that instant, so the cents are the same even
when a deadline passes between the look and the click.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from domain.bookings import queries
from domain.bookings.cancellations import finalize
from domain.bookings.cancellations.final_amounts import FinalAmounts, refund_unchanged_until
from domain.bookings.errors import PreviewExpired
from domain.bookings.kinds import BookingParty, BookingReasonCode, BookingTransition
from domain.bookings.lifecycle import BOOKINGS
from domain.bookings.models import Booking
from domain.bookings.rules import PREVIEW_VALIDITY
from domain.bookings.suspensions import suspension_rule
from domain.bookings.transition import ActionContext, CallerOrActor, load_context, party_of
from domain.foundation import signing

_PURPOSE = "bookings/cancellation-preview"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CancellationPreview:
    """What a cancellation would mean now. `holds_until` is when waiting begins to cost the customer more."""

    booking: Booking
    final_amounts: FinalAmounts
    refund_changes_at: datetime | None
    token: str
    token_expires_at: datetime


def preview_cancellation(
    session: Session, booking_id: UUID, *, by: CallerOrActor, at: datetime
) -> CancellationPreview:
    """What would go back if this side called the booking off now, with all that is at stake.

    It is counted from what has moved of the payment, so it is what moves when the booking is called off.

    Raises `NotNow` where it could not.
    """
    booking = queries.get_booking(session, booking_id)
    party = party_of(booking, by)
    BOOKINGS.next_state(booking.state, BookingTransition.CANCEL, party)
    until = (
        refund_unchanged_until(finalize.cancellation_terms(booking), at=at)
        if party is BookingParty.CUSTOMER
        else None
    )
    final_amounts = finalize.preview_final_amounts(
        session, booking, suspension_rule.cancellation_refund_share(session, booking, by=party, at=at)
    )
    stamp = str((at - _EPOCH) // _MICROSECOND)
    return CancellationPreview(
        booking=booking,
        final_amounts=final_amounts,
        refund_changes_at=until,
        token=f"{stamp}.{signing.sign(_PURPOSE, _signed_message(booking, party, stamp, final_amounts))}",
        token_expires_at=at + PREVIEW_VALIDITY,
    )


def cancel(
    session: Session,
    booking_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    reason_code: BookingReasonCode,
    reason: str | None = None,
    token: str | None = None,
    if_match: int | None = None,
) -> Booking:
    """Call a confirmed booking off, as of now or as of a preview. Raises `NotNow` and `PreviewOver`."""
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    as_of = at if token is None else _previewed_at(context, token)
    share = suspension_rule.cancellation_refund_share(session, context.booking, by=context.party, at=as_of)
    if token is not None:
        _check_unchanged(context, token, finalize.preview_final_amounts(session, context.booking, share))
    finalize.end_booking(
        session, context, BookingTransition.CANCEL, share, reason_code=reason_code, reason=reason
    )
    return context.booking


def withdraw(
    session: Session,
    booking_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    reason: str | None = None,
    if_match: int | None = None,
) -> Booking:
    """Take one's request back before the provider answered; nothing is kept. Raises `NotNow`."""
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    why = BookingReasonCode.CHANGED_PLANS
    finalize.end_booking(
        session, context, BookingTransition.WITHDRAW, finalize.NEVER_AGREED, reason_code=why, reason=reason
    )
    return context.booking


def cancel_for_lost_payment(session: Session, context: ActionContext) -> None:
    """The bank let the money go before it was captured: nobody is bound any more."""
    finalize.end_booking(
        session,
        context,
        BookingTransition.LOSE_PAYMENT,
        finalize.NEVER_AGREED,
        reason_code=BookingReasonCode.PAYMENT_LOST,
    )


def cancel_for_no_show(session: Session, context: ActionContext) -> None:
    """Nobody contested the report: whoever did not come is treated as who called it off, that late."""
    booking = context.booking
    assert booking.no_show_side is not None  # noqa: S101 -- set by the report that led here
    assert booking.no_show_at is not None  # noqa: S101 -- likewise
    share = finalize.policy_refund_share(booking, by=booking.no_show_side, at=booking.no_show_at)
    finalize.end_booking(
        session, context, BookingTransition.CANCEL_FOR_NO_SHOW, share, reason_code=BookingReasonCode.NO_SHOW
    )


def _previewed_at(context: ActionContext, token: str) -> datetime:
    """The instant a preview was made for. Raises `PreviewOver` unless that is a minute ago at most."""
    stamp, _, _ = token.partition(".")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= len(str(2**63))):
        raise PreviewExpired
    previewed_at = _EPOCH + int(stamp) * _MICROSECOND
    if not previewed_at <= context.at <= previewed_at + PREVIEW_VALIDITY:
        raise PreviewExpired
    return previewed_at


def _check_unchanged(context: ActionContext, token: str, final_amounts: FinalAmounts) -> None:
    """Raise `PreviewOver` unless we made the token, for this side and version, with the same amounts."""
    stamp, _, signature = token.partition(".")
    if not signing.verify(
        _PURPOSE, _signed_message(context.booking, context.party, stamp, final_amounts), signature
    ):
        raise PreviewExpired


def _signed_message(booking: Booking, party: BookingParty, stamp: str, final_amounts: FinalAmounts) -> bytes:
    """What a token promises: the booking, its version, who asks, when, and what would move and be kept."""
    amounts = (final_amounts.refund_amount, final_amounts.already_returned_amount, *final_amounts.kept.parts)
    return f"{booking.id} {booking.version} {party} {stamp} {amounts}".encode()
