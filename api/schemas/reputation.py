"""Reputation on the wire: what is shown, what ranks, and all that a reader needs to count both again."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.schemas.common import Instant, RequestBody, View
from domain.foundation.ids import CategoryId, UserId
from domain.ratings import (
    Counts,
    DecisionReason,
    Preview,
    Reputation,
    Scored,
    Share,
    Side,
    Tier,
    TierDecision,
    tier_of,
)


class CountsView(View):
    """Published reviews by stars, and their mean.

    The mean is the sum of stars times counts over their number, to a tenth, halves up; there is none below
    three reviews, where somebody is new.
    """

    reviews: int
    histogram: list[int] = Field(description="How many of one, two, three, four and five stars.")
    mean: float | None = Field(description="Stars; null below three reviews: new.", examples=[4.7])

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """Counts with their mean."""
        return cls(reviews=counts.reviews, histogram=list(counts.histogram), mean=counts.mean)


class ShareView(View):
    """A share and how many cases it is of; null where there was none."""

    share: float | None = Field(examples=[0.95])
    cases: int

    @classmethod
    def of(cls, share: Share) -> Self:
        """A share as it is shown."""
        return cls(share=share.value, cases=share.cases)


class ReliabilityView(View):
    """What somebody did about their bookings in the last 365 days.

    What an emergency, the weather or safety called off counts against nobody.
    """

    completed_bookings: int
    answered_within_a_day: ShareView
    accepted: ShareView
    completed: ShareView
    on_time: ShareView
    called_off: ShareView


class ScoreInputsView(View):
    """What `believed` and `doubt` are counted from, as `GET /reviews/methodology` says.

    The sums are of weights at `landmark_at`; over 2^((at - landmark_at) / half-life) they are what they weigh
    at `at`.
    """

    at: Instant
    landmark_at: Instant
    reviews: int
    weight: float
    weighted: float
    weight_squared: float
    by_stars: list[float]
    prior: list[float] = Field(description="The category's shares of one to five stars.")


class ScoreView(View):
    """What ranks somebody in a category: `score` is the sum of the three addends after it."""

    category_id: CategoryId
    version: int
    formula: int
    score: float
    believed: float
    doubt: float
    effort: float
    exploration: float = Field(description="What one searcher in ten is shown a newcomer higher by.")
    set_aside: int = Field(
        description="How many published reviews weigh nothing in this score, since author and subject share "
        "a payment card, a device or a bank account. That is no judgement: a person looks at it."
    )
    inputs: ScoreInputsView

    @classmethod
    def of(cls, scored: Scored) -> Self:
        """A ranking score with its parts."""
        ranked = scored.ranked
        return cls(
            category_id=scored.category_id,
            version=scored.version,
            formula=scored.inputs.formula,
            score=ranked.score,
            believed=ranked.believed,
            doubt=ranked.doubt,
            effort=ranked.effort,
            exploration=ranked.exploration,
            set_aside=scored.set_aside,
            inputs=ScoreInputsView.model_validate(scored.inputs),
        )


class ReputationView(View):
    """What somebody's published reviews add up to in a role, how reliable they are, and what ranks them."""

    user_id: UserId
    role: Side
    at: Instant = Field(description="When this was counted.")
    all_time: CountsView
    last_year: CountsView = Field(description="Of those revealed in the 365 days before `at`.")
    reliability: ReliabilityView
    tier: Tier | None = Field(description="Of providers; decided each quarter.")
    ranking: list[ScoreView]

    @classmethod
    def of(cls, known: Reputation) -> Self:
        """What is known of somebody."""
        reliable = known.reliability
        return cls(
            user_id=known.user_id,
            role=known.role,
            at=known.at,
            all_time=CountsView.of(known.all_time),
            last_year=CountsView.of(known.last_year),
            reliability=ReliabilityView(
                completed_bookings=reliable.completed_bookings,
                answered_within_a_day=ShareView.of(reliable.answered),
                accepted=ShareView.of(reliable.accepted),
                completed=ShareView.of(reliable.completed),
                on_time=ShareView.of(reliable.on_time),
                called_off=ShareView.of(reliable.called_off),
            ),
            tier=tier_of(known.tier) if known.role is Side.PROVIDER else None,
            ranking=[ScoreView.of(scored) for scored in known.categories],
        )


