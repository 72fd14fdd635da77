"""Capabilities: what the state of a profile allows its provider to do. Other packages never compare states.

A suspended or closed provider can still fulfil earlier bookings, for the sake of their customers. If the
user's account is not active (`identity.is_active_account`), a profile has only those capabilities that both
its own state and the state `suspended` allow.
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
        # The profile cannot be edited while it is reviewed.
        ProviderProfileState.IN_REVIEW: frozenset(
            {ProviderCapability.DRAFT_OFFERS, ProviderCapability.BE_PAID}
        ),
        ProviderProfileState.CHANGES_REQUESTED: frozenset(
            {ProviderCapability.EDIT_PROFILE, ProviderCapability.DRAFT_OFFERS, ProviderCapability.BE_PAID}
        ),
        ProviderProfileState.APPROVED: frozenset(ProviderCapability),
        # Earnings are held during a suspension, and paid after it.
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
    """Whether a profile has a capability, and the reason as a sentence for its user."""

    profile_id: UUID
    market_id: UUID
    state: ProviderProfileState
    capability: ProviderCapability
    allowed: bool
    reason: str


def state_allows(
    state: ProviderProfileState, capability: ProviderCapability, *, user_suspended_at: datetime | None
) -> bool:
    """Whether a profile in this state has the capability.

    `user_suspended_at` is None if the user's account is not suspended.
    """
    return capability in _effective_capabilities(state, user_suspended_at)


def capability_sql(capability: ProviderCapability) -> str:
    """`state_allows` as an SQL condition, for a statement that joins `provider_profiles` and `users`."""
    states = [state for state, capabilities in CAPABILITIES.items() if capability in capabilities]
    state_list = ", ".join(f"'{state}'" for state in sorted(states))
    is_allowed = f"provider_profiles.state IN ({state_list})"
    if capability in CAPABILITIES[ProviderProfileState.SUSPENDED]:
        return is_allowed
    return f"{is_allowed} AND {identity.ACTIVE_ACCOUNT_SQL}"


def require_capability(session: Session, profile: ProviderProfile, capability: ProviderCapability) -> None:
    """Raise `CapabilityMissing` unless the profile has the capability."""
    suspended_at = identity.get_user(session, profile.user_id).suspended_at
    if not state_allows(profile.state, capability, user_suspended_at=suspended_at):
        raise CapabilityMissing(
            _reason(profile.state, capability, suspended_at), state=profile.state, capability=capability
        )


def capability_decisions(session: Session, profile: ProviderProfile) -> list[CapabilityDecision]:
    """The decision for each capability of this profile, as `require_capability` decides."""
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
