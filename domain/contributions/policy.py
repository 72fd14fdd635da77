"""The contribution rules of a market: the document `contributions` of its policy, read and checked.

An empty document means no contributions at all. Units, credits, factors and quality are thousandths
(`_milli`), shares basis points (`_bp`). The sections `tasks` and `credits` are pricing's, which reads them
itself; without one a market has none of what it is about. A field may be added with a default that means what
was so before; none is renamed or removed.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from domain.contributions.default_kinds import DEFAULT_KINDS
from domain.contributions.kinds import (
    ABOUT_A_BOOKING,
    ContributionFunder,
    ContributionKind,
    ContributionUnit,
    ContributionVerifier,
)
from domain.credits import PatronageRules, PayoutRules
from domain.foundation.logging import get_logger
from domain.hours import HourRules
from domain.markets import PolicyVersion
from domain.pricing import CreditRules, TaskRules
from domain.standing import LevelsPolicy

MAX_CACHED_VERSIONS = 1_000  # policy versions that a process keeps in mind; more are seldom in use
# A tenth of what the market earned: what is given back never eats what keeps the market running.
MAX_POOL_BP = 1_000

Milli = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
Segment = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Days = Annotated[int, Field(ge=0, le=365, strict=True)]
Hours = Annotated[int, Field(ge=1, le=30 * 24, strict=True)]


class _PolicyModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindRules(_PolicyModel):
    """What a kind is worth here: `base_milli` credits for the first unit, half of it for the unit after κ.

    `cap_milli`: credits that a cluster of identities can earn with it in 30 days. `most_units_milli`: units
    that a person can claim in 30 days. `hold_days`: how long credits are held before they can be spent.
    """

    unit: ContributionUnit = ContributionUnit.PIECE
    base_milli: Milli = 0
    kappa_milli: Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)] = 1_000
    cap_milli: Milli = 0
    most_units_milli: Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)]
    verifier: ContributionVerifier
    hold_days: Days = 7
    funder: ContributionFunder = ContributionFunder.POOL

    @model_validator(mode="after")
    def _check_funder_and_unit(self) -> Self:
        if self.funder in {ContributionFunder.NOBODY, ContributionFunder.HOURS} and (
            self.base_milli or self.cap_milli
        ):
            raise ValueError("what is thanked, or paid in hours, has no base and no cap in credits")
        if (self.funder is ContributionFunder.HOURS) != (self.unit is ContributionUnit.HOUR):
            raise ValueError("hours are paid with hours, and nothing else is")
        return self


class SegmentRules(_PolicyModel):
    """What is different where the provider is of a segment: a factor for all kinds, and whole kinds."""

    factor_milli: Annotated[int, Field(ge=0, le=3_000, strict=True)] = 1_000
    kinds: Mapping[ContributionKind, KindRules] = Field(default_factory=dict)


class PoolRules(_PolicyModel):
    """Out of what credits are given: a share of the last period's net fees, divided when a period ends.

    A week is short enough to remember what one did, and long enough for a pool of more than coins.
    """

    share_bp: Annotated[int, Field(ge=0, le=MAX_POOL_BP, strict=True)] = MAX_POOL_BP
    period_days: Annotated[int, Field(ge=1, le=92, strict=True)] = 7


class QuorumRules(_PolicyModel):
    """Who is drawn to look at what nobody in particular can confirm, and how long they have.

    Three can be outvoted and none decides alone; an even number would have no middle. Eligible is who was a
    party of a completed booking in the last `active_days`, whose account is `account_days` old and whose
    standing reaches `least_standing_milli` of the usual one: a tenth is more than a circle gets that nobody
    else knows. Where too few are, moderators decide. Nobody owes an answer: who is silent for `answer_hours`
    is replaced.
    """

    seats: Annotated[int, Field(ge=1, le=9, strict=True)] = 3
    answer_hours: Hours = 72
    active_days: Annotated[int, Field(ge=1, le=3_650, strict=True)] = 365
    account_days: Days = 30
    least_standing_milli: Milli = 100

    @model_validator(mode="after")
    def _check_seats_odd(self) -> Self:
        if self.seats % 2 == 0:
            raise ValueError("a quorum has an odd number of seats, so that it has a middle")
        return self


class CounterpartyRules(_PolicyModel):
    """How the other person is asked: two notices, and silence after `silence_hours` is a yes."""

    first_notice_hours: Hours = 24
    second_notice_hours: Hours = 48
    silence_hours: Hours = 72

    @model_validator(mode="after")
    def _check_notice_order(self) -> Self:
        if not self.first_notice_hours < self.second_notice_hours < self.silence_hours:
            raise ValueError("the notices come one after the other, and both before silence counts")
        return self


class ContributionPolicy(_PolicyModel):
    """All that a market has decided about what is given beyond the paid work."""

    tasks: TaskRules | None = None
    credits: CreditRules | None = None
    kinds: Mapping[ContributionKind, KindRules] = Field(default_factory=lambda: _DEFAULT_KINDS)
    segments: Mapping[Segment, SegmentRules] = Field(default_factory=dict)
    pool: PoolRules = PoolRules()
    quorum: QuorumRules = QuorumRules()
    counterparty: CounterpartyRules = CounterpartyRules()
    hours: HourRules = HourRules()
    patronage: PatronageRules = PatronageRules()
    payout: PayoutRules = PayoutRules()
    levels: LevelsPolicy = LevelsPolicy()
    open_calls: Annotated[int, Field(ge=1, le=100, strict=True)] = 5

    @model_validator(mode="after")
    def _check_patience_unpaid(self) -> Self:
        named = [self.kinds, *(segment.kinds for segment in self.segments.values())]
        paid = [kinds.get(ContributionKind.PATIENCE) for kinds in named]
        if any(rules is not None and rules.funder is not ContributionFunder.NOBODY for rules in paid):
            raise ValueError("patience is thanked and never paid, so that it buys no silence")
        return self

    @model_validator(mode="after")
    def _check_fee_funded_kinds(self) -> Self:
        named = [self.kinds, *(segment.kinds for segment in self.segments.values())]
        funded = {
            kind
            for kinds in named
            for kind, its in kinds.items()
            if its.funder is ContributionFunder.BOOKING_FEE
        }
        if unbound := sorted(funded - ABOUT_A_BOOKING):
            raise ValueError(f"no booking bears what is never about one: {', '.join(unbound)}")
        return self

    def kind_rules(self, kind: ContributionKind, segment: str | None) -> KindRules | None:
        """What holds for a kind in a segment; None where it is none of this market's."""
        special = self.segments.get(segment or "", SegmentRules()).kinds
        return special.get(kind, self.kinds.get(kind))

    def accepts(self, kind: ContributionKind) -> bool:
        """Whether this market takes a kind in any segment."""
        return kind in self.kinds or any(kind in segment.kinds for segment in self.segments.values())

    def segment_factor_milli(self, segment: str | None) -> int:
        """The segment's factor, in thousandths."""
        return self.segments.get(segment or "", SegmentRules()).factor_milli


def parse_policy(document: Mapping[str, Any]) -> ContributionPolicy | None:
    """The rules a market's policy holds; None where it has none. Raises pydantic's error for what is none."""
    return ContributionPolicy.model_validate(document) if document else None


def policy_of_version(version: PolicyVersion) -> ContributionPolicy | None:
    """The rules of a policy version, read once. One that nobody can read has none."""
    if version.id not in _parsed_policies:
        if len(_parsed_policies) >= MAX_CACHED_VERSIONS:
            _parsed_policies.clear()
        _parsed_policies[version.id] = _parse_or_log(version)
    return _parsed_policies[version.id]


def _parse_or_log(version: PolicyVersion) -> ContributionPolicy | None:
    try:
        return parse_policy(version.rules.contributions)
    except ValidationError as error:
        fields = {"policy_version_id": str(version.id), "errors": error.error_count()}
        get_logger("contributions").error("policy_unreadable", **fields)
        return None


_DEFAULT_KINDS: Mapping[ContributionKind, KindRules] = {
    kind: KindRules.model_validate(rules) for kind, rules in DEFAULT_KINDS.items()
}
_parsed_policies: dict[UUID, ContributionPolicy | None] = {}
