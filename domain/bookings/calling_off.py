"""Calling a booking off: the preview that promises an amount for a minute, and the deed.

A preview's **token** is the instant it was made for, signed together with the booking's version and the side
that asked. Who executes with it within a minute is settled as of that instant, so the cents are the same even
when a deadline passes between the look and the click.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from domain.bookings import endings, queries, suspending
from domain.bookings.cancellation import Settlement, holds_until
from domain.bookings.errors import PreviewOver
from domain.bookings.kinds import ReasonCode, Side, Step
from domain.bookings.lifecycle import BOOKINGS
from domain.bookings.models import Booking
from domain.bookings.rules import PREVIEW_HOLDS
from domain.bookings.steps import By, Standing, side_of, standing
from domain.foundation import signing

_PURPOSE = "bookings/cancellation-preview"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a cancellation would mean now. `holds_until` is when waiting begins to cost the customer more."""

    booking: Booking
    settlement: Settlement
    holds_until: datetime | None
    token: str
    token_expires_at: datetime


def preview(session: Session, booking_id: UUID, *, by: By, at: datetime) -> Preview:
    """What would go back if this side called the booking off now, with all that is at stake.

    It is counted from what has moved of the payment, so it is what moves when the booking is called off.

    Raises `NotNow` where it could not.
    """
    booking = queries.booking(session, booking_id)
    side = side_of(booking, by)
    BOOKINGS.next_state(booking.state, Step.CANCEL, side)
    until = holds_until(endings.deadlines(booking), at=at) if side is Side.CUSTOMER else None
    settlement = endings.shown(session, booking, suspending.called_off(session, booking, by=side, at=at))
    stamp = str((at - _EPOCH) // _MICROSECOND)
    return Preview(
        booking=booking,
        settlement=settlement,
        holds_until=until,
        token=f"{stamp}.{signing.sign(_PURPOSE, _message(booking, side, stamp, settlement))}",
        token_expires_at=at + PREVIEW_HOLDS,
    )


def cancel(
    session: Session,
    booking_id: UUID,
    *,
    by: By,
    at: datetime,
    reason_code: ReasonCode,
    reason: str | None = None,
    token: str | None = None,
    if_match: int | None = None,
) -> Booking:
    """Call a confirmed booking off, as of now or as of a preview. Raises `NotNow` and `PreviewOver`."""
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    as_of = at if token is None else _previewed_at(here, token)
    share = suspending.called_off(session, here.booking, by=here.side, at=as_of)
    if token is not None:
        _check_unchanged(here, token, endings.shown(session, here.booking, share))
    endings.end(session, here, Step.CANCEL, share, reason_code=reason_code, reason=reason)
    return here.booking


def withdraw(
    session: Session,
    booking_id: UUID,
    *,
    by: By,
    at: datetime,
    reason: str | None = None,
    if_match: int | None = None,
) -> Booking:
    """Take one's request back before the provider answered; nothing is kept. Raises `NotNow`."""
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    why = ReasonCode.CHANGED_PLANS
    endings.end(session, here, Step.WITHDRAW, endings.NEVER_AGREED, reason_code=why, reason=reason)
    return here.booking


def lose_payment(session: Session, here: Standing) -> None:
    """The bank let the money go before it was captured: nobody is bound any more."""
    endings.end(session, here, Step.LOSE_PAYMENT, endings.NEVER_AGREED, reason_code=ReasonCode.PAYMENT_LOST)


def settle_no_show(session: Session, here: Standing) -> None:
    """Nobody contested the report: whoever did not come is treated as who called it off, that late."""
    booking = here.booking
    assert booking.no_show_side is not None  # noqa: S101 -- set by the report that led here
    assert booking.no_show_at is not None  # noqa: S101 -- likewise
    share = endings.called_off(booking, by=booking.no_show_side, at=booking.no_show_at)
    endings.end(session, here, Step.SETTLE_NO_SHOW, share, reason_code=ReasonCode.NO_SHOW)


def _previewed_at(here: Standing, token: str) -> datetime:
    """The instant a preview was made for. Raises `PreviewOver` unless that is a minute ago at most."""
    stamp, _, _ = token.partition(".")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= len(str(2**63))):
        raise PreviewOver
    previewed_at = _EPOCH + int(stamp) * _MICROSECOND
    if not previewed_at <= here.at <= previewed_at + PREVIEW_HOLDS:
        raise PreviewOver
    return previewed_at


def _check_unchanged(here: Standing, token: str, settlement: Settlement) -> None:
    """Raise `PreviewOver` unless we made the token, for this side and version, with the same amounts."""
    stamp, _, signature = token.partition(".")
    if not signing.verify(_PURPOSE, _message(here.booking, here.side, stamp, settlement), signature):
        raise PreviewOver


def _message(booking: Booking, side: Side, stamp: str, settlement: Settlement) -> bytes:
    """What a token promises: the booking, its version, who asks, when, and what would move and be kept."""
    amounts = (settlement.refund_amount, settlement.already_back_amount, *settlement.kept.parts)
    return f"{booking.id} {booking.version} {side} {stamp} {amounts}".encode()
