"""Bookings on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, RootModel
from typing_extensions import TypeAliasType

from api.schemas.common import Instant, Money, RequestBody, Text, TimeRange, View, ZoneName
from api.schemas.final_amounts import AmountsView, FinalAmountsView
from domain import bookings
from domain.bookings import (
    AllowedActions,
    Booking,
    BookingParty,
    BookingPayment,
    BookingReasonCode,
    BookingState,
    BookingSummaryRow,
    CallerOrActor,
    CancellationPreview,
)
from domain.foundation.ids import (
    BookingId,
    MarketId,
    OfferId,
    OptionId,
    PaymentId,
    PolicyVersionId,
    ProviderProfileId,
    QuoteId,
    UserId,
)
from domain.payments import PaymentState

_EXAMPLE_QUOTE_ID = "quo_01jczk3v9hf8gb2h6v1q4nsx7e"

UserReasonCode = TypeAliasType(
    "UserReasonCode",
    Literal[
        BookingReasonCode.CHANGED_PLANS,
        BookingReasonCode.ILLNESS,
        BookingReasonCode.EMERGENCY,
        BookingReasonCode.WEATHER,
        BookingReasonCode.UNAVAILABLE,
        BookingReasonCode.NOT_AS_AGREED,
        BookingReasonCode.UNSAFE,
        BookingReasonCode.MISTAKE,
        BookingReasonCode.OTHER,
    ],
)
"""The reasons people give; the product has some of its own, which nobody can claim."""


class CreateBookingRequest(RequestBody):
    """The quote to book with."""

    model_config = RequestBody.example({"quote_id": _EXAMPLE_QUOTE_ID})

    quote_id: QuoteId


class PayBookingRequest(RequestBody):
    """With what to pay: the payment provider's own name for a payment method, never a card number."""

    model_config = RequestBody.example({"payment_method": "pm_card_visa"})

    payment_method: Annotated[str, Field(pattern=r"^pm_[A-Za-z0-9_]{1,100}$")]


class DeclineBookingRequest(RequestBody):
    """Why a request is turned down."""

    model_config = RequestBody.example({"reason_code": "unavailable", "reason": "I am away that week."})

    reason_code: UserReasonCode
    reason: Text | None = None


class WithdrawBookingRequest(RequestBody):
    """Perhaps why a request is taken back."""

    model_config = RequestBody.example({}, {"reason": "I found somebody closer."})

    reason: Text | None = None


class CancelBookingRequest(RequestBody):
    """Why a booking is called off, and perhaps the token of a preview not older than a minute."""

    model_config = RequestBody.example({"reason_code": "illness"})

    reason_code: UserReasonCode
    reason: Text | None = None
    preview: Annotated[str | None, Field(max_length=100)] = None


class ChosenOptionView(View):
    """An option of the offer, and how many times it was chosen."""

    id: OptionId
    quantity: int


class LocationView(View):
    """The exact place. A customer sees it from `location_visible_at` until two days after the completion."""

    latitude: float
    longitude: float


class BookingSummaryView(View):
    """A booking in a list."""

    id: BookingId
    state: BookingState
    title: str
    offer_id: OfferId
    customer_id: UserId
    provider_user_id: UserId
    during: TimeRange
    time_zone: ZoneName
    seats: int
    pay_in: Money
    pay_out: Money
    due_at: Instant | None

    @classmethod
    def of(cls, row: BookingSummaryRow) -> Self:
        """A row of the list."""
        return cls(
            id=row.id,
            state=row.state,
            title=row.title,
            offer_id=row.offer_id,
            customer_id=row.customer_id,
            provider_user_id=row.provider_user_id,
            during=TimeRange(start=row.during.start, end=row.during.end),
            time_zone=row.time_zone,
            seats=row.seats,
            pay_in=Money(amount=row.pay_in_amount, currency=row.currency),
            pay_out=Money(amount=row.pay_out_amount, currency=row.currency),
            due_at=row.due_at,
        )


class BookingAction(StrEnum):
    """What a person can do with a booking, in one state or another."""

    ACCEPT = "accept"
    ANSWER_DISPUTE = "answer_dispute"
    CANCEL = "cancel"
    COMPLETE = "complete"
    CONTEST_NO_SHOW = "contest_no_show"
    DECLINE = "decline"
    DELIVER = "deliver"
    DISPUTE = "dispute"
    PAY = "pay"
    PROPOSE = "propose"
    REPORT_NO_SHOW = "report_no_show"
    RESOLVE_AS_CANCELLED = "resolve_as_cancelled"
    RESOLVE_AS_COMPLETED = "resolve_as_completed"
    REVIEW = "review"
    START = "start"
    WITHDRAW = "withdraw"


