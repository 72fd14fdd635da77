"""Quotes and tariffs on the wire."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field

from api.schemas.common import Amount, Instant, Money, SpanView, View, Wire
from domain.foundation.ids import (
    CategoryId,
    MarketId,
    OfferId,
    OptionId,
    PolicyVersionId,
    QuoteId,
    TariffVersionId,
    UserId,
)
from domain.offers import Unit
from domain.pricing import (
    Counted,
    Effect,
    Explanation,
    Inputs,
    LineKind,
    LineRule,
    Party,
    Quote,
    Tariff,
    TariffVersion,
)

Count = Annotated[int, Field(ge=1, le=100_000, strict=True)]
_AN_OFFER = "ofr_01jczk3v9hf8gb2h6v1q4nsx7e"
_AN_OPTION = "opt_01jczk3v9hf8gb2h6v1q4nsx7e"


class OptionChoice(Wire):
    """An option and how many times."""

    id: OptionId
    quantity: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1


class QuoteRequest(Wire):
    """What a price is asked for. Give `end` or `units`; a ride takes both, a session or a task neither."""

    model_config = Wire.example(
        {"offer_id": _AN_OFFER, "start": "2026-11-24T10:00:00+02:00", "end": "2026-11-24T12:00:00+02:00"},
        {
            "offer_id": _AN_OFFER,
            "start": "2026-11-24T15:00:00+02:00",
            "units": 2,
            "options": [{"id": _AN_OPTION, "quantity": 1}],
        },
    )

    offer_id: OfferId
    start: Instant
    end: Instant | None = Field(
        default=None, description="When the service itself ends, without what options add."
    )
    units: Count | None = Field(
        default=None, description="Minutes of an hourly service, nights of a stay, kilometres of a ride."
    )
    seats: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1
    options: Annotated[tuple[OptionChoice, ...], Field(max_length=50)] = ()


class LineView(View):
    """Who owes whom how much, by which rule, and the inputs from which that rule makes the amount."""

    kind: LineKind
    label: str
    payer: Party
    payee: Party
    amount: Amount
    rule: LineRule
    policy_version: int
    inputs: dict[str, Any]


class SurgeView(View):
    """The live factor on this quote, and why it is what it is."""

    multiplier: str = Field(examples=["1.00"])
    reason: str = Field(examples=["not_in_force"])


class OptionView(View):
    """An option as it was chosen."""

    id: OptionId
    quantity: int


class ExplanationView(View):
    """The quote in plain words: what will be charged when, and how each line came about."""

    summary: str
    charges: tuple[str, ...]
    lines: tuple[str, ...]


class QuoteView(View):
    """A price that is promised until `expires_at`, signed, with everything it was counted from.

    pay_in − pay_out − service_fee − commission − tax is zero.
    """

    id: QuoteId
    offer_id: OfferId
    category_id: CategoryId
    market_id: MarketId
    customer_id: UserId
    during: SpanView
    time_zone: str
    unit: Unit
    units: int = Field(description="How many of `counted_in` are billed.")
    counted_in: Counted
    seats: int
    options: tuple[OptionView, ...]
    pay_in: Money
    pay_out: Money
    service_fee: Money
    commission: Money
    tax: Money
    lines: tuple[LineView, ...]
    surge: SurgeView
    policy_version_id: PolicyVersionId
    tariff_version_id: TariffVersionId | None
    changes_quote_id: QuoteId | None
    created_at: Instant
    expires_at: Instant
    taken_at: Instant | None
    superseded_at: Instant | None = Field(description="When it gave its place to a newer quote.")
    signature: str
    explanation: ExplanationView | None = None

    @classmethod
    def of(cls, quote: Quote, explanation: Explanation | None = None) -> Self:
        """The view of a quote; its explanation is told only where one asks for the quote by name."""
        inputs = Inputs.model_validate(quote.inputs)
        return cls(
            **{name: getattr(quote, name) for name in _PLAIN},
            during=SpanView(start=quote.during.start, end=quote.during.end),
            unit=inputs.unit,
            counted_in=inputs.counted,
            options=tuple(OptionView(id=one.option_id, quantity=one.quantity) for one in inputs.options),
            pay_in=Money(amount=quote.pay_in_amount, currency=quote.currency),
            pay_out=Money(amount=quote.pay_out_amount, currency=quote.currency),
            service_fee=Money(amount=quote.service_fee_amount, currency=quote.currency),
            commission=Money(amount=quote.commission_amount, currency=quote.currency),
            tax=Money(amount=quote.tax_amount, currency=quote.currency),
            lines=tuple(LineView(**line) for line in quote.lines),
            surge=SurgeView(multiplier=inputs.surge.multiplier, reason=inputs.surge.reason),
            explanation=ExplanationView.model_validate(explanation) if explanation else None,
        )


_PLAIN = (
    "id",
    "offer_id",
    "category_id",
    "market_id",
    "customer_id",
    "time_zone",
    "units",
    "seats",
    "policy_version_id",
    "tariff_version_id",
    "changes_quote_id",
    "created_at",
    "expires_at",
    "taken_at",
    "superseded_at",
    "signature",
)


class TariffRequest(Wire):
    """The effects of the next version. It is in force from `active_from`, or at once."""

    model_config = Wire.example(
        {
            "effects": [
                {
                    "name": "Friday evening",
                    "factor_bp": 11_000,
                    "weekdays": [4],
                    "from_hour": 17,
                    "until_hour": 22,
                },
                {"name": "Christmas", "factor_bp": 12_500, "dates": ["2026-12-24", "2026-12-25"]},
            ],
            "note": "Evenings before holidays are busy.",
        }
    )

    effects: Annotated[tuple[Effect, ...], AfterValidator(lambda effects: Tariff(effects=effects).effects)]
    active_from: Instant | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class TariffView(View):
    """A version of a market's tariff."""

    id: TariffVersionId
    market_id: MarketId
    number: int
    version: int = Field(description="The same number, for If-Match.")
    effects: tuple[Effect, ...]
    active_from: Instant
    created_at: Instant
    note: str

    @classmethod
    def of(cls, row: TariffVersion) -> Self:
        """The view of a version."""
        tariff = Tariff.model_validate({"effects": row.effects})
        return cls(
            **row.model_dump(include={"id", "market_id", "number", "active_from", "created_at", "note"}),
            version=row.number,
            effects=tariff.effects,
        )
