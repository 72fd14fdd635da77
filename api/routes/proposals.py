"""Changing a confirmed booking: one side proposes, the other answers."""

from datetime import datetime

from sqlmodel import Session

from api.booking_views import booking_view
from api.schemas.bookings import BookingView
from api.schemas.proposals import ProposalView, ProposeChangeRequest
from api.transaction import Router
from domain.availability.errors import (
    DurationNotOffered,
    HoldLost,
    InvalidTimeRange,
    SeatsTaken,
    SlotTaken,
    StartNotBookable,
)
from domain.bookings import changes
from domain.bookings.errors import (
    BookingNotFound,
    IncreaseNotPayable,
    NothingProposed,
    OtherPartyMustAnswer,
    ProposalNotFound,
    ProposalOpen,
    TooLate,
)
from domain.foundation.errors import Stale
from domain.foundation.ids import BookingId, ProposalId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.identity import Caller
from domain.identity.errors import AccountSuspended
from domain.pricing.errors import LengthUnclear, OptionNotOffered, PolicyTakesTooMuch, SeatsNotOffered

router = Router(tags=["bookings"])


@router.post(
    "/bookings/{booking_id}/proposals",
    may="bookings.propose",
    status_code=201,
    errors=[
        AccountSuspended,
        BookingNotFound,
        IncreaseNotPayable,
        DurationNotOffered,
        LengthUnclear,
        TransitionNotAllowed,
        OtherPartyMustAnswer,
        NothingProposed,
        OptionNotOffered,
        PolicyTakesTooMuch,
        ProposalOpen,
        InvalidTimeRange,
        SeatsNotOffered,
        Stale,
        TooLate,
    ],
)
def propose_change(
    booking_id: BookingId,
    body: ProposeChangeRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ProposalView:
    """Propose another time or other terms. The answer shows what the customer would pay more, or less."""
    return ProposalView.of(
        changes.propose_change(
            session, booking_id, body.change, note=body.note, by=caller, at=at, if_match=if_match
        )
    )


@router.post(
    "/bookings/{booking_id}/proposals/{proposal_id}/acceptance",
    may="bookings.propose",
    idempotency="required",
    errors=[
        AccountSuspended,
        BookingNotFound,
        HoldLost,
        IncreaseNotPayable,
        StartNotBookable,
        TransitionNotAllowed,
        OtherPartyMustAnswer,
        ProposalNotFound,
        SeatsTaken,
        SlotTaken,
        Stale,
        TooLate,
    ],
)
def accept_proposal(
    booking_id: BookingId,
    proposal_id: ProposalId,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Accept the other side's proposal: time and price change at once, or not at all."""
    booking = changes.accept_proposal(session, booking_id, proposal_id, by=caller, at=at, if_match=if_match)
    return booking_view(session, booking, caller, at)


@router.post(
    "/bookings/{booking_id}/proposals/{proposal_id}/declination",
    may="bookings.propose",
    errors=[BookingNotFound, TransitionNotAllowed, OtherPartyMustAnswer, ProposalNotFound, TooLate],
)
def decline_proposal(
    booking_id: BookingId, proposal_id: ProposalId, session: Session, caller: Caller, at: datetime
) -> BookingView:
    """Decline the other side's proposal; everything stays as it was."""
    return booking_view(
        session, changes.decline_proposal(session, booking_id, proposal_id, by=caller, at=at), caller, at
    )


@router.post(
    "/bookings/{booking_id}/proposals/{proposal_id}/withdrawal",
    may="bookings.propose",
    errors=[BookingNotFound, TransitionNotAllowed, OtherPartyMustAnswer, ProposalNotFound, TooLate],
)
def withdraw_proposal(
    booking_id: BookingId, proposal_id: ProposalId, session: Session, caller: Caller, at: datetime
) -> BookingView:
    """Withdraw your own proposal."""
    return booking_view(
        session, changes.withdraw_proposal(session, booking_id, proposal_id, by=caller, at=at), caller, at
    )
