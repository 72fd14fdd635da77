"""A market's policy: the numbers and choices by which it charges, holds, waits and cancels. Values only.

A policy is stored as a document, version by version (`models.py`), and every decision keeps the id of the
version that decided it. Reading an old version must therefore always work: a field may be added with a
default that means what was so before, and none is ever renamed or removed.

Words: **basis points** (`_bp`) are hundredths of a percent; a **tier** says what is given back when a
booking is called off at least that long before its start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from domain.foundation.text.json_text import NO_NUL, JsonDocument
from domain.foundation.text.text_types import LINE

FULL_BP = 10_000  # basis points in one

BasisPoints = Annotated[int, Field(ge=0, le=FULL_BP, strict=True)]
PolicyKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _MarketPolicyValue(BaseModel):
    """A frozen value that takes nothing it does not know: a misspelt limit must not quietly mean none."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TaxBase(StrEnum):
    """What the tax is a share of."""

    SERVICE_FEE = "service_fee"
    COMMISSION = "commission"
    SERVICE = "service"


class TaxRule(_MarketPolicyValue):
    """One tax. Inclusive: the base already contains it; otherwise it comes on top of the base."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_NUL), LINE] = "VAT"
    rate_bp: BasisPoints = 0
    applies_to: TaxBase = TaxBase.SERVICE_FEE
    inclusive: StrictBool = True


class CancellationTier(_MarketPolicyValue):
    """While at least `hours_before_start` elapsed hours remain, these shares are given back."""

    hours_before_start: Annotated[int, Field(ge=0, le=24 * 365, strict=True)]
    refund_bp: BasisPoints
    service_fee_refund_bp: BasisPoints = 0


class CancellationPolicy(_MarketPolicyValue):
    """What a customer gets back: the share of the first tier, read from far to near, that still holds.

    Nearer to the start than the last tier nothing is given back. Within `grace_minutes` of booking everything
    is, as long as the service has not started.
    """

    grace_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60, strict=True)] = 60
    tiers: tuple[CancellationTier, ...] = ()

    @model_validator(mode="after")
    def _check_tier_order(self) -> Self:
        """A refund that grew as the start comes nearer would pay people for waiting."""
        for farther, nearer in pairwise(self.tiers):
            if nearer.hours_before_start >= farther.hours_before_start:
                raise ValueError("tiers stand from far to near, each nearer to the start than the one before")
            if nearer.refund_bp > farther.refund_bp:
                raise ValueError("a nearer tier never gives back more than a farther one")
            if nearer.service_fee_refund_bp > farther.service_fee_refund_bp:
                raise ValueError("a nearer tier never gives back more of the service fee than a farther one")
        return self


# The three the field knows by these names. The hours follow what large platforms publish for their policies
# of the same names (a day; five days; a fortnight), so that people find what they expect.
STANDARD_CANCELLATION_POLICIES: Mapping[str, CancellationPolicy] = {
    "flexible": CancellationPolicy(
        tiers=(CancellationTier(hours_before_start=24, refund_bp=FULL_BP, service_fee_refund_bp=FULL_BP),)
    ),
    "moderate": CancellationPolicy(
        tiers=(
            CancellationTier(hours_before_start=5 * 24, refund_bp=FULL_BP, service_fee_refund_bp=FULL_BP),
            CancellationTier(hours_before_start=24, refund_bp=5_000),
        )
    ),
    "strict": CancellationPolicy(
        tiers=(
            CancellationTier(hours_before_start=14 * 24, refund_bp=FULL_BP, service_fee_refund_bp=FULL_BP),
            CancellationTier(hours_before_start=7 * 24, refund_bp=5_000),
        )
    ),
}


class MarketPolicy(_MarketPolicyValue):
    """All rules of a market at one time. Every default is what a new market starts with."""

    # 15 % in all, of which the customer sees a third: what the field takes lies between 10 % and 25 %.
    service_fee_bp: BasisPoints = 500
    commission_bp: BasisPoints = 1_000
    tax: TaxRule = TaxRule()
    # Long enough for a bank's two-factor page, short enough not to keep a slot from others.
    hold_minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] = 15
    # A provider sleeps once within a day. Never beyond 4 days: card authorizations may lapse after 4 d 18 h.
    answer_window_hours: Annotated[int, Field(ge=1, le=4 * 24, strict=True)] = 24
    completion_hours: Annotated[int, Field(ge=1, le=14 * 24, strict=True)] = 48
    no_show_after_minutes: Annotated[int, Field(ge=0, le=24 * 60, strict=True)] = 15
    contest_hours: Annotated[int, Field(ge=1, le=14 * 24, strict=True)] = 24
    quote_minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] = 30
    # For each customer and category: enough to compare, too few to map a market's prices by asking.
    live_quotes: Annotated[int, Field(ge=1, le=100, strict=True)] = 5
    cancellation_policies: Annotated[Mapping[PolicyKey, CancellationPolicy], Field(min_length=1)] = (
        STANDARD_CANCELLATION_POLICIES
    )
    segments: tuple[PolicyKey, ...] = ()
    # Documents whose shape belongs to pricing and to contributions; a market without them has neither.
    surge: JsonDocument = Field(default_factory=dict)
    contributions: JsonDocument = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_distinct_segments(self) -> Self:
        if len(set(self.segments)) != len(self.segments):
            raise ValueError("each segment is named once")
        return self


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One numbered version of a market's policy. It is in force from `active_from` until a later one is."""

    id: UUID
    market_id: UUID
    number: int
    rules: MarketPolicy
    active_from: datetime
    created_by: UUID | None
    created_at: datetime
    note: str
