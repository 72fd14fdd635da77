"""Offers and options on the wire.

The world sees `OfferView`, with the shown point; only `OwnOfferView`, its provider's, tells the true one.
"""

from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from api.schemas.common import Amount, Instant, Line, Money, RequestBody, View, ZoneName
from api.schemas.durations import DAY, MINUTE, Days, Duration, WallTime
from api.schemas.markets import TimeZone
from api.schemas.offer_tasks import Saves, SavingView, TaskView
from api.schemas.options import OptionView
from domain.foundation.ids import CategoryId, MarketId, OfferId, ProviderProfileId
from domain.foundation.text.json_text import NO_NUL, JsonDocument
from domain.foundation.text.text_types import TEXT
from domain.offers import (
    STANDARD_CANCELLATION_POLICY,
    STANDARD_HORIZON_DAYS,
    Claim,
    Content,
    OfferState,
    Place,
    PriceProblem,
    Unit,
    WholeOffer,
)

Degrees = Annotated[float, Field(allow_inf_nan=False, description="WGS 84.", examples=[60.17938])]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000, pattern=NO_NUL), TEXT]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL), TEXT
]
Attributes = Annotated[
    JsonDocument,
    Field(description="As the category's `attributes_schema` has it.", examples=[{"languages": ["fi"]}]),
]


class OfferContent(RequestBody):
    """All that a provider says in an offer, whole. What is left out is open, or as stated.

    An hourly service and a ride have a minimum and a maximum duration; a lesson and a task one duration; a
    stay has both bounds in days, one for each night, and the times of check-in and check-out. All but what
    is done remotely needs a place before it can be published.
    """

    title: Line
    description: Words = ""
    attributes: Attributes = Field(default_factory=dict)
    price_amount: Annotated[
        Amount, Field(description="For one unit of the category, in minor units of the market's currency.")
    ]
    lowest_price_amount: Amount | None = Field(
        default=None,
        description="The least you work for when few ask; without it your price is never lowered. Who booked "
        "the same start before pays no more than who comes later.",
    )
    duration: Duration | None = None
    minimum_duration: Duration | None = None
    maximum_duration: Duration | None = None
    buffer_before: Duration = timedelta(0)
    buffer_after: Duration = timedelta(0)
    notice: Duration = timedelta(0)
    horizon: Days = timedelta(days=STANDARD_HORIZON_DAYS)
    seats: Annotated[int, Field(strict=True)] = 1
    books_instantly: Annotated[bool, Field(strict=True)] = False
    cancellation_policy: Annotated[str, Field(max_length=40, examples=["moderate"])] = (
        STANDARD_CANCELLATION_POLICY
    )
    check_in_at: WallTime | None = None
    check_out_at: WallTime | None = None
    time_zone: TimeZone | None = Field(default=None, description="The market's, if left out.")
    latitude: Degrees | None = None
    longitude: Degrees | None = None

    def content(self) -> Content:
        """As the domain has it."""
        return Content(
            title=self.title,
            description=self.description,
            attributes=self.attributes,
            price_amount=self.price_amount,
            lowest_price_amount=self.lowest_price_amount,
            duration_minutes=_minutes(self.duration),
            minimum_minutes=_minutes(self.minimum_duration),
            maximum_minutes=_minutes(self.maximum_duration),
            buffer_before_minutes=self.buffer_before // MINUTE,
            buffer_after_minutes=self.buffer_after // MINUTE,
            notice_minutes=self.notice // MINUTE,
            horizon_days=self.horizon // DAY,
            seats=self.seats,
            books_instantly=self.books_instantly,
            cancellation_policy=self.cancellation_policy,
            check_in_at=self.check_in_at,
            check_out_at=self.check_out_at,
            time_zone=self.time_zone,
            latitude=self.latitude,
            longitude=self.longitude,
        )


_IRONING = {
    "title": "Ironing, two baskets an hour",
    "description": "Shirts and bed linen. I bring my own iron.",
    "attributes": {"languages": ["fi", "sv"], "brings_materials": True},
    "price_amount": 2800,
    "minimum_duration": "PT1H",
    "maximum_duration": "PT4H",
    "buffer_after": "PT15M",
    "notice": "PT2H",
    "latitude": 60.17938,
    "longitude": 24.95152,
}


class OfferDraft(OfferContent):
    """A new offer, under one of your provider profiles and in a category, which stay."""

    model_config = RequestBody.example(
        {
            "profile_id": "prv_01jczk3v9hf8gb2h6v1q4nsx7e",
            "category_id": "cat_01jczk3v9hf8gb2h6v1q4nsx7e",
            **_IRONING,
        }
    )

    profile_id: ProviderProfileId
    category_id: CategoryId


