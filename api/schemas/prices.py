"""Curves of prices, and quotes explained, on the wire."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.schemas.common import Instant, Money, RequestBody, TimeRange, View, ZoneName
from api.schemas.markets import Slug
from domain.foundation.ids import (
    MarketId,
    OfferId,
    OptionId,
    PolicyVersionId,
    QuoteId,
    SurgeSnapshotId,
    TariffVersionId,
    TaskId,
)
from domain.foundation.spans import Span
from domain.pricing import Alternative, Curve, CurvePoint, Explanation, Quote, Spoken, SurgeTold, Way, written
from domain.pricing.errors import CurveUnfit
from domain.surge import Absence, Mode

_A_WEEK = timedelta(days=7)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100  # beyond them zones have no rules worth the name
_NUMBER = r"-?\d{1,3}(\.\d{1,12})?"
Factor = Annotated[str, Field(description="A factor on the price.", examples=["1.25"])]
Near = Annotated[
    str,
    StringConstraints(pattern=f"^{_NUMBER},{_NUMBER}$"),
    Field(description="Latitude and longitude.", examples=["60.18,24.95"]),
]


class CurveQuery(RequestBody):
    """What to draw: an offer's bookable starts, or the hours of a category around a place of a market."""

    offer_id: OfferId | None = None
    market: Slug | None = Field(default=None, description="With `category`, where no offer is named.")
    category: Slug | None = None
    near: Near | None = Field(default=None, description="Where; live factors differ from place to place.")
    since: Instant | None = Field(default=None, alias="from", description="Now, if left out.")
    until: Instant | None = Field(
        default=None, alias="to", description="A week after `from`, if left out; 31 days after it at most."
    )

    def during(self, at: datetime) -> Span:
        """From when to when; raises `CurveUnfit` for no time at all, or none of ours."""
        since = self.since or at
        if not _FIRST_YEAR <= since.year < _LAST_YEAR:
            raise CurveUnfit(f"Stay between {_FIRST_YEAR} and {_LAST_YEAR}.", field="from")
        until = self.until or since + _A_WEEK
        if until <= since:
            raise CurveUnfit("It ends after it starts.", field="to")
        return Span(since, until)

    def point(self) -> tuple[float, float] | None:
        """The place in degrees; raises `CurveUnfit` for none on the globe."""
        if self.near is None:
            return None
        latitude, longitude = (float(part) for part in self.near.split(","))
        if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 -- the globe
            raise CurveUnfit("This is not on the globe; latitude comes first.", field="near")
        return latitude, longitude


class PointView(View):
    """A stretch of time and what it costs then, for everybody whom no protection covers."""

    start: Instant
    end: Instant
    tariff: Factor = Field(description="Of the published tariff.")
    multiplier: Factor = Field(description="By demand.")
    factor: Factor = Field(description="Both together.")
    price: Money | None = Field(
        description="Of the offer's shortest service (a ride's first kilometre), fees and taxes included."
    )
    mode: Mode | None
    absence: Absence | None = Field(description="Why demand changes nothing then; null where it is asked.")
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, point: CurvePoint, currency: str) -> Self:
        """The view of a point."""
        amount = point.price_amount
        return cls(
            start=point.start,
            end=point.end,
            tariff=written(point.tariff_bp),
            multiplier=written(point.multiplier_bp),
            factor=written(point.factor_bp),
            price=None if amount is None else Money(amount=amount, currency=currency),
            mode=point.mode,
            absence=point.absence,
            reasons=point.reasons,
        )


class CurveView(View):
    """The market's price over time: never anybody's own."""

    market_id: MarketId
    time_zone: ZoneName
    snapshot_id: SurgeSnapshotId | None
    points: list[PointView]

    @classmethod
    def of(cls, curve: Curve) -> Self:
        """The view of a curve."""
        points = [PointView.of(point, curve.currency) for point in curve.points]
        return cls(
            market_id=curve.market_id,
            time_zone=curve.time_zone,
            snapshot_id=curve.snapshot_id,
            points=points,
        )


class ReasonView(View):
    """A code for programs, and a sentence for people."""

    code: str = Field(examples=["more_ask_than_are_free"])
    text: str


