"""Contributions on the wire: what is claimed, what became of it, and what a market gives for which kind."""

from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from api.schemas.common import Instant, Line, Money, RequestBody, Text, View
from domain.contributions import (
    Contribution,
    ContributionFunder,
    ContributionKind,
    ContributionPolicy,
    ContributionState,
    ContributionUnit,
    ContributionVerifier,
    RejectionReason,
    SubjectType,
)
from domain.contributions.claims import ClaimDraft, Evidence
from domain.foundation.ids import (
    AttestationId,
    BookingId,
    CallId,
    CommitmentId,
    ContributionId,
    MarketId,
    OfferId,
    PolicyVersionId,
    ReviewId,
    UserId,
)
from domain.foundation.money import share
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import LINE, TEXT

UnitsMilli = Annotated[
    int,
    Field(ge=1, le=24_000, strict=True, description="Thousandths: 1000 is a piece, or an hour."),
]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s\x00]+$", max_length=500), LINE]
Photo = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of the file, in hexadecimal."),
]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
FactText = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL), TEXT]
FactNumber = Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000, strict=True)]
FactFlag = Annotated[bool, Field(strict=True)]
LongText = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL), TEXT]


class EvidenceDocument(RequestBody):
    """What shows that you did it. Only you, whoever is asked, and moderators can read it."""

    statement: LongText = ""
    links: Annotated[tuple[Link, ...], Field(max_length=20)] = ()
    photos: Annotated[tuple[Photo, ...], Field(max_length=50)] = ()
    facts: Annotated[dict[FactName, FactFlag | FactNumber | FactText], Field(max_length=50)] = Field(
        default_factory=dict
    )

    def evidence(self) -> Evidence:
        """As the domain has it."""
        return Evidence(self.statement, self.links, self.photos, self.facts)


class EvidenceView(View):
    """What was shown; nothing once it was erased."""

    evidence: EvidenceDocument | None


class ContributionSubject(View):
    """What a contribution is about: one of these, or nothing."""

    booking_id: BookingId | None = None
    offer_id: OfferId | None = None
    user_id: UserId | None = None
    review_id: ReviewId | None = None
    attestation_id: AttestationId | None = None

    model_config = ConfigDict(**RequestBody.model_config, json_schema_extra=None)  # it is sent, too

    @model_validator(mode="after")
    def _check_single_subject(self) -> Self:
        if len(self.model_fields_set & {name for name, value in self if value is not None}) > 1:
            raise ValueError("a contribution is about one thing")
        return self

    @property
    def named(self) -> tuple[SubjectType | None, UUID | None]:
        """Its type and id."""
        named = next(((name, value) for name, value in self if value is not None), None)
        return (None, None) if named is None else (SubjectType(named[0].removesuffix("_id")), named[1])


class ContributionRequest(RequestBody):
    """What you say you gave: one piece, or some hours of a day. With or without a call, as you like.

    `wants_thanks_only`: it counts for your standing and earns nothing. `corrects_id` names a claim of yours
    whose place this one takes.
    """

    model_config = RequestBody.example(
        {
            "market_id": "mkt_01jczk3v9hf8gb2h6v1q4nsx7e",
            "kind": "defect_report",
            "title": "The calendar forgets the night of the clock change",
            "evidence": {
                "statement": "Open the calendar on 25 October and look at two o'clock: the hour that comes "
                "twice is shown once, so a slot cannot be booked."
            },
        }
    )

    market_id: MarketId
    kind: ContributionKind
    title: Line
    evidence: EvidenceDocument = EvidenceDocument()
    units_milli: UnitsMilli = 1_000
    subject: ContributionSubject = ContributionSubject()
    call_id: CallId | None = None
    commitment_id: CommitmentId | None = None
    wants_thanks_only: Annotated[bool, Field(strict=True)] = False
    corrects_id: ContributionId | None = None

    def claim(self) -> ClaimDraft:
        """As the domain has it."""
        subject_type, subject_id = self.subject.named
        return ClaimDraft(
            market_id=self.market_id,
            kind=self.kind,
            title=self.title,
            evidence=self.evidence.evidence(),
            units_milli=self.units_milli,
            subject_type=subject_type,
            subject_id=subject_id,
            call_id=self.call_id,
            commitment_id=self.commitment_id,
            wants_thanks_only=self.wants_thanks_only,
            corrects_id=self.corrects_id,
        )