class BookingView(View):
    """A booking as its viewer sees it: `party` is theirs, `allowed` what they may do now."""

    id: BookingId
    state: BookingState
    party: BookingParty
    allowed: list[BookingAction] = Field(
        description="What would be accepted from you now: steps of the booking, `pay`, `propose` (a change) "
        "and `review`. Whether the details fit, such as a card or a new time, is seen when you do it."
    )
    allowed_from: dict[str, Instant] = Field(
        description="What would be refused as too early now, and from when it is accepted if nothing else "
        "happens before."
    )
    title: str
    offer_id: OfferId
    market_id: MarketId
    profile_id: ProviderProfileId
    provider_user_id: UserId
    customer_id: UserId
    quote_id: QuoteId
    payment_id: PaymentId | None
    policy_version_id: PolicyVersionId
    during: TimeRange
    time_zone: ZoneName
    seats: int
    options: list[ChosenOptionView]
    location: LocationView | None = Field(
        description="The exact place, while you may see it. The offer shows the area at any time."
    )
    location_visible_at: Instant | None = Field(
        description="When the customer sees the exact place: a day before the start, or when cancelling is "
        "no longer free, if later. Null before it is confirmed, and where it happens elsewhere."
    )
    amounts: AmountsView
    list_price: Money = Field(
        description="What the payment takes: the pay-in and what is at stake. Doing no task costs no more."
    )
    stake: Money = Field(
        description="What the customer's tasks save. It is paid with the pay-in and comes back when the "
        "booking ends, but for the shares of tasks left undone."
    )
    redeemed_credits: int = Field(
        description="Credits that pay for a part of the service fee and of surge, in thousandths."
    )
    bonus: Money | None = Field(
        description="What the provider gets on top of pay_out once the service is carried out, out of the "
        "surge pool. Shown to the provider, before they accept, and to operators."
    )
    cancellation_policy: str
    books_instantly: bool
    due_at: Instant | None = Field(description="When the clock acts next, if nobody does before.")
    requested_at: Instant
    authorized_at: Instant | None
    confirmed_at: Instant | None
    started_at: Instant | None
    delivered_at: Instant | None
    no_show_at: Instant | None
    no_show_side: BookingParty | None
    ended_at: Instant | None
    distribution_stopped_at: Instant | None = Field(
        description="Since when nothing of the payment is paid out, because the card holder's bank disputes "
        "it; null while none does."
    )
    cancelled_by: BookingParty | None
    reason_code: BookingReasonCode | None
    reason: str | None
    final_amounts: FinalAmountsView | None = Field(description="Decided when the booking ends.")
    version: int

    @classmethod
    def of(cls, booking: Booking, by: CallerOrActor, allowed: AllowedActions, at: datetime) -> Self:
        """The booking for whoever asks, as it may be seen at this instant."""
        return cls(**booking_fields(booking, by, allowed, at))


def booking_fields(
    booking: Booking, by: CallerOrActor, allowed: AllowedActions, at: datetime
) -> dict[str, Any]:
    """The fields of a `BookingView`; those of the row itself are taken by name."""
    party = bookings.party_of(booking, by)
    place = bookings.visible_place(booking, party, at=at)
    final_amounts = bookings.final_amounts_of(booking)
    row = {name: getattr(booking, name) for name in BookingView.model_fields if hasattr(booking, name)}
    return row | {
        "party": party,
        "allowed": list(allowed.now),
        "allowed_from": dict(allowed.later),
        "during": TimeRange(start=booking.during.start, end=booking.during.end),
        "options": [chosen_option_view(option) for option in booking.options],
        "location": place.point and LocationView(latitude=place.point[0], longitude=place.point[1]),
        "location_visible_at": place.exact_visible_at,
        "amounts": AmountsView.of(booking.agreed, booking.currency),
        "list_price": Money(amount=booking.paid_amount, currency=booking.currency),
        "stake": Money(amount=booking.stake_amount, currency=booking.currency),
        "redeemed_credits": booking.redeemed.total,
        "bonus": None
        if party is BookingParty.CUSTOMER
        else Money(amount=booking.bonus_amount, currency=booking.currency),
        "cancellation_policy": booking.terms.cancellation_policy,
        "final_amounts": final_amounts and FinalAmountsView.of(final_amounts, booking.currency),
    }


def chosen_option_view(option: dict[str, Any]) -> ChosenOptionView:
    """An option as a booking's row keeps it."""
    return ChosenOptionView(id=UUID(option["option_id"]), quantity=option["quantity"])


class NextAction(RootModel[dict[str, Any]]):
    """What the customer's bank wants first, in the payment provider's own words, as its libraries take it.

    `type` says which it is.
    """


class BookingPaymentView(View):
    """A booking after an attempt to pay. `next_action` is what the customer's bank wants of them first."""

    booking: BookingView
    payment_state: PaymentState
    next_action: NextAction | None

    @classmethod
    def of(cls, paid: BookingPayment, by: CallerOrActor, *, at: datetime) -> Self:
        """How far the payment and the booking have come."""
        return cls(
            booking=BookingView.of(paid.booking, by, paid.allowed, at),
            payment_state=paid.payment.state,
            next_action=None if paid.payment.next_action is None else NextAction(paid.payment.next_action),
        )


class CancellationPreviewView(View):
    """What a cancellation would mean now. Cancelling with `preview` within a minute means the same cents."""

    final_amounts: FinalAmountsView
    refund_changes_at: Instant | None = Field(description="From then on the customer would get less back.")
    preview: str
    preview_expires_at: Instant

    @classmethod
    def of(cls, preview: CancellationPreview) -> Self:
        """A preview."""
        return cls(
            final_amounts=FinalAmountsView.of(preview.final_amounts, preview.booking.currency),
            refund_changes_at=preview.refund_changes_at,
            preview=preview.token,
            preview_expires_at=preview.token_expires_at,
        )
