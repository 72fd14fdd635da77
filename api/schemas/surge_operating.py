"""What operators of a market send and see about surge, on the wire."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import AliasChoices, Field

from api.schemas.common import Instant, Line, Money, RequestBody, View
from api.schemas.markets import Slug
from domain import surge
from domain.foundation.ids import (
    MarketId,
    PolicyVersionId,
    SurgeAuditId,
    SurgeEmergencyId,
    SurgeSnapshotId,
    UserId,
)
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import TEXT
from domain.pricing import written
from domain.surge import AuditKind, EmergencyRule, SurgePolicy

Bp = Annotated[int, Field(ge=10_000, le=50_000, strict=True)]
BpDown = Annotated[int, Field(ge=5_000, le=10_000, strict=True)]


class EmergencyDeclaration(RequestBody):
    """Why prices are held down, by which rule, and how long: thirty days if nothing is said."""

    model_config = RequestBody.example(
        {"rule": "plus_ten_percent", "reason": "A storm; the governor declared an emergency."},
        {"rule": "fixed", "cap_bp": 12_000, "reason": "The metro stands still.", "category": "ride"},
    )

    rule: EmergencyRule
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=NO_NUL), TEXT]
    category: Slug | None = Field(default=None, description="All of them, if left out.")
    cap_bp: Bp | None = Field(default=None, description="Of a `fixed` rule alone; 12,000 is 1.2×.")
    floor_bp: BpDown | None = Field(default=None, description="Of a `fixed` rule alone.")
    from_at: Instant | None = Field(default=None, description="Now, if left out.")
    until_at: Instant | None = None


class EmergencyView(View):
    """An emergency as it was declared, and whether it was lifted."""

    id: SurgeEmergencyId
    market_id: MarketId
    rule: EmergencyRule
    reason: str
    category: str | None = Field(validation_alias=AliasChoices("category", "category_slug"))
    cap_bp: int | None
    floor_bp: int | None
    parameters: dict[str, Any] = Field(description="What the rule needed to know of the time before.")
    declared_by: UserId | None
    declared_at: Instant
    from_at: Instant
    until_at: Instant
    lifted_at: Instant | None
    lifted_by: UserId | None


class SnapshotView(View):
    """A tick's prices, without the numbers of every cell."""

    id: SurgeSnapshotId
    tick_at: Instant
    policy_version_id: PolicyVersionId
    previous_id: SurgeSnapshotId | None
    highest: dict[str, str] = Field(description="The highest multiplier of each category.")
    market_ratio: dict[str, float] = Field(description="Who asked, as a multiple of what is usual.")
    emergencies: int = Field(description="How many were in force.")
    digest: str = Field(description="SHA-256 over all that is stored.")

    @classmethod
    def of(cls, seen: surge.SnapshotSeen) -> Self:
        """The view of a snapshot."""
        return cls(
            id=seen.id,
            tick_at=seen.tick_at,
            policy_version_id=seen.policy_version_id,
            previous_id=seen.previous_id,
            highest={slug: written(highest) for slug, highest in seen.highest_bp.items()},
            market_ratio=seen.market_ratio,
            emergencies=seen.emergencies,
            digest=seen.digest,
        )


class RecountView(View):
    """What came of counting a snapshot's prices again from what it stores."""

    snapshot_id: SurgeSnapshotId
    prices: int = Field(description="How many were counted again.")
    holds: bool = Field(description="Whether every bit was the same.")
    differences: tuple[str, ...] = Field(description="What came out differently, by name; nothing, always.")


class AuditView(View):
    """What a night found about the day before."""

    id: SurgeAuditId
    on_date: date
    kind: AuditKind
    result: dict[str, Any]
    created_at: Instant


class WhatIfRequest(RequestBody):
    """A surge document as a policy would hold it, and how many days to look back."""

    model_config = RequestBody.example(
        {"surge": {"live": {"hourly-service": {"cap_bp": 14_000, "threshold": 0.7}}}, "days": 14}
    )

    surge: SurgePolicy
    days: Annotated[int, Field(ge=1, le=surge.MOST_DAYS, strict=True)] = 7


class TallyView(View):
    """What prices were, over the ticks counted."""

    surged_share: float = Field(description="Of those who asked, how many met a price above the tariff's.")
    mean: str = Field(description="The mean multiplier over all who asked.", examples=["1.04"])
    highest: str
    volatility: float = Field(description="How far a place's multiplier moved from tick to tick, on average.")
    cap_hits: int = Field(description="Prices that a cap lowered.")
    extra_paid: Money = Field(description="What demand added to what was booked, before protections.")

    @classmethod
    def of(cls, tally: surge.Tally, currency: str) -> Self:
        """The view of a tally."""
        return cls(
            surged_share=round(tally.surged_share, 4),
            mean=written(round(tally.mean_bp)),
            highest=written(tally.highest_bp),
            volatility=round(tally.volatility_bp / surge.ONE_BP, 5),
            cap_hits=tally.cap_hits,
            extra_paid=Money(amount=tally.extra_amount, currency=currency),
        )


class ComparedView(View):
    """A category as it was, and as it would have been."""

    category: str
    before: TallyView
    after: TallyView


class WhatIfView(View):
    """The comparison. Whoever would not have asked at another price is counted as if they had."""

    categories: list[ComparedView]
    ticks: int = Field(description="How many were counted again.")
    ticks_of: int = Field(description="How many there were.")
    bookings: int = Field(description="How many bookings the extra paid is of.")
    bookings_of: int
    assumed: list[Line] = Field(description="What the comparison takes for granted.")

    @classmethod
    def of(cls, found: surge.WhatIf, currency: str) -> Self:
        """The view of a comparison."""
        return cls(
            categories=[
                ComparedView(
                    category=slug,
                    before=TallyView.of(compared.before, currency),
                    after=TallyView.of(compared.after, currency),
                )
                for slug, compared in sorted(found.categories.items())
            ],
            ticks=found.ticks,
            ticks_of=found.ticks_of,
            bookings=found.bookings,
            bookings_of=found.bookings_of,
            assumed=_ASSUMED,
        )


_ASSUMED = [
    "People ask as they did, whatever the price.",
    "Categories that only one of the policies prices live are left out.",
    "Live prices alone are counted; ticks are as long as they were.",
    "Emergencies cap as they did.",
]
