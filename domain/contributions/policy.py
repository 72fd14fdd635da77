"""The contribution rules of a market: the document `contributions` of its policy, read and checked.

An empty document means no contributions at all. Units, credits, factors and quality are thousandths
(`_milli`), shares basis points (`_bp`). The sections `tasks` and `credits` are pricing's, which reads them
itself; without one a market has none of what it is about. A field may be added with a default that means what
was so before; none is renamed or removed.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)

from domain.contributions.kinds import ABOUT_A_BOOKING, ContributionKind, Funder, Unit, Verifier
from domain.contributions.privileges import Level, Privilege
from domain.contributions.standard import STANDARD_KINDS
from domain.foundation.logging import get_logger
from domain.markets import PolicyVersion
from domain.pricing import CreditRules, TaskRules

MOST_KNOWN = 1_000  # policy versions that a process keeps in mind; more are seldom in use
# A tenth of what the market earned: what is given back never eats what keeps the market running.
MOST_POOL_BP = 1_000

Milli = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]
Segment = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Days = Annotated[int, Field(ge=0, le=365, strict=True)]
Hours = Annotated[int, Field(ge=1, le=30 * 24, strict=True)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KindRules(_Value):
    """What a kind is worth here: `base_milli` credits for the first unit, half of it for the unit after κ.

    `cap_milli`: credits that a cluster of identities can earn with it in 30 days. `most_units_milli`: units
    that a person can claim in 30 days. `hold_days`: how long credits are held before they can be spent.
    """

    unit: Unit = Unit.PIECE
    base_milli: Milli = 0
    kappa_milli: Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)] = 1_000
    cap_milli: Milli = 0
    most_units_milli: Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)]
    verifier: Verifier
    hold_days: Days = 7
    funder: Funder = Funder.POOL

    @model_validator(mode="after")
    def _refuse_worth_that_nobody_pays(self) -> Self:
        if self.funder in {Funder.NOBODY, Funder.HOURS} and (self.base_milli or self.cap_milli):
            raise ValueError("what is thanked, or paid in hours, has no base and no cap in credits")
        if (self.funder is Funder.HOURS) != (self.unit is Unit.HOUR):
            raise ValueError("hours are paid with hours, and nothing else is")
        return self


class SegmentRules(_Value):
    """What is different where the provider is of a segment: a factor for all kinds, and whole kinds."""

    factor_milli: Annotated[int, Field(ge=0, le=3_000, strict=True)] = 1_000
    kinds: Mapping[ContributionKind, KindRules] = Field(default_factory=dict)


class Pool(_Value):
    """Out of what credits are given: a share of the last period's net fees, divided when a period ends.

    A week is short enough to remember what one did, and long enough for a pool of more than coins.
    """

    share_bp: Annotated[int, Field(ge=0, le=MOST_POOL_BP, strict=True)] = MOST_POOL_BP
    period_days: Annotated[int, Field(ge=1, le=92, strict=True)] = 7


class Quorum(_Value):
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
    def _refuse_even_numbers(self) -> Self:
        if self.seats % 2 == 0:
            raise ValueError("a quorum has an odd number of seats, so that it has a middle")
        return self


class Counterparty(_Value):
    """How the other person is asked: two notices, and silence after `silence_hours` is a yes."""

    first_notice_hours: Hours = 24
    second_notice_hours: Hours = 48
    silence_hours: Hours = 72

    @model_validator(mode="after")
    def _refuse_silence_before_the_notices(self) -> Self:
        if not self.first_notice_hours < self.second_notice_hours < self.silence_hours:
            raise ValueError("the notices come one after the other, and both before silence counts")
        return self


class HourRules(_Value):
    """How far hours may lean, in minutes: ten taken before any is given, forty given before some are taken.

    The ledger holds these; a market may be narrower. A claim of hours waits `answer_hours` for the other
    side's word, a week as people meet; then it ends and nothing passes.
    """

    least_minutes: Annotated[int, Field(ge=-600, le=0, strict=True)] = -600
    most_minutes: Annotated[int, Field(ge=0, le=2_400, strict=True)] = 2_400
    answer_hours: Hours = 168


class PatronageRules(_Value):
    """How a surplus is split: everybody's service fees and commissions, each times its weight.

    Alike by default: a unit of money that a customer's fee brought is worth what a provider's commission is.
    """

    fee_weight: Annotated[int, Field(ge=0, le=100, strict=True)] = 1
    commission_weight: Annotated[int, Field(ge=0, le=100, strict=True)] = 1

    @model_validator(mode="after")
    def _refuse_to_weigh_nothing(self) -> Self:
        if not self.fee_weight + self.commission_weight:
            raise ValueError("a surplus is split by something")
        return self


class PayoutRules(_Value):
    """Whether credits are paid out as money. Off: what is given beyond the paid work is no wage."""

    offered: StrictBool = False


class LevelRules(_Value):
    """What a level asks for within the window; for how many people and on how many days follows from it."""

    contributions: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    standing: Annotated[float, Field(ge=0, le=1_000)] = 0.0


class Levels(_Value):
    """L1 to L4 in their order. Public leader-boards are off: they make a gift a race.

    `may` gives a job from another level on than usually; which jobs there are is no market's to invent.
    """

    rules: Annotated[tuple[LevelRules, ...], Field(min_length=4, max_length=4)] = (
        LevelRules(contributions=3),
        LevelRules(contributions=12, standing=0.1),
        LevelRules(contributions=30, standing=0.5),
        LevelRules(contributions=60, standing=1.0),
    )
    may: Mapping[Privilege, Level] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _refuse_levels_that_go_down(self) -> Self:
        for lower, higher in pairwise(self.rules):
            if higher.contributions < lower.contributions or higher.standing < lower.standing:
                raise ValueError("a higher level never asks for less")
        return self


class ContributionPolicy(_Value):
    """All that a market has decided about what is given beyond the paid work."""

    tasks: TaskRules | None = None
    credits: CreditRules | None = None
    kinds: Mapping[ContributionKind, KindRules] = Field(default_factory=lambda: _STANDARD)
    segments: Mapping[Segment, SegmentRules] = Field(default_factory=dict)
    pool: Pool = Pool()
    quorum: Quorum = Quorum()
    counterparty: Counterparty = Counterparty()
    hours: HourRules = HourRules()
    patronage: PatronageRules = PatronageRules()
    payout: PayoutRules = PayoutRules()
    levels: Levels = Levels()
    open_calls: Annotated[int, Field(ge=1, le=100, strict=True)] = 5

    @model_validator(mode="after")
    def _refuse_to_pay_for_patience(self) -> Self:
        named = [self.kinds, *(segment.kinds for segment in self.segments.values())]
        paid = [kinds.get(ContributionKind.PATIENCE) for kinds in named]
        if any(rules is not None and rules.funder is not Funder.NOBODY for rules in paid):
            raise ValueError("patience is thanked and never paid, so that it buys no silence")
        return self

    @model_validator(mode="after")
    def _refuse_to_take_from_no_booking(self) -> Self:
        named = [self.kinds, *(segment.kinds for segment in self.segments.values())]
        funded = {kind for kinds in named for kind, its in kinds.items() if its.funder is Funder.BOOKING_FEE}
        if unbound := sorted(funded - ABOUT_A_BOOKING):
            raise ValueError(f"no booking bears what is never about one: {', '.join(unbound)}")
        return self

    def rules_of(self, kind: ContributionKind, segment: str | None) -> KindRules | None:
        """What holds for a kind in a segment; None where it is none of this market's."""
        special = self.segments.get(segment or "", SegmentRules()).kinds
        return special.get(kind, self.kinds.get(kind))

    def takes(self, kind: ContributionKind) -> bool:
        """Whether this market takes a kind in any segment."""
        return kind in self.kinds or any(kind in segment.kinds for segment in self.segments.values())

    def factor_of(self, segment: str | None) -> int:
        """The segment's factor, in thousandths."""
        return self.segments.get(segment or "", SegmentRules()).factor_milli


def read(document: Mapping[str, Any]) -> ContributionPolicy | None:
    """The rules a market's policy holds; None where it has none. Raises pydantic's error for what is none."""
    return ContributionPolicy.model_validate(document) if document else None


def rules_of(version: PolicyVersion) -> ContributionPolicy | None:
    """The rules of a policy version, read once. One that nobody can read has none."""
    if version.id not in _read:
        if len(_read) >= MOST_KNOWN:
            _read.clear()
        _read[version.id] = _readable(version)
    return _read[version.id]


def _readable(version: PolicyVersion) -> ContributionPolicy | None:
    try:
        return read(version.rules.contributions)
    except ValidationError as error:
        told = {"policy_version_id": str(version.id), "errors": error.error_count()}
        get_logger("contributions").error("policy_unreadable", **told)
        return None


_STANDARD: Mapping[ContributionKind, KindRules] = {
    kind: KindRules.model_validate(rules) for kind, rules in STANDARD_KINDS.items()
}
_read: dict[UUID, ContributionPolicy | None] = {}
