"""Standing and levels on the wire: a level for everybody, and to its owner all numbers it is counted from."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.common import Instant, RequestBody, Text, View
from domain.foundation.ids import ContributionId, LevelDecisionId, MarketId, PolicyVersionId, UserId
from domain.standing import (
    LEVEL_EXPLANATION,
    LevelAppealOutcome,
    LevelDecision,
    LevelOutcome,
    LevelSeason,
    LevelShortfall,
    OwnStanding,
    PublishedLevel,
    StandingLevel,
    StandingNumbers,
    StandingPrivilege,
    UserStanding,
)

Relative = Annotated[float, Field(description="Standing; one is the mean of those it has reached.")]


class LevelShortfallView(View):
    """One thing that stands between somebody and a level: what it is now, and what it has to be."""

    level: StandingLevel
    what: str = Field(examples=["contributions"])
    now: float
    needed: float

    @classmethod
    def of(cls, missing: LevelShortfall) -> Self:
        """What is missing."""
        return cls.model_validate(missing)


class LevelSeasonView(View):
    """The last hundred days: verified contributions, the people and days they were for, and standing."""

    contributions: int
    people: int
    days: int
    standing: Relative

    @classmethod
    def of(cls, season: LevelSeason) -> Self:
        """A season as it is told."""
        return cls.model_validate(season)


class StandingConfirmationView(View):
    """What one confirmation of a contribution of yours adds to your standing.

    `weight` is value · 2^(−age / half-life). `passed_on` is (1 − alpha) times the standing of who confirmed,
    times the share that this weight is of all they confirmed; whose it is stays theirs.
    """

    contribution_id: ContributionId
    value: float = Field(description="Credits.")
    age_days: float
    weight: float
    passed_on: float

    @classmethod
    def of(cls, inputs: Mapping[str, Any]) -> Self:
        """A confirmation, but for the standing of whoever gave it."""
        kept = {name: inputs[name] for name in cls.model_fields}
        return cls(**kept | {"contribution_id": UUID(inputs["contribution_id"])})


class StandingNumbersView(View):
    """A night's numbers, with all that they add up from.

    `standing` is `as_a_seed` plus what every confirmation passed on; `relative` is standing times `reached`.
    `activity` has faded since that night by half in `activity_half_life_days`.
    """

    on_date: date
    at: Instant
    standing: float = Field(description="A share of all standing in the market, which sums to one.")
    relative: Relative
    activity: float = Field(description="Credits' worth of what you gave lately.")
    is_seed: bool = Field(description="Whether your bookings alone vouch for you.")
    as_a_seed: float
    alpha: float
    half_life_days: float
    activity_half_life_days: float
    seeds: int
    reached: int = Field(description="How many people in this market have any standing.")
    confirmations: list[StandingConfirmationView]

    @classmethod
    def of(cls, numbers: StandingNumbers) -> Self:
        """Numbers with what they were counted from, but for what is others' own."""
        inputs = numbers.inputs
        return cls(
            on_date=numbers.on_date,
            at=numbers.at,
            standing=numbers.standing,
            relative=numbers.relative,
            activity=numbers.activity,
            is_seed=numbers.is_seed,
            as_a_seed=inputs["as_a_seed"],
            alpha=inputs["alpha"],
            half_life_days=inputs["half_life_days"],
            activity_half_life_days=inputs["activity_half_life_days"],
            seeds=inputs["seeds"],
            reached=inputs["reached"],
            confirmations=[
                StandingConfirmationView.of(confirmation) for confirmation in inputs["confirmations"]
            ],
        )


