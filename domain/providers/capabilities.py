"""What a profile's state lets its provider do: one table, so that nobody above compares states.

A suspended or closed provider still fulfils what was booked before: the customers of those bookings did
nothing wrong. A profile whose user may not be dealt with (`identity.may_be_dealt_with`) can do what a
suspended one can, and no more than its own state allows; so there is one answer for both switches.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlmodel import Session

from domain import identity
from domain.providers.errors import CapabilityMissing
from domain.providers.kinds import ProviderCapability, ProviderProfileState
from domain.providers.models import ProviderProfile

CAPABILITIES: Final[Mapping[ProviderProfileState, frozenset[ProviderCapability]]] = MappingProxyType(
    {
        ProviderProfileState.APPLIED: frozenset(
            {ProviderCapability.EDIT_PROFILE, ProviderCapability.DRAFT_OFFERS, ProviderCapability.BE_PAID}
        ),
        # What is being reviewed stands still, or the review is of something else.
        ProviderProfileState.IN_REVIEW: frozenset(
            {ProviderCapability.DRAFT_OFFERS, ProviderCapability.BE_PAID}
        ),
        ProviderProfileState.CHANGES_REQUESTED: frozenset(
            {ProviderCapability.EDIT_PROFILE, ProviderCapability.DRAFT_OFFERS, ProviderCapability.BE_PAID}
        ),
        ProviderProfileState.APPROVED: frozenset(ProviderCapability),
        # What is earned while suspended is kept for the provider, and paid once the suspension has ended.
        ProviderProfileState.SUSPENDED: frozenset({ProviderCapability.FULFIL_BOOKINGS}),
        ProviderProfileState.CLOSED: frozenset(
            {ProviderCapability.FULFIL_BOOKINGS, ProviderCapability.BE_PAID}
        ),
    }
)

_SENTENCES: Final[Mapping[ProviderCapability, str]] = MappingProxyType(
    {
        ProviderCapability.EDIT_PROFILE: "change the profile",
        ProviderCapability.DRAFT_OFFERS: "draft offers",
        ProviderCapability.OFFER: "publish offers",
        ProviderCapability.TAKE_BOOKINGS: "be booked",
        ProviderCapability.FULFIL_BOOKINGS: "fulfil bookings made before",
        ProviderCapability.BE_PAID: "be paid what you earned",
    }
)


@dataclass(frozen=True, slots=True)
class CapabilityDecision:
    """Whether one of a user's profiles can do something, and why, in a sentence."""

    profile_id: UUID
    market_id: UUID
    state: ProviderProfileState
    capability: ProviderCapability
    allowed: bool
    reason: str


def state_allows(
    state: ProviderProfileState, capability: ProviderCapability, *, user_suspended_at: datetime | None
) -> bool:
    """Whether a profile in this state, of a user suspended at this instant or never, has this capability."""
    return capability in _effective_capabilities(state, user_suspended_at)


def capability_sql(capability: ProviderCapability) -> str:
    """`allows` as a condition in SQL, for a statement that joins `provider_profiles` and `users`."""
    states = [state for state, capabilities in CAPABILITIES.items() if capability in capabilities]
    listed = ", ".join(f"'{state}'" for state in sorted(states))
    is_allowed = f"provider_profiles.state IN ({listed})"
    if capability in CAPABILITIES[ProviderProfileState.SUSPENDED]:
        return is_allowed
    return f"{is_allowed} AND {identity.ACTIVE_ACCOUNT_SQL}"


def require_capability(session: Session, profile: ProviderProfile, capability: ProviderCapability) -> None:
    """Raises `CapabilityMissing` unless the profile's state and its user's account let it do this."""
    suspended_at = identity.get_user(session, profile.user_id).suspended_at
    if not state_allows(profile.state, capability, user_suspended_at=suspended_at):
        raise CapabilityMissing(
            _reason(profile.state, capability, suspended_at), state=profile.state, capability=capability
        )


def capability_decisions(session: Session, profile: ProviderProfile) -> list[CapabilityDecision]:
    """Every capability with its answer for this profile, decided by the same table that `require` asks."""
    suspended_at = identity.get_user(session, profile.user_id).suspended_at
    return [
        CapabilityDecision(
            profile.id,
            profile.market_id,
            profile.state,
            capability,
            state_allows(profile.state, capability, user_suspended_at=suspended_at),
            _reason(profile.state, capability, suspended_at),
        )
        for capability in ProviderCapability
    ]


def _effective_capabilities(
    state: ProviderProfileState, user_suspended_at: datetime | None
) -> frozenset[ProviderCapability]:
    if identity.is_active_account(suspended_at=user_suspended_at):
        return CAPABILITIES[state]
    return CAPABILITIES[state] & CAPABILITIES[ProviderProfileState.SUSPENDED]


def _reason(
    state: ProviderProfileState, capability: ProviderCapability, user_suspended_at: datetime | None
) -> str:
    if state_allows(state, capability, user_suspended_at=None) and not state_allows(
        state, capability, user_suspended_at=user_suspended_at
    ):
        return f"A suspended account does not let you {_SENTENCES[capability]}."
    verb = "lets you" if state_allows(state, capability, user_suspended_at=None) else "does not let you"
    return f"A provider profile that is {state.replace('_', ' ')} {verb} {_SENTENCES[capability]}."
