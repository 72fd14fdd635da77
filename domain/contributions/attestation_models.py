"""The tables of attestations: who was drawn, who was asked, and what they answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from domain.contributions.kinds import AttestationRole, AttestationState, RejectionReason
from domain.foundation.persistence.tables import (
    Table,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)


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
