"""What contributions are worth, on the wire: explanations, traces, credits taken back, referrals, signals."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, JsonValue, RootModel, StringConstraints

from api.schemas.common import Currency, Instant, RequestBody, Text, View
from domain.contributions import AttestationRole, ContributionKind, ContributionState
from domain.contributions.explanations import ContributionTrace
from domain.contributions.integrity import ContributionSignalKind, ContributionSignalOutcome
from domain.contributions.referrals import ReferralEnd
from domain.contributions.valuation import ClawBackOutcome, ClawBackReason
from domain.foundation.ids import (
    BookingId,
    ClawBackId,
    ContributionId,
    ContributionPeriodId,
    ContributionSignalId,
    EntryId,
    MarketId,
    PolicyVersionId,
    PostingId,
    PotId,
    ReferralId,
    UserId,
)
from domain.ledger import AccountKind

Thousandths = Annotated[int, Field(strict=True, description="Thousandths of a credit.", examples=[4765])]


class ContributionPeriodView(View):
    """A closed period: what the market earned net before it, the pool that made, and what was given."""

    id: ContributionPeriodId
    market_id: MarketId
    number: int
    start_at: Instant
    end_at: Instant
    policy_version_id: PolicyVersionId
    currency: Currency
    fees_amount: int = Field(description="Net fees of as long a time before, in minor units.")
    share_bp: int
    value_amount: int = Field(description="Minor units that one credit pays for.")
    pool: Thousandths
    raw_nano: int = Field(description="What all that the pool pays was worth, in billionths of a credit.")
    given: Thousandths
    claims: int


class RoleAnswersView(View):
    """What those of one role said; nobody is named."""

    role: AttestationRole
    confirmed: int
    by_silence: int
    rejected: int
    qualities_milli: list[int]


class CreditCorrectionView(View):
    """Credits that were taken back, why, what became of an appeal, and when they came back if they did."""

    claw_back_id: ClawBackId
    credits: Thousandths
    reason: ClawBackReason
    statement: str | None
    decided_at: Instant
    appealed_at: Instant | None
    outcome: ClawBackOutcome | None
    restored_at: Instant | None


class ExplainedContributionView(View):
    """The contribution behind a posting. What shows it is named by its fingerprint (SHA-256) alone."""

    contribution_id: ContributionId
    kind: ContributionKind
    segment: str | None
    units_milli: int
    quality_milli: int
    evidence_hash: str
    verified_at: Instant | None
    hold_until: Instant | None
    quorum: list[RoleAnswersView]
    corrections: list[CreditCorrectionView]


class ExplanationDocumentView(View):
    """All that it takes to count a posting again: the rule and factors of its entry, and its own cut."""

    rule: str = Field(examples=["contribution"])
    factors: dict[str, JsonValue]
    cut: dict[str, JsonValue]


class PostingExplanationView(View):
    """Why a posting moved what it moved. `document` alone gives `amount` again."""

    posting_id: PostingId
    entry_id: EntryId
    kind: str
    recorded_at: Instant
    amount: Thousandths
    moved_from: AccountKind
    moved_to: AccountKind
    because: str
    event_type: str
    event_id: UUID = Field(description="The id of what it is about, as a plain UUID.")
    policy_version_id: PolicyVersionId | None
    policy_number: int | None
    contribution: ExplainedContributionView | None
    document: ExplanationDocumentView


class TracedPostingView(View):
    """A posting about a contribution; ask for its explanation."""

    posting_id: PostingId
    kind: str
    recorded_at: Instant
    amount: Thousandths
    moved_from: AccountKind
    moved_to: AccountKind


class CreditUseView(View):
    """Where credits of a contribution went: a booking they paid for, a pot, or their end."""

    entry_id: EntryId
    kind: str
    subject_id: UUID = Field(description="The id of what used them, as a plain UUID.")
    booking_id: BookingId | None = Field(description="The booking that they paid for, if it was one.")
    pot_id: PotId | None = Field(description="The pot into which they were given, if it was one.")
    recorded_at: Instant
    credits: Thousandths


class ValueBreakdownView(RootModel[dict[str, JsonValue]]):
    """How a contribution was valued: every factor of the formula, by its name."""


class ContributionTraceView(View):
    """A contribution between what it rests on and what its credits did."""

    contribution_id: ContributionId
    state: ContributionState
    evidence_hash: str
    quorum: list[RoleAnswersView]
    worth: ValueBreakdownView | None
    corrections: list[CreditCorrectionView]
    postings: list[TracedPostingView]
    used: list[CreditUseView]
    left: Thousandths

    @classmethod
    def of(cls, trace: ContributionTrace) -> Self:
        """A trace with what it is of."""
        return cls(
            contribution_id=trace.contribution.id,
            state=trace.contribution.state,
            evidence_hash=trace.evidence_hash,
            quorum=[RoleAnswersView.model_validate(item) for item in trace.quorum],
            worth=None if trace.worth is None else ValueBreakdownView(trace.worth),
            corrections=[CreditCorrectionView.model_validate(item) for item in trace.corrections],
            postings=[TracedPostingView.model_validate(item) for item in trace.postings],
            used=[CreditUseView.model_validate(item) for item in trace.used],
            left=trace.left,
        )


class ClawBackRequest(RequestBody):
    """Why credits are taken back: read by who loses them, who may appeal for 183 days."""

    model_config = RequestBody.example({"reason": "not_theirs", "statement": "The photos are a catalogue's."})

    reason: Annotated[
        ClawBackReason, Field(description="Not `refunded` or `corrected`: nobody decides those.")
    ]
    statement: Text


class ClawBackView(View):
    """Credits that were taken back."""

    id: ClawBackId
    contribution_id: ContributionId
    credits: Thousandths
    reason: ClawBackReason
    statement: str | None
    booking_id: BookingId | None
    decided_at: Instant
    appealed_at: Instant | None
    appeal_statement: str | None
    appeal_decided_at: Instant | None
    appeal_outcome: ClawBackOutcome | None
    appeal_answer: str | None
    restored_at: Instant | None = Field(
        description="When they came back: an appeal was granted, or the refund that took them did not arrive."
    )


class ClawBackAppealRequest(RequestBody):
    """What the moderator who looks again should know."""

    model_config = RequestBody.example({"statement": "I took them myself."})

    statement: Text


class ClawBackAppealAnswerRequest(RequestBody):
    """What somebody else decided, and why."""

    model_config = RequestBody.example({"outcome": "restored", "statement": "They are yours, we are sorry."})

    outcome: ClawBackOutcome
    statement: Text


class ReferralCodeView(View):
    """The code that somebody hands on in a market."""

    code: str
    market_id: MarketId
    user_id: UserId
    made_at: Instant


class ReferralRequest(RequestBody):
    """By whose code one came."""

    model_config = RequestBody.example({"code": "n4k2t9x0qa"})

    code: Annotated[str, StringConstraints(min_length=10, max_length=10, pattern=r"^[0-9A-Za-z]+$")]


class ReferralView(View):
    """Who brought whom, and what came of it."""

    id: ReferralId
    market_id: MarketId
    referrer_id: UserId
    referred_id: UserId
    referred_at: Instant
    booking_id: BookingId | None
    ended_at: Instant | None
    ended_as: ReferralEnd | None
    contribution_id: ContributionId | None


class ContributionSignalView(View):
    """Something that was noticed, for a person to look at. Nothing follows from it by itself."""

    id: ContributionSignalId
    market_id: MarketId
    watch: ContributionSignalKind
    user_id: UserId
    other_id: UserId | None
    strength: float
    why: str
    evidence: dict[str, JsonValue]
    noticed_at: Instant
    looked_at: Instant | None
    outcome: ContributionSignalOutcome | None
    note: str | None


class SignalAssessmentRequest(RequestBody):
    """What a person made of a signal."""

    model_config = RequestBody.example({"outcome": "harmless", "note": "A family with one tablet."})

    outcome: ContributionSignalOutcome
    note: Text | None = None
