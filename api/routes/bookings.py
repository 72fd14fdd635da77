"""Bookings: request, pay, agree, call off, carry out."""

from datetime import datetime
from typing import Literal

from sqlmodel import Session

from api.booking_views import booking_details_view, booking_view
from api.schemas.bookings import (
    BookingPaymentView,
    BookingSummaryView,
    BookingView,
    CancelBookingRequest,
    CancellationPreviewView,
    CreateBookingRequest,
    DeclineBookingRequest,
    PayBookingRequest,
    WithdrawBookingRequest,
)
from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.proposals import BookingDetailsView
from api.schemas.timelines import TimelineEntryView
from api.transaction import Router
from domain import bookings
from domain.availability.errors import SeatsTaken, SlotTaken, StartNotBookable
from domain.bookings import BookingParty, BookingState
from domain.bookings.errors import BookingNotFound, NotPayable, PreviewExpired, TooLate
from domain.foundation.errors import Stale
from domain.foundation.ids import BookingId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.foundation.payable_amounts import AmountNotPayable
from domain.foundation.persistence.database import Transactions
from domain.identity import Caller
from domain.identity.errors import AccountSuspended
from domain.ledger.errors import BalanceTooLow
from domain.offers.errors import OfferUnknown
from domain.payments import Gateway
from domain.payments.errors import (
    PaymentAlreadyCancelled,
    PaymentDeclined,
    PaymentInProgress,
    PaymentMethodNotUsable,
    PaymentNotAuthorized,
    PaymentOutcomeUnknown,
    UnexpectedProviderResponse,
)
from domain.pricing.errors import (
    OfferTakesNoBookings,
    OwnOffer,
    QuoteExpired,
    QuoteNotGenuine,
    QuoteTaken,
    QuoteUnknown,
)
from domain.providers.errors import CapabilityMissing

router = Router(tags=["bookings"])


@router.post(
    "/bookings",
    may="bookings.request",
    status_code=201,
    idempotency="required",
    errors=[
        AmountNotPayable,
        BalanceTooLow,
        StartNotBookable,
        OfferTakesNoBookings,
        OfferUnknown,
        OwnOffer,
        QuoteExpired,
        QuoteNotGenuine,
        QuoteTaken,
        QuoteUnknown,
        SeatsTaken,
        SlotTaken,
    ],
)
def request_booking(
    body: CreateBookingRequest, session: Session, caller: Caller, at: datetime
) -> BookingView:
    """Book what a quote promised. The time is held for you until `due_at`; pay before that.

    A quote that has expired is refused with a fresh one beside it, or with why the same can no longer be had.
    If the same costs less now, you pay less. Credits are taken now: where you spent them elsewhere since, ask
    for a quote with fewer.
    What you took over yourself is paid for too until it is confirmed; `stake` says how much that is.
    """
    return booking_view(session, bookings.request(session, body.quote_id, by=caller, at=at), caller, at)


