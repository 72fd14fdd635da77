"""A market's policy: its fees, taxes, time limits and cancellation policies. Values only.

A policy is stored as a document per version (`models.py`), and every decision stores the id of its version.
So old versions must stay readable: a new field needs a default that means the behaviour before it, and no
field is ever renamed or removed.

**Basis points** (`_bp`) are hundredths of a percent. A **tier** is the share refunded if a booking is
cancelled at least so long before its start.
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
    """A frozen value without unknown fields, so that a misspelt limit is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TaxBase(StrEnum):
    """The amount to which the tax rate applies."""

    SERVICE_FEE = "service_fee"
    COMMISSION = "commission"
    SERVICE = "service"


class TaxRule(_MarketPolicyValue):
    """A tax. If `inclusive`, the base already contains it; otherwise it is added to the base."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_NUL), LINE] = "VAT"
    rate_bp: BasisPoints = 0
    applies_to: TaxBase = TaxBase.SERVICE_FEE
    inclusive: StrictBool = True


class CancellationTier(_MarketPolicyValue):
    """The shares refunded while at least `hours_before_start` elapsed hours remain."""

    hours_before_start: Annotated[int, Field(ge=0, le=24 * 365, strict=True)]
    refund_bp: BasisPoints
    service_fee_refund_bp: BasisPoints = 0


class CancellationPolicy(_MarketPolicyValue):
    """The customer's refund on cancellation: the first tier (ordered far to near) whose time has not passed.

    After the last tier nothing is refunded. Within `grace_minutes` after booking everything is, if the
    service has not started.
    """

    grace_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60, strict=True)] = 60
    tiers: tuple[CancellationTier, ...] = ()

    @model_validator(mode="after")
    def _check_tier_order(self) -> Self:
        """Raise ValueError if a refund grows towards the start: customers would gain by cancelling later."""
        for farther, nearer in pairwise(self.tiers):
            if nearer.hours_before_start >= farther.hours_before_start:
                raise ValueError("order the tiers from far to near: hours_before_start must decrease")
            if nearer.refund_bp > farther.refund_bp:
                raise ValueError("a nearer tier cannot refund more than a farther one")
            if nearer.service_fee_refund_bp > farther.service_fee_refund_bp:
                raise ValueError("a nearer tier cannot refund more of the service fee than a farther one")
        return self


# The usual names in the industry. The hours follow the published policies of large platforms with the same
# names (1 day, 5 days, 14 days), so that users find what they expect.
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
    """All rules of a market at one time. The defaults are those of a new market."""

    # 15 % in all, a third of it visible to the customer. Usual in the industry are 10 % to 25 %.
    service_fee_bp: BasisPoints = 500
    commission_bp: BasisPoints = 1_000
    tax: TaxRule = TaxRule()
    # Long enough for a bank's two-factor page, short enough not to block the slot for others.
    hold_minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] = 15
    # A day includes a night's sleep. At most 4 days, because card authorizations may expire after 4 d 18 h.
    answer_window_hours: Annotated[int, Field(ge=1, le=4 * 24, strict=True)] = 24
    completion_hours: Annotated[int, Field(ge=1, le=14 * 24, strict=True)] = 48
    no_show_after_minutes: Annotated[int, Field(ge=0, le=24 * 60, strict=True)] = 15
    contest_hours: Annotated[int, Field(ge=1, le=14 * 24, strict=True)] = 24
    quote_minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] = 30
    # Per customer and category: enough to compare, too few to collect a market's prices.
    live_quotes: Annotated[int, Field(ge=1, le=100, strict=True)] = 5
    cancellation_policies: Annotated[Mapping[PolicyKey, CancellationPolicy], Field(min_length=1)] = (
        STANDARD_CANCELLATION_POLICIES
    )
    segments: tuple[PolicyKey, ...] = ()
    # Documents defined by surge and by contributions. A market without them has neither.
    surge: JsonDocument = Field(default_factory=dict)
    contributions: JsonDocument = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_distinct_segments(self) -> Self:
        if len(set(self.segments)) != len(self.segments):
            raise ValueError("each segment can be named only once")
        return self


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A numbered version of a market's policy, in force from `active_from` until a later version is."""

    id: UUID
    market_id: UUID
    number: int
    rules: MarketPolicy
    active_from: datetime
    created_by: UUID | None
    created_at: datetime
    note: str