class YearView(View):
    """A provider's 365 days until `until`. Bounds are of the 90 % interval, in stars.

    They are those of the Beta with the mean and variance of a Dirichlet over five stars, whose parameters are
    `prior` reviews shared like the category's plus `by_stars`, weights as of `until`.
    """

    until: Instant
    reviews: int
    by_stars: list[float] = Field(description="What the year's reviews weigh, by one to five stars.")
    weight_squared: float = Field(description="The sum of their squared weights; gives `effective`.")
    prior: list[float] = Field(description="The category's shares of one to five stars.")

    completed: int
    lower: float
    upper: float
    effective: float = Field(description="How many equal reviews the weights are worth.")
    cancelled_share: float | None
    answered_share: float | None


class TierMissingView(View):
    """What stands between a provider and a tier: what it is now, and what it has to be."""

    tier: Tier
    what: str = Field(examples=["completed_bookings"])
    now: float | None
    needed: float


class TierDecisionView(View):
    """What was decided of a quarter, all it was decided on, and what would have changed it."""

    on_date: date = Field(description="The first day of the quarter.")
    tier: Tier
    previous: Tier | None
    decided_at: Instant
    year: YearView
    would_change: list[TierMissingView]

    @classmethod
    def of(cls, made: TierDecision) -> Self:
        """A decision for whom it is about."""
        return cls(
            on_date=made.on_date,
            tier=made.tier,
            previous=made.previous,
            decided_at=made.decided_at,
            year=YearView.model_validate(made.inputs),
            would_change=[TierMissingView.model_validate(missing) for missing in made.would_change],
        )


class TierPreviewView(View):
    """What would be decided today, and what was decided last.

    Watch takes nothing away: a person looks at it with you.
    """

    tier: Tier
    year: YearView
    would_change: list[TierMissingView]
    decision: TierDecisionView | None = Field(description="The latest; null before the first.")

    @classmethod
    def of(cls, found: Preview) -> Self:
        """A preview for whom it is about."""
        return cls(
            tier=found.tier,
            year=YearView.model_validate(found.inputs),
            would_change=[TierMissingView.model_validate(missing) for missing in found.would_change],
            decision=None if found.decision is None else TierDecisionView.of(found.decision),
        )


class ConstantView(View):
    """A number that decides something."""

    name: str
    value: float
    unit: str
    decides: str


class GateView(View):
    """What a tier asks of the last 365 days; `lower` is the lower bound of the 90 % interval, in stars."""

    tier: Tier
    completed: int
    lower: float
    cancelled_below: float
    answered_from: float


class AttackPriceView(View):
    """What false praise costs whoever wants to lift a score of ten full reviews and four stars by so much.

    Every booking costs at least the market's fee and commission; one with somebody trusted, all of its price.
    """

    stars: float = Field(description="The lift of `believed`, in stars.")
    bookings: int = Field(description="Paid for and carried out, with accounts made credible one by one.")
    by_strangers: int = Field(description="The same with accounts that nobody trusts.")
    weeks: int = Field(description="How long strangers need for it at least.")


class MethodologyView(View):
    """How reviews are verified, sealed, counted, ranked and removed; every number is the one in force."""

    version: int
    verification: list[str]
    sealing: list[str]
    displayed: str
    ranking: str
    constants: list[ConstantView]
    tiers: list[GateView]
    removal: list[str]
    removal_reasons: list[DecisionReason]
    attack_prices: list[AttackPriceView]


class ExportView(View):
    """A summary of your reputation. `document` is JSON as text; hand it on unchanged with `signature`."""

    document: str
    signature: str


class ExportVerification(RequestBody):
    """A document somebody was handed, and the signature that came with it."""

    model_config = RequestBody.example({"document": "As you were handed it.", "signature": "made-up"})

    document: Annotated[str, StringConstraints(max_length=10_000)]
    signature: Annotated[str, StringConstraints(max_length=200)]


class VerificationView(View):
    """Whether the document was signed here and is unchanged."""

    is_ours: bool