@router.get("/bookings", may="bookings.read", errors=[InvalidCursor])
def list_bookings(
    session: Session,
    caller: Caller,
    party: Literal[BookingParty.CUSTOMER, BookingParty.PROVIDER] = BookingParty.CUSTOMER,
    state: BookingState | None = None,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[BookingSummaryView]:
    """See your bookings as a customer, or as a provider, the newest first."""
    page = bookings.list_user_bookings(
        session, caller.user_id, party=party, state=state, after=after, limit=limit
    )
    return PageView(items=[BookingSummaryView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/bookings/{booking_id}", may="bookings.read", errors=[BookingNotFound])
def read_booking(booking_id: BookingId, session: Session, caller: Caller, at: datetime) -> BookingDetailsView:
    """See a booking with its proposals, its dispute and the customer's tasks, and what you may do next."""
    return booking_details_view(
        session, bookings.get_booking_details(session, booking_id, by=caller), caller, at
    )


@router.get("/bookings/{booking_id}/timeline", may="bookings.read", errors=[BookingNotFound, InvalidCursor])
def read_booking_timeline(
    booking_id: BookingId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[TimelineEntryView]:
    """See everything that happened to a booking, in order, as far as your side may see it."""
    page = bookings.list_timeline(session, booking_id, by=caller, after=after, limit=limit)
    return PageView(items=[TimelineEntryView.of(entry) for entry in page.items], next_cursor=page.next_cursor)


@router.post(
    "/bookings/{booking_id}/payment",
    may="bookings.pay",
    idempotency="required",
    errors=[
        AccountSuspended,
        AmountNotPayable,
        BookingNotFound,
        NotPayable,
        PaymentDeclined,
        PaymentMethodNotUsable,
        PaymentOutcomeUnknown,
        PaymentAlreadyCancelled,
        PaymentInProgress,
        UnexpectedProviderResponse,
    ],
)
def pay_booking(
    booking_id: BookingId,
    body: PayBookingRequest,
    transactions: Transactions,
    gateway: Gateway,
    caller: Caller,
    at: datetime,
) -> BookingPaymentView:
    """Authorize the pay-in. Nothing is captured before the booking is confirmed.

    Your bank may want you to confirm first; `next_action` then says how, and asking again goes on from there.
    """
    paid = bookings.pay(
        transactions, gateway, booking_id, payment_method=body.payment_method, by=caller, at=at
    )
    return BookingPaymentView.of(paid, caller, at=at)


@router.post(
    "/bookings/{booking_id}/acceptance",
    may="bookings.accept",
    errors=[
        AccountSuspended,
        BookingNotFound,
        CapabilityMissing,
        TransitionNotAllowed,
        PaymentNotAuthorized,
        Stale,
        TooLate,
    ],
)
def accept_booking(
    booking_id: BookingId, session: Session, caller: Caller, at: datetime, if_match: int | None
) -> BookingView:
    """Accept a request for your offer: it is agreed, and the payment is captured."""
    booking = bookings.accept(session, booking_id, by=caller, at=at, if_match=if_match)
    return booking_view(session, booking, caller, at)


@router.post(
    "/bookings/{booking_id}/declination",
    may="bookings.decline",
    errors=[BookingNotFound, TransitionNotAllowed, Stale],
)
def decline_booking(
    booking_id: BookingId,
    body: DeclineBookingRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Decline a request for your offer; the customer's money is let go."""
    booking = bookings.decline(
        session,
        booking_id,
        reason_code=body.reason_code,
        reason=body.reason,
        by=caller,
        at=at,
        if_match=if_match,
    )
    return booking_view(session, booking, caller, at)


@router.post(
    "/bookings/{booking_id}/withdrawal",
    may="bookings.withdraw",
    errors=[BookingNotFound, TransitionNotAllowed, Stale],
)
def withdraw_booking(
    booking_id: BookingId,
    body: WithdrawBookingRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Withdraw your request before it is accepted; it costs nothing."""
    booking = bookings.withdraw(session, booking_id, reason=body.reason, by=caller, at=at, if_match=if_match)
    return booking_view(session, booking, caller, at)


@router.get(
    "/bookings/{booking_id}/cancellation-preview",
    may="bookings.cancel",
    errors=[BookingNotFound, TransitionNotAllowed],
)
def preview_cancellation(
    booking_id: BookingId, session: Session, caller: Caller, at: datetime
) -> CancellationPreviewView:
    """See what would be refunded if you cancelled now, and until when that holds.

    The amounts are counted from what has been captured, refunded and withdrawn, so they are what moves.
    """
    return CancellationPreviewView.of(bookings.preview_cancellation(session, booking_id, by=caller, at=at))


@router.post(
    "/bookings/{booking_id}/cancellation",
    may="bookings.cancel",
    idempotency="required",
    errors=[BookingNotFound, TransitionNotAllowed, PreviewExpired, Stale],
)
def cancel_booking(
    booking_id: BookingId,
    body: CancelBookingRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> BookingView:
    """Cancel a confirmed booking. A customer gets back what its cancellation policy says, as previewed.

    When the provider or an operator cancels, the customer gets everything back.
    """
    booking = bookings.cancel(
        session,
        booking_id,
        reason_code=body.reason_code,
        reason=body.reason,
        token=body.preview,
        by=caller,
        at=at,
        if_match=if_match,
    )
    return booking_view(session, booking, caller, at)
