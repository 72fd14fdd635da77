"""Schemas of provider profiles and applications."""

from typing import Annotated, Self, cast

from pydantic import Field, StringConstraints

from api.schemas.common import Instant, Name, RequestBody, View
from domain.foundation.ids import MarketId, ProviderProfileId, UserId
from domain.foundation.text.json_text import NO_NUL
from domain.foundation.text.text_types import LINE, TEXT
from domain.providers import (
    ProviderCapability,
    ProviderProfile,
    ProviderProfileChanges,
    ProviderProfileState,
    state_allows,
)

About = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000, pattern=NO_NUL), TEXT]
ExternalId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\n\r\x00]*$"),
    LINE,
]
Segment = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL), LINE]


class ApplicationRequest(RequestBody):
    """An application to be a provider in a market."""

    model_config = RequestBody.example(
        {
            "market_id": "mkt_01jczk3v9hf8gb2h6v1q4nsx7e",
            "display_name": "Ellen's bicycles",
            "about": "I have mended bicycles in Kallio since 2011.",
        }
    )

    market_id: MarketId
    display_name: Name
    about: About = ""


class UpdateProviderProfileRequest(RequestBody):
    """The changes; fields left out stay unchanged."""

    model_config = RequestBody.example({"about": "I mend bicycles, and since this spring also prams."})

    display_name: Name = ""
    about: About = ""

    def changes(self) -> ProviderProfileChanges:
        """The fields that were sent."""
        return cast("ProviderProfileChanges", self.model_dump(exclude_unset=True))


class BusinessRequest(RequestBody):
    """The business behind a profile, as verified by an operator. Send all three fields; null if unknown."""

    model_config = RequestBody.example(
        {"organisation_id": "FI-1234567-8", "payout_account_id": "acct_1Example", "segment": None}
    )

    organisation_id: ExternalId | None
    payout_account_id: ExternalId | None
    segment: Segment | None


class ProviderView(View):
    """The public profile of an approved provider."""

    id: ProviderProfileId
    market_id: MarketId
    display_name: str
    about: str
    created_at: Instant

    @classmethod
    def of(cls, row: ProviderProfile) -> Self:
        """The public view of a profile."""
        return cls.model_validate(row)


class ApplicationView(View):
    """All data of a profile, for its provider and the staff of its market."""

    id: ProviderProfileId
    user_id: UserId
    market_id: MarketId
    display_name: str
    about: str
    state: ProviderProfileState
    capabilities: list[ProviderCapability] = Field(description="What the state allows the provider to do.")
    organisation_id: str | None
    payout_account_id: str | None
    segment: str | None
    version: int
    created_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, row: ProviderProfile) -> Self:
        """The complete view of a profile, with the capabilities of its state."""
        capabilities = [
            capability
            for capability in ProviderCapability
            if state_allows(row.state, capability, user_suspended_at=None)
        ]
        return cls.model_validate({**row.model_dump(), "capabilities": capabilities})
