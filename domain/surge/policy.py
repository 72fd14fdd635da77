"""The surge rules of a market: the document `surge` of its policy, read and checked.

An empty document means no surge at all. Multipliers are basis points (10,000 is one), lengths of time carry
their unit. A field may be added with a default that means what was so before; none is renamed or removed.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import TEXT

ONE_BP = 10_000
HIGHEST_BP = 50_000  # no policy may allow more than five times the price, whatever it says

UpBp = Annotated[int, Field(ge=ONE_BP, le=HIGHEST_BP, strict=True)]
DownBp = Annotated[int, Field(ge=5_000, le=ONE_BP, strict=True)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LiveRules(_Value):
    """How a category answers to who asks and who is free near a place now.

    Sources: `theta` 1.6 is the consumer surplus per dollar spent that Cohen et al. (2016) measured;
    `threshold`, `half_life_minutes` and `without_unmet_bp` were tuned in the closed loop of `bench surge`, on
    its training days.
    """

    cap_bp: UpBp = 20_000
    floor_bp: DownBp = 8_500
    theta: Annotated[float, Field(ge=0, le=5)] = 1.6
    # A higher one, 0.65, with a rise to 1.5 on a forecast alone, was less welfare, fewer completions and more
    # surged services. Where both keys are needed an earlier rise is better: 0.4 beat 0.5, and 0.25 was as
    # good and less calm.
    threshold: Annotated[float, Field(ge=0, lt=1)] = 0.4
    half_life_minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] = 15
    # Two keys: a forecast alone raises a price to this much at most; beyond it somebody in the cell or next
    # to it must have gone without within the half-life. No rise on a forecast alone spares a good part of the
    # services above the base price in the closed loop, and costs no welfare.
    without_unmet_bp: UpBp = 10_000
    # A start within so many minutes is priced by the live factor.
    horizon_minutes: Annotated[int, Field(ge=5, le=24 * 60, strict=True)] = 60


class ScheduledRules(_Value):
    """How a category answers to how a coming day fills.

    `theta` and `threshold` were chosen in the scheduled loop of `bench surge`, on its training seeds, over
    expectations that are right, ×0.7 and ×1.4 (`bench.surge.scheduled_tuning`). Of the thresholds 0.4 is the
    lowest at which nobody pays more for a slot that stays half empty: it earns 96.2 % of the optimum where
    0.5 earns 95.3 % and 0.3 96.9 %, but with 0.3 a tenth of the sales of half-empty slots are dearer. A θ of
    1.2 earns 0.3 points more than 1 and fills 0.7 fewer places in a hundred; with 1 a place that surely goes
    costs twice the tariff's price, which is the cap.
    """

    cap_bp: UpBp = 20_000
    theta: Annotated[float, Field(ge=0, le=5)] = 1.0
    threshold: Annotated[float, Field(ge=0, lt=1)] = 0.4
    horizon_days: Annotated[int, Field(ge=1, le=365, strict=True)] = 60
    # A day is cut into blocks of so many local hours; each has a factor of its own.
    block_hours: Annotated[int, Field(ge=1, le=24, strict=True)] = 4
    last_minute_hours: Annotated[int, Field(ge=0, le=14 * 24, strict=True)] = 48
    last_minute_floor_bp: DownBp = 8_000


class Livable(_Value):
    """The steps between a raw value and a price people can live with, in their fixed order."""

    hysteresis_bp: Annotated[int, Field(ge=0, le=5_000, strict=True)] = 750
    grid_bp: Annotated[int, Field(ge=100, le=5_000, strict=True)] = 1_000
    rate_bp: Annotated[int, Field(ge=100, le=ONE_BP, strict=True)] = 3_000
    dwell_minutes: Annotated[int, Field(ge=0, le=120, strict=True)] = 10
    neighbour_bp: Annotated[int, Field(ge=100, le=ONE_BP, strict=True)] = 3_000

    @model_validator(mode="after")
    def _refuse_steps_smaller_than_the_grid(self) -> Self:
        if min(self.rate_bp, self.neighbour_bp) < self.grid_bp:
            raise ValueError("a price moves and differs by at least one step of the grid")
        return self


class TierCap(_Value):
    """Who has completed so many bookings in the market pays so much of the price at most."""

    completed_bookings: Annotated[int, Field(ge=0, le=100_000, strict=True)]
    cap_bp: UpBp


class Protection(_Value):
    """What lowers a customer's price below the market's. Nothing here can raise it.

    The tiers' caps never rise with bookings, so nobody pays more for being loyal.
    """

    tier_caps: Annotated[tuple[TierCap, ...], Field(max_length=20)] = (
        TierCap(completed_bookings=0, cap_bp=20_000),
        TierCap(completed_bookings=10, cap_bp=15_000),
        TierCap(completed_bookings=50, cap_bp=12_500),
    )
    # Price memory: no more than the third quartile of what oneself paid in 90 days, and a quarter on top.
    memory_margin_bp: Annotated[int, Field(ge=0, le=ONE_BP, strict=True)] = 2_500
    memory_days: Annotated[int, Field(ge=1, le=365, strict=True)] = 90
    first_booking_never_surged: StrictBool = False
    surged_bookings_a_month: Annotated[int, Field(ge=0, le=1_000, strict=True)] = 4

    @model_validator(mode="after")
    def _refuse_caps_that_punish_loyalty(self) -> Self:
        ordered = sorted(self.tier_caps, key=lambda tier: tier.completed_bookings)
        if any(later.cap_bp > earlier.cap_bp for earlier, later in pairwise(ordered)):
            raise ValueError("a tier with more bookings never has a higher cap")
        return self


class SurgePolicy(_Value):
    """All surge rules of a market at one time; categories that are not named have no factor."""

    live: Mapping[Slug, LiveRules] = Field(default_factory=dict)
    scheduled: Mapping[Slug, ScheduledRules] = Field(default_factory=dict)
    livable: Livable = Livable()
    protection: Protection = Protection()
    # No finer than the cells that searches and offers are kept by.
    resolution: Annotated[int, Field(ge=5, le=7, strict=True)] = 7
    tick_minutes: Annotated[int, Field(ge=1, le=60, strict=True)] = 5
    stale_after_minutes: Annotated[int, Field(ge=1, le=24 * 60, strict=True)] = 15
    live_quote_minutes: Annotated[int, Field(ge=1, le=60, strict=True)] = 10
    # What the law of the place allows at most; None where it says nothing. India 2025: 2× and 0.5×.
    regulated_cap_bp: UpBp | None = None
    regulated_floor_bp: DownBp | None = None
    disclosure: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_NUL), TEXT] = (
        "This price may be lower than the market's because of your own earlier bookings; "
        "personal data is never used to raise it."
    )

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories priced live, in the order of every array that has a category axis."""
        return tuple(sorted(self.live))


def read(document: Mapping[str, Any]) -> SurgePolicy | None:
    """The rules a market's policy holds; None where it has none. Raises pydantic's error for what is none."""
    return SurgePolicy.model_validate(document) if document else None
