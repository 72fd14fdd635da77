"""When somebody does not come, or the two sides of a booking disagree."""

from datetime import datetime

from sqlmodel import Session

from api.booking_views import booking_view
from api.schemas.bookings import BookingView
from api.schemas.disputes import OpenDisputeRequest, ResolveDisputeRequest, StatementRequest
from api.transaction import Router
from domain import bookings
from domain.bookings import booking_disputes
from domain.bookings.errors import (
    BookingNotFound,
    DisputeAlreadyAnswered,
    OtherPartyMustAnswer,
    ResolutionImpossible,
    TooEarly,
    TooLate,
)
from domain.foundation.errors import Stale
from domain.foundation.ids import BookingId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller

router = Router(tags=["bookings"])


@router.post(
    "/bookings/{booking_id}/no-show",
    may="bookings.report_no_show",
    errors=[BookingNotFound, TransitionNotAllowed, Stale, TooEarly],
)
def report_no_show(
    booking_id: BookingId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> BookingView:
    """Say that the other side did not come. They may contest it until `due_at`, before fees are charged."""
    return booking_view(
        session, bookings.report_no_show(session, booking_id, by=caller, at=at, if_match=if_match), caller, at
    )


@router.post(
    "/bookings/{booking_id}/no-show-contest",
    may="bookings.report_no_show",
    errors=[BookingNotFound, TransitionNotAllowed, OtherPartyMustAnswer, Stale, TooLate],
)
def contest_no_show(
    booking_id: BookingId,
    body: StatementRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Contest that you did not come. It becomes a dispute, which the other side may answer."""
    booking = booking_disputes.contest_no_show(
        session, booking_id, statement=body.statement, by=caller, at=at, if_match=if_match
    )
    return booking_view(session, booking, caller, at)


@router.post(
    "/bookings/{booking_id}/dispute",
    may="bookings.dispute",
    errors=[BookingNotFound, TransitionNotAllowed, Stale, TooLate],
)
def dispute_booking(
    booking_id: BookingId,
    body: OpenDisputeRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Dispute what was delivered to you, before it counts as completed."""
    booking = booking_disputes.open_dispute(
        session,
        booking_id,
        reason_code=body.reason_code,
        statement=body.statement,
        by=caller,
        at=at,
        if_match=if_match,
    )
    return booking_view(session, booking, caller, at)


@router.post(
    "/bookings/{booking_id}/dispute-answer",
    may="bookings.dispute",
    errors=[
        BookingNotFound,
        DisputeAlreadyAnswered,
        TransitionNotAllowed,
        OtherPartyMustAnswer,
        Stale,
        TooLate,
    ],
)
def answer_dispute(
    booking_id: BookingId,
    body: StatementRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Answer a dispute the other side opened. Who does not answer in time has spoken by it."""
    booking = booking_disputes.answer_dispute(
        session, booking_id, statement=body.statement, by=caller, at=at, if_match=if_match
    )
    return booking_view(session, booking, caller, at)


@router.post(
    "/bookings/{booking_id}/resolution",
    may="bookings.resolve",
    idempotency="required",
    errors=[BookingNotFound, TransitionNotAllowed, ResolutionImpossible, Stale],
)
def resolve_dispute(
    booking_id: BookingId,
    body: ResolveDisputeRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Resolve a dispute as an operator of its market: completed or cancelled, and what goes back."""
    booking = booking_disputes.resolve_dispute(
        session,
        booking_id,
        outcome=body.outcome,
        refund_bp=body.refund_bp,
        decision=body.decision,
        by=caller,
        at=at,
        if_match=if_match,
    )
    return booking_view(session, booking, caller, at)
