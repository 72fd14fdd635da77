"""The tables of referral codes and referrals."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, String, UniqueConstraint
from sqlmodel import Field

from domain.contributions.referrals.kinds import ReferralEnd
from domain.foundation.persistence.tables import (
    Table,
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
