"""An agreement on a time: a **booking**, from the quote it takes to the day its books are closed.

Its life is a table of **steps** between **states** (`lifecycle.py`): every step belongs to somebody, every
state that is not final has a way out by clock, and `due_at` says when. What happens to the money when it ends
is one pure function (`cancellation.py`) over terms frozen on the day it was made, for preview, execution and
dispute. Changes of a confirmed booking are **proposals** by one side, accepted by the other.

**Tasks** are what the customer took over and does themselves. What they save is at **stake**: it is paid
beside the pay-in and comes back with the booking's end, but for the shares of tasks that were left undone.

Invariants, held by the database: the amounts of a booking balance, and so does its settlement with the
stake, of which nothing is kept unless the service was carried out; a booking has a settlement exactly when it
has ended; a quote makes one booking; a booking has one open proposal at most; nobody books themselves.
Everybody acts only on what is theirs, and does not learn of the rest.
"""

from domain.bookings.cancellations.cancel import CancellationPreview, cancel, preview_cancellation, withdraw
from domain.bookings.cancellations.final_amounts import Amounts, FinalAmounts
from domain.bookings.cancellations.finalize import final_amounts_of
from domain.bookings.clock_actions import run_due_transition
from domain.bookings.delivery import complete, deliver, report_no_show, start
from domain.bookings.guards import AllowedActions, allowed_actions
from domain.bookings.invariants import INVARIANTS
from domain.bookings.kinds import (
    BookingParty,
    BookingReasonCode,
    BookingState,
    BookingTransition,
    RefundGround,
)
from domain.bookings.lifecycle import BOOKINGS
from domain.bookings.models import Booking
from domain.bookings.money.payment_actions import BookingPayment, apply_payment_state, pay
from domain.bookings.queries import BookingDetails, BookingSummaryRow, due_bookings, list_user_bookings
from domain.bookings.requests import accept, decline, request
from domain.bookings.transition import CallerOrActor, party_of
from domain.bookings.views.reads import get_booking_details, visible_place
from domain.bookings.views.timeline import BookingTimelineEntry, list_timeline

__all__ = [
    "BOOKINGS",
    "INVARIANTS",
    "AllowedActions",
    "Amounts",
    "Booking",
    "BookingDetails",
    "BookingParty",
    "BookingPayment",
    "BookingReasonCode",
    "BookingState",
    "BookingSummaryRow",
    "BookingTimelineEntry",
    "BookingTransition",
    "CallerOrActor",
    "CancellationPreview",
    "FinalAmounts",
    "RefundGround",
    "accept",
    "allowed_actions",
    "apply_payment_state",
    "cancel",
    "complete",
    "decline",
    "deliver",
    "due_bookings",
    "final_amounts_of",
    "get_booking_details",
    "list_timeline",
    "list_user_bookings",
    "party_of",
    "pay",
    "preview_cancellation",
    "report_no_show",
    "request",
    "run_due_transition",
    "start",
    "visible_place",
    "withdraw",
]
