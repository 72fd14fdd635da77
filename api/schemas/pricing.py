"""Quotes and tariffs on the wire."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.common import Amount, Instant, Money, RequestBody, TimeRange, View, ZoneName
from api.schemas.participation import CreditsChoice, RedemptionView, TakenTaskView, redemptions_of, tasks_of
from domain.foundation.ids import (
    CategoryId,
    MarketId,
    OfferId,
    OptionId,
    PolicyVersionId,
    QuoteId,
    SurgeSnapshotId,
    TariffVersionId,
    TaskId,
    UserId,
)
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import TEXT
from domain.offers import MOST_TASKS, Unit
from domain.pricing import (
    Counted,
    Effect,
    Explanation,
    LineKind,
    LineRule,
    Party,
    Quote,
    Surge,
    Tariff,
    TariffVersion,
    counted_in,
    written,
)
from domain.surge import Limit, Mode

Count = Annotated[int, Field(ge=1, le=100_000, strict=True)]
_AN_OFFER = "ofr_01jczk3v9hf8gb2h6v1q4nsx7e"
_AN_OPTION = "opt_01jczk3v9hf8gb2h6v1q4nsx7e"


class OptionChoice(RequestBody):
    """An option and how many times."""

    id: OptionId
    quantity: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1


class QuoteRequest(RequestBody):
    """What a price is asked for. Give `end` or `units`; a ride takes both, a session or a task neither."""

    model_config = RequestBody.example(
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
    tasks: Annotated[
        tuple[TaskId, ...],
        Field(
            max_length=MOST_TASKS,
            description="Tasks of the offer that you take over. Each takes its share off the price; left "
            "undone it costs that share again, and never more than the list price. Taking over none costs "
            "nothing but the list price.",
        ),
    ] = ()
    credits: CreditsChoice | None = None
    instead_of: QuoteId | None = Field(
        default=None,
        description="A live quote of yours. The factor by demand is then no more than in that one, and the "
        "new quote holds no longer: so an alternative that its explanation names costs what it says.",
    )


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
    """The factor by demand on this quote, and why it is what it is.

    What it adds goes to the surge pool; the platform keeps none of it. The provider's bonus comes out of the
    pool, is the same for every job of the category here and now, and is no part of pay_in.
    """

    multiplier: str = Field(description="What this customer pays.", examples=["1.25"])
    market_multiplier: str = Field(
        description="What everybody pays here and now whom no protection covers.", examples=["1.50"]
    )
    reason: str = Field(description="`in_force`, or why there is none.", examples=["not_in_force"])
    mode: Mode | None
    reasons: tuple[str, ...] = Field(examples=[["more_ask_than_are_free"]])
    limits: tuple[Limit, ...] = Field(description="What lowered it for this customer.")
    bonus: Money = Field(description="What the provider gets on top, out of the surge pool.")
    snapshot_id: SurgeSnapshotId | None
    has_personal_data: bool = Field(
        description="Whether this customer's own bookings were looked at. They can only lower the price."
    )

    @staticmethod
    def told(used: Surge, currency: str) -> dict[str, Any]:
        """The fields of a view, from what a quote's inputs have."""
        return {
            "multiplier": used.multiplier,
            "market_multiplier": written(used.market_bp),
            "reason": used.reason,
            "mode": used.mode,
            "reasons": used.reasons,
            "limits": used.limits,
            "bonus": {"amount": used.bonus_amount, "currency": currency},
            "snapshot_id": used.snapshot_id,
            "has_personal_data": used.has_personal_data,
        }


class QuotedOptionView(View):
    """An option as it was chosen."""

    id: OptionId
    quantity: int


class QuoteInWordsView(View):
    """The quote in plain words: what will be charged when, and how each line came about.

    `part` is about what the customer gives besides money, and what the price would be without it.
    """

    summary: str
    charges: tuple[str, ...]
    lines: tuple[str, ...]
    part: tuple[str, ...]


class QuoteView(View):
    """A price that is promised until `expires_at`, signed, with everything it was counted from.

    pay_in − pay_out − service_fee − commission − tax − surge_amount is zero.
    """

    id: QuoteId
    offer_id: OfferId
    category_id: CategoryId
    market_id: MarketId
    customer_id: UserId
    during: TimeRange
    time_zone: ZoneName
    unit: Unit
    units: int = Field(description="How many of `counted_in` are billed.")
    counted_in: Counted
    seats: int
    options: tuple[QuotedOptionView, ...]
    pay_in: Money
    pay_out: Money
    service_fee: Money
    commission: Money
    tax: Money
    surge_amount: Money = Field(description="What demand adds, for the surge pool.")
    list_price: Money = Field(description="What it costs with all tasks left to the provider.")
    tasks: tuple[TakenTaskView, ...]
    credits: tuple[RedemptionView, ...]
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
    explanation: QuoteInWordsView | None = None

    @classmethod
    def of(cls, quote: Quote, explanation: Explanation | None = None) -> Self:
        """The view of a quote; its explanation is told only where one asks for the quote by name."""
        inputs, currency = quote.inputs, quote.currency
        told: dict[str, Any] = {name: getattr(quote, name) for name in _PLAIN}
        told |= {
            name: {"amount": getattr(quote, amount), "currency": currency}
            for name, amount in _AMOUNTS.items()
        }
        told |= {
            "during": {"start": quote.during.start, "end": quote.during.end},
            "unit": inputs["unit"],
            "counted_in": counted_in(Unit(inputs["unit"])),
            "options": [{"id": UUID(one["option_id"]), "quantity": one["quantity"]} for one in quote.options],
            "list_price": {"amount": quote.pay_in_amount + quote.stake_amount, "currency": currency},
            "tasks": tasks_of(quote) if inputs.get("tasks") else (),
            "credits": redemptions_of(quote) if inputs.get("credits") else (),
            "lines": quote.lines,
            "surge": SurgeView.told(Surge.model_validate(inputs["surge"]), currency),
            "explanation": explanation,
        }
        return cls.model_validate(told)  # once for all of it: a view within a view costs as much again


_AMOUNTS = {
    "pay_in": "pay_in_amount",
    "pay_out": "pay_out_amount",
    "service_fee": "service_fee_amount",
    "commission": "commission_amount",
    "tax": "tax_amount",
    "surge_amount": "surge_amount",
}
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


class TariffRequest(RequestBody):
    """The effects of the next version. It is in force from `active_from`, or at once."""

    model_config = RequestBody.example(
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
    note: Annotated[str, Field(max_length=500, pattern=NO_NUL), TEXT] = ""


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
