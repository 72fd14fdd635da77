"""The table of provider profiles."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, Integer, String, Text, UniqueConstraint, text
from sqlmodel import Field

from domain.foundation.persistence.tables import (
    Table,
    enum_column,
    instant,
    nfc_constraint,
    primary_key,
    reference,
)
from domain.providers.kinds import ProviderProfileState


# One row means: this user is, wants to be, or was a provider in this market.
class ProviderProfile(Table, table=True):
    """The business side of a user in a market, from the application on.

    `organisation_id` and `payout_account_id` identify the business behind it. They come from an operator or
    the payment provider, not from the applicant; two profiles that share one are the same business. `segment`
    is one of the market policy's segments.
    """

    __tablename__ = "provider_profiles"
    __table_args__ = (
        nfc_constraint("provider_profiles", "display_name"),
        nfc_constraint("provider_profiles", "about"),
        UniqueConstraint("user_id", "market_id", name="provider_profiles_one_per_user_and_market"),
        Index("provider_profiles_by_market", "market_id", "state", "id"),
        Index(
            "provider_profiles_by_organisation",
            "organisation_id",
            postgresql_where=text("organisation_id IS NOT NULL"),
        ),
        Index(
            "provider_profiles_by_payout_account",
            "payout_account_id",
            postgresql_where=text("payout_account_id IS NOT NULL"),
        ),
        {"comment": "One row means: this user is, wants to be, or was a provider in this market."},
    )
    id: UUID = primary_key()
    user_id: UUID = reference("users.id")
    market_id: UUID = reference("markets.id")
    display_name: str = Field(sa_column=Column(String(120), nullable=False))
    about: str = Field(sa_column=Column(Text, nullable=False))
    state: ProviderProfileState = enum_column(
        ProviderProfileState, "provider_profiles_state_known", default=ProviderProfileState.APPLIED
    )
    organisation_id: str | None = Field(default=None, sa_column=Column(String(120), nullable=True))
    payout_account_id: str | None = Field(default=None, sa_column=Column(String(120), nullable=True))
    segment: str | None = Field(default=None, sa_column=Column(String(60), nullable=True))
    version: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    created_at: datetime = instant()
    changed_at: datetime = instant()