class ContributionView(View):
    """A contribution and what became of it. Units, quality and credits are thousandths."""

    id: ContributionId
    market_id: MarketId
    user_id: UserId
    kind: ContributionKind
    segment: str | None
    title: str
    units_milli: int
    subject: ContributionSubject
    call_id: CallId | None
    commitment_id: CommitmentId | None
    beneficiary_id: UserId | None
    policy_version_id: PolicyVersionId
    wants_thanks_only: bool
    corrects_id: ContributionId | None
    state: ContributionState
    verifier: ContributionVerifier | None
    submitted_at: Instant
    verify_by: Instant | None
    verified_at: Instant | None
    verified_units_milli: int | None
    quality_milli: int | None
    rejected_at: Instant | None
    rejected_reason: RejectionReason | None
    rejected_statement: str | None
    appealed_at: Instant | None
    appeal_statement: str | None
    withdrawn_at: Instant | None
    thanked_at: Instant | None
    credits: int | None
    valued_at: Instant | None
    hold_until: Instant | None
    settled_at: Instant | None
    clawed_back_at: Instant | None
    clawed_back_reason: str | None

    @classmethod
    def of(cls, contribution: Contribution) -> Self:
        """The view of a contribution."""
        row = {name: getattr(contribution, name) for name in cls.model_fields if hasattr(contribution, name)}
        about = (
            {}
            if contribution.subject_type is None
            else {f"{contribution.subject_type}_id": contribution.subject_id}
        )
        return cls(**row, subject=ContributionSubject(**about))


class RejectionAppealRequest(RequestBody):
    """Why a rejection is wrong."""

    model_config = RequestBody.example({"statement": "I was there; the receipt is in the evidence."})

    statement: Text


class ContributionKindView(View):
    """What a market gives for a kind: for the first unit, half as much for the unit after `kappa_milli`.

    Without `segment` it holds wherever no line names one. `first_unit` is what the credits of the first unit,
    when it is good, pay for.
    """

    kind: ContributionKind
    segment: str | None
    unit: ContributionUnit
    base_milli: int
    factor_milli: int
    kappa_milli: int
    cap_milli: int = Field(description="Thousandths of a credit within 30 days, for one person.")
    most_units_milli: int = Field(description="Thousandths of a unit that can be claimed within 30 days.")
    verifier: ContributionVerifier
    hold_days: int
    funder: ContributionFunder
    first_unit: Money | None


class ContributionPolicyView(View):
    """What a market gives for contributions, by kind and segment, and how it comes to know of them."""

    market_id: MarketId
    policy_version_id: PolicyVersionId
    kinds: list[ContributionKindView]
    pool_share_bp: int
    period_days: int
    quorum_seats: int
    silence_hours: int

    @classmethod
    def of(cls, market_id: UUID, version_id: UUID, currency: str, rules: ContributionPolicy | None) -> Self:
        """What is published; a market without such a policy gives nothing, and says so."""
        whole = ContributionPolicy(kinds={}) if rules is None else rules
        return cls(
            market_id=market_id,
            policy_version_id=version_id,
            kinds=_kinds(whole, currency),
            pool_share_bp=0 if rules is None else whole.pool.share_bp,
            period_days=whole.pool.period_days,
            quorum_seats=whole.quorum.seats,
            silence_hours=whole.counterparty.silence_hours,
        )


def _kinds(rules: ContributionPolicy, currency: str) -> list[ContributionKindView]:
    """A line for each kind, and one more for each segment in which something else holds for it."""
    everywhere = [_kind(rules, kind, None, currency) for kind in rules.kinds]
    special = [
        _kind(rules, kind, segment, currency)
        for segment, its in rules.segments.items()
        for kind in dict.fromkeys([*rules.kinds, *its.kinds])
    ]
    return sorted(everywhere + special, key=lambda line: (line.kind, line.segment or ""))


def _kind(
    rules: ContributionPolicy, kind: ContributionKind, segment: str | None, currency: str
) -> ContributionKindView:
    line = rules.kind_rules(kind, segment)
    assert line is not None  # noqa: S101 -- only what the policy names is asked for
    factor = rules.segment_factor_milli(segment)
    worth = None
    if rules.credits is not None and line.base_milli:
        credits_milli = share(line.base_milli, factor, 1_000)
        worth = Money(amount=share(credits_milli, rules.credits.value_amount, 1_000), currency=currency)
    fields: Mapping[str, object] = line.model_dump()
    return ContributionKindView.model_validate(
        {**fields, "kind": kind, "segment": segment, "factor_milli": factor, "first_unit": worth}
    )
