"""The tables of contributions: claims and their evidence, attestations and draws, calls and commitments.

A claim's parties, kind, units and instants never change; only its life does. Evidence stands in a table of
its own, so that reading a contribution does not read what its contributor told about themselves.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from domain.contributions.kinds import (
    REPEATING,
    AttestationRole,
    AttestationState,
    CallState,
    CommitmentState,
    ContributionKind,
    ContributionState,
    ContributionVerifier,
    RejectionReason,
    SubjectType,
)
from domain.foundation.persistence.tables import (
    Table,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)

_ONCE_ABOUT_A_SUBJECT = (
    "subject_id IS NOT NULL AND corrects_id IS NULL AND state NOT IN ('withdrawn', 'rejected_for_good') "
    f"AND kind NOT IN ({', '.join(repr(kind) for kind in REPEATING)})"
)


def _thousandths(*, nullable: bool = False) -> Any:  # noqa: ANN401 -- as SQLModel's Field
    column: Column[int] = Column(BigInteger, nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _words(*, nullable: bool = True) -> Any:  # noqa: ANN401 -- as SQLModel's Field
    column: Column[str] = Column(Text, nullable=nullable)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


# One row means: this person says that they gave this, and so far this became of it.
class Contribution(Table, table=True):
    """A claim. Units are thousandths (of pieces or hours), quality goes from 0 to 1,500, credits are CRD.

    `draw_id` is what attesters are drawn by: the claim's own id, or that of the claim it repeats. `segment`
    follows from the subject's provider, else from the contributor's own profile; nobody chooses it.
    `verifier` is whose word it waits for now.
    """

    __tablename__ = "contributions"
    __table_args__ = (
        UniqueConstraint("id", "user_id", name="contributions_know_their_contributor"),
        CheckConstraint("units_milli > 0", name="contributions_have_units"),
        CheckConstraint(
            "verified_units_milli BETWEEN 0 AND units_milli", name="no_more_is_verified_than_was_claimed"
        ),
        CheckConstraint("quality_milli BETWEEN 0 AND 1500", name="qualities_go_to_one_and_a_half"),
        CheckConstraint("credits >= 0", name="contributions_earn_no_negative_credits"),
        CheckConstraint("(subject_type IS NULL) = (subject_id IS NULL)", name="subjects_have_a_type"),
        CheckConstraint("beneficiary_id <> user_id", name="nobody_benefits_from_their_own_contribution"),
        CheckConstraint("kind <> 'patience' OR wants_thanks_only", name="patience_is_never_paid"),
        CheckConstraint(
            "NOT wants_thanks_only OR coalesce(credits, 0) = 0", name="thanks_alone_earn_no_credits"
        ),
        CheckConstraint("corrects_id <> id", name="contributions_correct_another_one"),
        CheckConstraint(
            "(verified_at IS NULL) = (verified_units_milli IS NULL) "
            "AND (verified_at IS NULL) = (quality_milli IS NULL)",
            name="contributions_are_verified_whole",
        ),
        CheckConstraint(
            "verified_at IS NOT NULL "
            "OR state NOT IN ('verified', 'thanked', 'valued', 'held', 'settled', 'clawed_back')",
            name="nothing_unverified_is_worth_anything",
        ),
        CheckConstraint(
            "(rejected_at IS NULL) = (rejected_reason IS NULL)",
            name="contributions_are_rejected_for_a_reason",
        ),
        CheckConstraint(
            "(appealed_at IS NULL) = (appeal_statement IS NULL)",
            name="contributions_are_appealed_with_a_statement",
        ),
        CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawing_has_an_instant"
        ),
        CheckConstraint(
            "(state = 'clawed_back') = (clawed_back_at IS NOT NULL)", name="clawing_back_has_an_instant"
        ),
        Index(
            "the_same_evidence_counts_once",
            "market_id",
            "evidence_hash",
            unique=True,
            postgresql_where=text("corrects_id IS NULL AND state <> 'withdrawn'"),
        ),
        Index(
            "a_subject_is_claimed_once",
            "user_id",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text(_ONCE_ABOUT_A_SUBJECT),
        ),
        Index(
            "a_person_is_referred_once",
            "market_id",
            "subject_id",
            unique=True,
            postgresql_where=text("kind = 'referral' AND state NOT IN ('withdrawn', 'rejected_for_good')"),
        ),
        Index(
            "a_contribution_is_corrected_once",
            "corrects_id",
            unique=True,
            postgresql_where=text("state NOT IN ('withdrawn', 'rejected_for_good')"),
        ),
        Index("contributions_of_a_person", "user_id", "id"),
        Index("contributions_counted", "market_id", "user_id", "kind", "submitted_at"),
        Index("contributions_in_a_state", "market_id", "state", "id"),
        Index(
            "contributions_waiting",
            "state",
            "id",
            postgresql_where=text("state IN ('submitted', 'checked', 'awaiting_verification', 'appealed')"),
        ),
        Index("contributions_verified", "market_id", "verified_at", "id"),
        CheckConstraint(
            "state <> 'awaiting_verification' OR verifier IS NOT NULL",
            name="somebody_is_asked_to_verify",
        ),
        Index("contributions_rejected", "rejected_at", postgresql_where=text("state = 'rejected'")),
        {"comment": "One row means: this person says that they gave this, and so far this became of it."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    user_id: UUID = reference("users.id")
    kind: ContributionKind = enum_column(ContributionKind, "contribution_kinds_known")
    segment: str | None = Field(default=None, sa_column=Column(String(60), nullable=True))
    units_milli: int = _thousandths()
    call_id: UUID | None = reference("calls.id", nullable=True, index=True)
    commitment_id: UUID | None = reference("commitments.id", nullable=True, index=True)
    subject_type: SubjectType | None = enum_column(SubjectType, "contribution_subjects_known", nullable=True)
    # No foreign key: the subject's table is told by its type, and a review's stands beside this floor.
    subject_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True, index=True))
    beneficiary_id: UUID | None = reference("users.id", nullable=True, index=True)
    title: str = Field(sa_column=Column(String(200), nullable=False))
    evidence_hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    draw_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    policy_version_id: UUID = reference("policy_versions.id")
    wants_thanks_only: bool = Field(sa_column=Column(Boolean, nullable=False))
    corrects_id: UUID | None = reference("contributions.id", nullable=True)
    state: ContributionState = enum_column(
        ContributionState, "contribution_states_known", default=ContributionState.SUBMITTED
    )
    submitted_at: datetime = instant()
    checked_at: datetime | None = instant(nullable=True)
    verifier: ContributionVerifier | None = enum_column(
        ContributionVerifier, "contribution_verifiers_known", nullable=True
    )
    verify_by: datetime | None = instant(nullable=True)
    verified_at: datetime | None = instant(nullable=True)
    verified_units_milli: int | None = _thousandths(nullable=True)
    quality_milli: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    rejected_at: datetime | None = instant(nullable=True)
    rejected_reason: RejectionReason | None = enum_column(
        RejectionReason, "contribution_rejections_known", nullable=True
    )
    rejected_statement: str | None = _words()
    appealed_at: datetime | None = instant(nullable=True)
    appeal_statement: str | None = _words()
    withdrawn_at: datetime | None = instant(nullable=True)
    thanked_at: datetime | None = instant(nullable=True)
    # What it was worth, and what became of that.
    period_id: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True, index=True))
    credits: int | None = _thousandths(nullable=True)
    valued_at: datetime | None = instant(nullable=True)
    hold_until: datetime | None = instant(nullable=True)
    settled_at: datetime | None = instant(nullable=True)
    clawed_back_at: datetime | None = instant(nullable=True)
    clawed_back_reason: str | None = Field(default=None, sa_column=Column(String(60), nullable=True))


forbid_changes(
    Contribution,
    except_columns=(
        "state", "checked_at", "verifier", "verify_by", "verified_at", "verified_units_milli",
        "quality_milli", "rejected_at", "rejected_reason", "rejected_statement", "appealed_at",
        "appeal_statement",
        "withdrawn_at", "thanked_at", "period_id", "credits", "valued_at", "hold_until", "settled_at",
        "clawed_back_at", "clawed_back_reason",
    ),
)  # fmt: skip


# One row means: the contributor showed this, to attesters and moderators alone.
class ContributionEvidence(Table, table=True):
    """What shows that a contribution was made. It is told voluntarily: nothing else may read this table."""

    __tablename__ = "contribution_evidence"
    __table_args__ = (
        CheckConstraint("(document IS NULL) = (erased_at IS NOT NULL)", name="evidence_stays_until_erased"),
        {"comment": "One row means: the contributor showed this, to attesters and moderators alone."},
    )
    contribution_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("contributions.id"), primary_key=True))
    document: dict[str, Any] | None = document(nullable=True)
    erased_at: datetime | None = instant(nullable=True)


forbid_changes(ContributionEvidence, except_columns=("document", "erased_at"))


# One row means: for this contribution these people were drawn, in this order.
class ContributionDraw(Table, table=True):
    """A draw, as an auditor recomputes it: who has the smallest SHA-256 of seed and id comes first.

    `ranked` holds the ids of the first of `eligible` people; who is silent or declines is replaced down the
    list, never by drawing again.
    """

    __tablename__ = "contribution_draws"
    __table_args__ = (
        CheckConstraint("eligible >= 0", name="draws_count_who_was_eligible"),
        CheckConstraint("octet_length(seed) = 32", name="draws_have_a_whole_seed"),
        {"comment": "One row means: for this contribution these people were drawn, in this order."},
    )
    contribution_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("contributions.id"), primary_key=True))
    seed: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    eligible: int = Field(sa_column=Column(Integer, nullable=False))
    ranked: list[str] = document()
    drawn_at: datetime = instant()


forbid_changes(ContributionDraw)


# One row means: this person was asked whether it happened, and so they answered.
class Attestation(Table, table=True):
    """One asking. Without an attester we saw it ourselves. `seat` is a chair of the quorum, from 1.

    `due_at` is when the clock acts next: it reminds, takes silence for a yes, or asks somebody else.
    """

    __tablename__ = "attestations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contribution_id", "contributor_id"],
            ["contributions.id", "contributions.user_id"],
            name="attestations_know_the_contributor",
        ),
        CheckConstraint("attester_id <> contributor_id", name="nobody_attests_their_own"),
        CheckConstraint("(role = 'system') = (attester_id IS NULL)", name="people_attest_by_name"),
        CheckConstraint("quality_milli BETWEEN 0 AND 1500", name="attested_qualities_go_to_one_and_a_half"),
        CheckConstraint("units_milli >= 0", name="attested_units_are_not_negative"),
        CheckConstraint(
            "(state IN ('confirmed', 'confirmed_by_silence')) = (quality_milli IS NOT NULL) "
            "AND (quality_milli IS NULL) = (units_milli IS NULL)",
            name="confirmations_say_how_good_it_was",
        ),
        CheckConstraint("(state = 'rejected') = (reason IS NOT NULL)", name="rejections_say_why"),
        CheckConstraint(
            "(state = 'asked') = (answered_at IS NULL)", name="attestations_are_answered_at_an_instant"
        ),
        CheckConstraint(
            "(state = 'asked') = (due_at IS NOT NULL)", name="attestations_wait_for_the_clock_until_answered"
        ),
        CheckConstraint("notices BETWEEN 0 AND 2", name="attesters_are_reminded_twice"),
        CheckConstraint(
            "state <> 'confirmed_by_silence' OR (role = 'counterparty' AND notices = 2)",
            name="only_two_notices_make_silence_a_yes",
        ),
        CheckConstraint("(role = 'quorum') = (seat IS NOT NULL)", name="a_quorum_has_seats"),
        UniqueConstraint("contribution_id", "attester_id", name="nobody_attests_twice"),
        Index(
            "a_seat_is_taken_once",
            "contribution_id",
            "seat",
            unique=True,
            postgresql_where=text("state NOT IN ('replaced', 'declined')"),
        ),
        Index("attestations_of_a_person", "attester_id", "id"),
        Index("attestations_for_a_person", "contributor_id", "assigned_at"),
        Index("attestations_due", "due_at", postgresql_where=text("state = 'asked'")),
        {"comment": "One row means: this person was asked whether it happened, and so they answered."},
    )
    id: UUID = primary_key()
    contribution_id: UUID = Field(sa_column=Column(Uuid, nullable=False, index=True))
    contributor_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    attester_id: UUID | None = reference("users.id", nullable=True)
    role: AttestationRole = enum_column(AttestationRole, "attestation_roles_known")
    seat: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    state: AttestationState = enum_column(
        AttestationState, "attestation_states_known", default=AttestationState.ASKED
    )
    quality_milli: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    units_milli: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reason: RejectionReason | None = enum_column(RejectionReason, "attestation_reasons_known", nullable=True)
    statement: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    assigned_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    notices: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    noticed_at: datetime | None = instant(nullable=True)
    answered_at: datetime | None = instant(nullable=True)


forbid_changes(
    Attestation,
    except_columns=(
        "state", "quality_milli", "units_milli", "reason", "statement", "due_at", "notices",
        "noticed_at", "answered_at",
    ),
)  # fmt: skip


# One row means: somebody asks for contributions of a kind.
class Call(Table, table=True):
    """A call. `promised` counts promises that stand or were kept, and never passes `wanted` where that is.

    `is_of_the_market` tells that staff asked for the market: then nobody in particular benefits.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("wanted > 0", name="calls_want_somebody"),
        CheckConstraint("promised >= 0", name="calls_count_what_was_promised"),
        CheckConstraint("promised <= wanted", name="calls_take_no_more_than_they_want"),
        CheckConstraint("closes_at > opened_at", name="calls_close_after_they_open"),
        CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name="calls_are_closed_at_an_instant"
        ),
        Index("calls_open", "market_id", "id", postgresql_where=text("state = 'open'")),
        Index("calls_to_close", "closes_at", postgresql_where=text("state = 'open'")),
        Index("calls_of_a_person", "asked_by", "state"),
        {"comment": "One row means: somebody asks for contributions of a kind."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    kind: ContributionKind = enum_column(ContributionKind, "call_kinds_known")
    asked_by: UUID = reference("users.id")
    is_of_the_market: bool = Field(sa_column=Column(Boolean, nullable=False))
    title: str = Field(sa_column=Column(String(200), nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    wanted: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    promised: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    state: CallState = enum_column(CallState, "call_states_known", default=CallState.OPEN)
    opened_at: datetime = instant()
    closes_at: datetime | None = instant(nullable=True)
    closed_at: datetime | None = instant(nullable=True)


forbid_changes(Call, except_columns=("promised", "state", "closed_at"))


# One row means: this person said they would answer a call, bound by nothing.
class Commitment(Table, table=True):
    """A promise that binds nobody. No other table counts or reads how these end."""

    __tablename__ = "commitments"
    __table_args__ = (
        CheckConstraint("(state = 'promised') = (ended_at IS NULL)", name="commitments_end_at_an_instant"),
        Index(
            "a_call_is_answered_once_at_a_time",
            "call_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'promised'"),
        ),
        Index("commitments_of_a_person", "user_id", "id"),
        {"comment": "One row means: this person said they would answer a call, bound by nothing."},
    )
    id: UUID = primary_key()
    call_id: UUID = reference("calls.id", index=True)
    user_id: UUID = reference("users.id")
    note: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    state: CommitmentState = enum_column(
        CommitmentState, "commitment_states_known", default=CommitmentState.PROMISED
    )
    promised_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)


forbid_changes(Commitment, except_columns=("state", "ended_at"))


# One row means: the system saw for itself that this person did this.
class ObservedAction(Table, table=True):
    """What a fact from elsewhere told, by which a claim is verified without asking anybody."""

    __tablename__ = "contribution_seen_deeds"
    __table_args__ = ({"comment": "One row means: the system saw for itself that this person did this."},)
    kind: ContributionKind = Field(sa_column=Column(String(40), primary_key=True))
    # No foreign key: what was done is told by its kind, and stands beside this floor.
    subject_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    user_id: UUID = reference("users.id")
    seen_at: datetime = instant()