class SurgeToldView(View):
    """The factor by demand: what it is, why, what limited it, and who gets it."""

    mode: Mode | None
    raw: Factor = Field(description="As it was counted, before the steps that make it livable.")
    market: Factor = Field(description="What everybody pays whom no protection covers.")
    yours: Factor
    reasons: list[ReasonView]
    limits: list[ReasonView] = Field(description="What lowered it for you, each with its number.")
    pool: Money = Field(description="What demand adds to your price. The surge pool gets it.")
    bonus: Money = Field(description="What the provider gets on top, out of the pool.")
    shares: list[str] = Field(description="Where the money goes, in words.")
    lock: str = Field(description="How long the price holds, and that it can only fall.")
    is_personal_data_used: bool = Field(description="Whether your own bookings were looked at.")
    disclosure: str | None = Field(description="What the market says about that; null where none was used.")
    snapshot_id: SurgeSnapshotId | None

    @classmethod
    def of(cls, told: SurgeTold, currency: str) -> Self:
        """The view of a factor."""
        used = told.used
        return cls(
            mode=used.mode,
            raw=written(used.raw_bp),
            market=written(used.market_bp),
            yours=written(used.multiplier_bp),
            reasons=_reasons(told.reasons),
            limits=_reasons(told.limits),
            pool=Money(amount=told.surge_amount, currency=currency),
            bonus=Money(amount=used.bonus_amount, currency=currency),
            shares=list(told.shares),
            lock=told.lock,
            is_personal_data_used=used.has_personal_data,
            disclosure=told.disclosure,
            snapshot_id=told.snapshot_id,
        )


class OptionAsked(View):
    """An option and how many times."""

    id: OptionId
    quantity: int


class CreditsAsked(View):
    """What is to be paid with credits at most."""

    fee_discount_amount: int
    surge_shield_amount: int


class AskView(View):
    """A body for `POST /quotes`, as it is."""

    offer_id: OfferId
    start: Instant
    end: Instant | None
    units: int | None
    seats: int
    options: list[OptionAsked]
    tasks: list[TaskId]
    credits: CreditsAsked | None
    instead_of: QuoteId


class AlternativeView(View):
    """A cheaper way that can be booked: post `ask` to `/quotes` before the quote expires.

    `wait`: once the live factor no longer counts. `flexible`: a little earlier or later the same day.
    `later`: another time within a week. `nearby`: another offer of the category around, at the same time.
    """

    kind: Way
    title: str
    during: TimeRange
    ask: AskView
    pay_in: Money = Field(description="What that costs at most; less, if prices fell meanwhile.")
    saves: Money

    @classmethod
    def of(cls, found: Alternative, quote: Quote) -> Self:
        """The view of an alternative to a quote."""
        ask = found.ask
        return cls(
            kind=found.way,
            title=found.title,
            during=TimeRange(start=found.during.start, end=found.during.end),
            ask=AskView(
                offer_id=found.offer_id,
                start=ask.start,
                end=ask.end,
                units=ask.units,
                seats=ask.seats,
                options=[OptionAsked(id=option_id, quantity=times) for option_id, times in ask.options],
                tasks=list(ask.tasks),
                credits=CreditsAsked.model_validate(ask.credits) if ask.credits else None,
                instead_of=quote.id,
            ),
            pay_in=Money(amount=found.pay_in_amount, currency=quote.currency),
            saves=Money(amount=found.saves_amount, currency=quote.currency),
        )


class QuoteExplanationView(View):
    """A quote explained whole: what is charged when, every line, the factor, and what would cost less."""

    quote_id: QuoteId
    summary: str
    charges: list[str]
    lines: list[str]
    part: list[str] = Field(
        description="What you give besides money, what each task takes off, and the price without any."
    )
    surge: SurgeToldView
    alternatives: list[AlternativeView]
    policy_version_id: PolicyVersionId
    tariff_version_id: TariffVersionId | None

    @classmethod
    def of(cls, quote: Quote, words: Explanation, told: SurgeTold, found: tuple[Alternative, ...]) -> Self:
        """The view of an explanation."""
        return cls(
            quote_id=quote.id,
            summary=words.summary,
            charges=list(words.charges),
            lines=list(words.lines),
            part=list(words.part),
            surge=SurgeToldView.of(told, quote.currency),
            alternatives=[AlternativeView.of(each, quote) for each in found],
            policy_version_id=quote.policy_version_id,
            tariff_version_id=quote.tariff_version_id,
        )


def _reasons(spoken: tuple[Spoken, ...]) -> list[ReasonView]:
    return [ReasonView(code=each.code, text=each.text) for each in spoken]