class OfferEdit(OfferContent):
    """What an existing offer says from now on."""

    model_config = RequestBody.example(_IRONING)


class OfferView(View):
    """An offer as the world sees it. The shown point is within 300 m of the true one, always the same."""

    id: OfferId
    version: int
    profile_id: ProviderProfileId
    market_id: MarketId
    category_id: CategoryId
    category: str
    unit: Unit
    place: Place
    claim: Claim
    state: OfferState
    title: str
    description: str
    attributes: dict[str, Any]
    price: Money = Field(description="For one unit.")
    from_price: Money = Field(description="What the shortest booking costs, before fees.")
    duration: Duration | None
    minimum_duration: Duration | None
    maximum_duration: Duration | None
    buffer_before: Duration
    buffer_after: Duration
    notice: Duration
    horizon: Days
    seats: int
    books_instantly: bool
    cancellation_policy: str
    check_in_at: WallTime | None
    check_out_at: WallTime | None
    time_zone: ZoneName
    shown_latitude: float | None
    shown_longitude: float | None
    options: tuple[OptionView, ...]
    tasks: tuple[TaskView, ...] = Field(description="What a customer may take over, for less.")
    published_at: Instant | None

    @classmethod
    def of(cls, whole: WholeOffer, saves: Saves) -> Self:
        """The view of an offer with its category, options and tasks, and what these save the customer."""
        return cls(**cls._told(whole, saves))

    @classmethod
    def _told(cls, whole: WholeOffer, saves: Saves) -> dict[str, Any]:
        offer, category = whole.offer, whole.category
        return offer.model_dump(include=_AS_STORED & set(cls.model_fields)) | {
            "category": category.slug,
            "unit": category.unit,
            "place": category.place,
            "claim": category.claim,
            "price": Money(amount=offer.price_amount, currency=offer.currency),
            "from_price": Money(amount=offer.from_amount, currency=offer.currency),
            "duration": _length(offer.duration_minutes),
            "minimum_duration": _length(offer.minimum_minutes),
            "maximum_duration": _length(offer.maximum_minutes),
            "buffer_before": offer.buffer_before_minutes * MINUTE,
            "buffer_after": offer.buffer_after_minutes * MINUTE,
            "notice": offer.notice_minutes * MINUTE,
            "horizon": offer.horizon_days * DAY,
            "shown_latitude": offer.blurred_latitude,
            "shown_longitude": offer.blurred_longitude,
            "options": tuple(OptionView.of(option, offer.currency) for option in whole.options),
            "tasks": tuple(TaskView.of(task, saves, offer.currency) for task in whole.tasks),
        }


class OwnOfferView(OfferView):
    """An offer as its provider sees it: the true place, what tasks save, what cards cannot pay of it.

    It says too why the offer is hidden, if it is.
    """

    savings: tuple[SavingView, ...] = Field(
        description="What sets of tasks save you. The customer is given the market's part of it."
    )
    price_problems: tuple[PriceProblem, ...] = Field(
        description="What cards cannot pay, under the market's policy now. `never_payable`: no booking can "
        "be paid, and none is quoted until price or options change. `cheapest_not_payable`, "
        "`dearest_not_payable`: bookings that cost less or more than cards pay are not quoted. "
        "`price_off_step`: quotes round the price to what cards pay."
    )
    lowest_price_amount: Amount | None
    latitude: float | None
    longitude: float | None
    hidden_at: Instant | None
    hidden_reason: str | None
    created_at: Instant
    changed_at: Instant

    @classmethod
    def own(cls, whole: WholeOffer, saves: Saves, problems: tuple[PriceProblem, ...]) -> Self:
        """The view of an offer, what its tasks save, and what cards cannot pay of it."""
        return cls(**cls._told(whole, saves), price_problems=problems)

    @classmethod
    def _told(cls, whole: WholeOffer, saves: Saves) -> dict[str, Any]:
        savings = tuple(SavingView.of(saving, whole.offer.currency) for saving in whole.savings)
        return super()._told(whole, saves) | {"savings": savings}


class Hiding(RequestBody):
    """Why an offer is taken from sight; its provider reads it."""

    model_config = RequestBody.example({"reason": "The pictures show another flat than the one people find."})

    reason: Reason


_AS_STORED = {
    "lowest_price_amount",
    "id",
    "version",
    "profile_id",
    "market_id",
    "category_id",
    "state",
    "title",
    "description",
    "attributes",
    "seats",
    "books_instantly",
    "cancellation_policy",
    "check_in_at",
    "check_out_at",
    "time_zone",
    "published_at",
    "latitude",
    "longitude",
    "hidden_at",
    "hidden_reason",
    "created_at",
    "changed_at",
}


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else length // MINUTE


def _length(minutes: int | None) -> timedelta | None:
    return None if minutes is None else minutes * MINUTE