class OwnStandingView(View):
    """What only you and the market's operators see, and what would be decided today."""

    numbers: StandingNumbersView | None = Field(
        description="Of the last night that moved anything; null before."
    )
    season: LevelSeasonView
    reached: StandingLevel = Field(description="What the season amounts to.")
    misses: int = Field(description="How many weeks in a row missed your level.")
    safe_until: Instant = Field(description="Until then nothing is lost, whatever is missed.")
    would_change: list[LevelShortfallView] = Field(
        description="What is missing for your level, or for the next."
    )
    decision_id: LevelDecisionId | None = Field(description="The last decision about your level.")

    @classmethod
    def of(cls, own: OwnStanding) -> Self:
        """All of it."""
        return cls(
            numbers=None if own.numbers is None else StandingNumbersView.of(own.numbers),
            season=LevelSeasonView.of(own.season),
            reached=own.reached,
            misses=own.misses,
            safe_until=own.safe_until,
            would_change=[LevelShortfallView.of(missing) for missing in own.would_change],
            decision_id=own.decision_id,
        )


class StandingView(View):
    """Somebody's level in a market, what it lets them do and how it is counted."""

    user_id: UserId
    market_id: MarketId
    level: StandingLevel
    since: Instant | None = Field(description="Null for who has never been looked at.")
    may: list[StandingPrivilege]
    how: list[str]
    own: OwnStandingView | None = Field(description="Yours alone, and the market's operators'.")

    @classmethod
    def of(cls, seen: UserStanding) -> Self:
        """What this reader may see."""
        return cls(
            user_id=seen.user_id,
            market_id=seen.market_id,
            level=seen.level,
            since=seen.since,
            may=sorted(seen.may),
            how=list(LEVEL_EXPLANATION),
            own=None if seen.own is None else OwnStandingView.of(seen.own),
        )


class LevelView(View):
    """A level as a market publishes it: what it asks of the last hundred days, and what it lets one do."""

    level: StandingLevel
    contributions: int
    people: int = Field(description="For how many different people, at least.")
    days: int = Field(description="On how many different days, at least.")
    standing: Relative
    may: list[StandingPrivilege]

    @classmethod
    def of(cls, published: PublishedLevel) -> Self:
        """A level; the first asks for nothing."""
        rule = published.rule
        return cls(
            level=published.level,
            contributions=0 if rule is None else rule.contributions,
            people=0 if rule is None else rule.people,
            days=0 if rule is None else rule.days,
            standing=0.0 if rule is None else rule.standing,
            may=sorted(published.may),
        )


class LevelsView(View):
    """A market's levels, from the first on; none where it takes no contributions."""

    market_id: MarketId
    levels: list[LevelView]
    how: list[str]


class LevelAppealRequest(RequestBody):
    """Why the loss of your level should be looked at again."""

    model_config = RequestBody.example({"statement": "I was in hospital for a month and will be back."})

    statement: Text


class LevelAppealAnswerRequest(RequestBody):
    """What became of an appeal, and why."""

    model_config = RequestBody.example({"outcome": "overturned", "statement": "Get well soon."})

    outcome: LevelAppealOutcome
    statement: Text


class LevelRuleView(View):
    """What a level asked for when it was decided."""

    level: StandingLevel
    contributions: int
    people: int
    days: int
    standing: float


class LevelDecisionView(View):
    """A decision about a level: what it was counted from, what would change it, what became of an appeal."""

    id: LevelDecisionId
    market_id: MarketId
    user_id: UserId
    on_date: date = Field(description="The Monday of its week.")
    previous: StandingLevel
    level: StandingLevel
    outcome: LevelOutcome
    season: LevelSeasonView
    rules: list[LevelRuleView]
    would_change: list[LevelShortfallView]
    policy_version_id: PolicyVersionId
    is_automatic: bool = Field(description="Whether the rules decided, and no person.")
    decided_at: Instant
    appealed_at: Instant | None
    appeal_statement: str | None
    appeal_outcome: LevelAppealOutcome | None
    appeal_answer: str | None
    appeal_decided_at: Instant | None

    @classmethod
    def of(cls, made: LevelDecision) -> Self:
        """A decision, without who made it."""
        row = {name: getattr(made, name) for name in cls.model_fields if hasattr(made, name)}
        return cls(
            **row,
            season=LevelSeasonView(**made.inputs["season"]),
            rules=made.inputs["rules"],
            is_automatic=made.decided_by is None,
        )
