"""The tables of referrals, and of what a person should look at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Double, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from domain.contributions.value_kinds import ReferralEnd, Watch, WatchOutcome
from domain.foundation.persistence.tables import (
    Table,
    document,
    enum_column,
    forbid_changes,
    instant,
    primary_key,
    reference,
)


# One row means: with this code this person invites others to this market.
class ReferralCode(Table, table=True):
    """The one code that somebody hands on in a market."""

    __tablename__ = "referral_codes"
    __table_args__ = (
        UniqueConstraint("market_id", "user_id", name="a_person_has_one_referral_code"),
        CheckConstraint("code ~ '^[0-9a-hjkmnp-tv-z]{10}$'", name="referral_codes_are_ten_characters"),
        {"comment": "One row means: with this code this person invites others to this market."},
    )
    code: str = Field(sa_column=Column(String(10), primary_key=True))
    market_id: UUID = reference("markets.id")
    user_id: UUID = reference("users.id")
    made_at: datetime = instant()


forbid_changes(ReferralCode)


# One row means: this person came to this market by the code of that person, and had booked nothing.
class Referral(Table, table=True):
    """Who referred whom, once. It ends with the first booking completed: claimed, or for a reason not."""

    __tablename__ = "referrals"
    __table_args__ = (
        UniqueConstraint("market_id", "referred_id", name="a_person_is_referred_to_a_market_once"),
        CheckConstraint("referrer_id <> referred_id", name="nobody_refers_themselves"),
        CheckConstraint(
            "(booking_id IS NULL) = (ended_at IS NULL) "
            "AND (contribution_id IS NULL OR ended_as IS NULL) "
            "AND (ended_at IS NOT NULL) = (contribution_id IS NOT NULL OR ended_as IS NOT NULL)",
            name="referrals_end_with_a_claim_or_a_reason",
        ),
        Index("referrals_by_a_person", "referrer_id", "referred_at"),
        Index("referrals_claimed", "contribution_id", unique=True),
        {"comment": "One row means: this person came to this market by the code of that person."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    referred_id: UUID = reference("users.id")
    referrer_id: UUID = reference("users.id")
    referred_at: datetime = instant()
    booking_id: UUID | None = reference("bookings.id", nullable=True)
    ended_at: datetime | None = instant(nullable=True)
    ended_as: ReferralEnd | None = enum_column(ReferralEnd, "referral_ends_known", nullable=True)
    contribution_id: UUID | None = reference("contributions.id", nullable=True)


forbid_changes(Referral, except_columns=("booking_id", "ended_at", "ended_as", "contribution_id"))


# One row means: this was noticed, and a person should look at it.
class ContributionSignal(Table, table=True):
    """Something noticed about somebody, with why. Nothing is taken or closed by it; people decide.

    `other_id` is whom it is about besides, where it is about two. `evidence` holds the numbers that decided.
    """

    __tablename__ = "contribution_signals"
    __table_args__ = (
        CheckConstraint(
            "(looked_at IS NULL) = (looked_by IS NULL) AND (looked_at IS NULL) = (outcome IS NULL)",
            name="signals_are_looked_at_by_somebody",
        ),
        CheckConstraint("other_id <> user_id", name="signals_about_two_are_about_two"),
        Index("signals_to_look_at", "market_id", "id", postgresql_where=text("looked_at IS NULL")),
        Index("signals_about_somebody", "user_id", "watch", "noticed_at"),
        {"comment": "One row means: this was noticed, and a person should look at it."},
    )
    id: UUID = primary_key()
    market_id: UUID = reference("markets.id")
    watch: Watch = enum_column(Watch, "contribution_watches_known")
    user_id: UUID = reference("users.id")
    other_id: UUID | None = reference("users.id", nullable=True)
    strength: float = Field(sa_column=Column(Double, nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    evidence: dict[str, Any] = document()
    noticed_at: datetime = instant()
    looked_at: datetime | None = instant(nullable=True)
    looked_by: UUID | None = reference("users.id", nullable=True)
    outcome: WatchOutcome | None = enum_column(
        WatchOutcome, "contribution_watch_outcomes_known", nullable=True
    )
    note: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


forbid_changes(ContributionSignal, except_columns=("looked_at", "looked_by", "outcome", "note"))
