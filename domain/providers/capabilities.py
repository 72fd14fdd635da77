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
from domain.providers.kinds import Capability, State
from domain.providers.models import ProviderProfile

CAPABILITIES: Final[Mapping[State, frozenset[Capability]]] = MappingProxyType(
    {
        State.APPLIED: frozenset({Capability.EDIT_PROFILE, Capability.DRAFT_OFFERS, Capability.BE_PAID}),
        # What is being reviewed stands still, or the review is of something else.
        State.IN_REVIEW: frozenset({Capability.DRAFT_OFFERS, Capability.BE_PAID}),
        State.CHANGES_REQUESTED: frozenset(
            {Capability.EDIT_PROFILE, Capability.DRAFT_OFFERS, Capability.BE_PAID}
        ),
        State.APPROVED: frozenset(Capability),
        # What is earned while suspended is kept for the provider, and paid once the suspension has ended.
        State.SUSPENDED: frozenset({Capability.FULFIL_BOOKINGS}),
        State.CLOSED: frozenset({Capability.FULFIL_BOOKINGS, Capability.BE_PAID}),
    }
)

_SENTENCES: Final[Mapping[Capability, str]] = MappingProxyType(
    {
        Capability.EDIT_PROFILE: "change the profile",
        Capability.DRAFT_OFFERS: "draft offers",
        Capability.OFFER: "publish offers",
        Capability.TAKE_BOOKINGS: "be booked",
        Capability.FULFIL_BOOKINGS: "fulfil bookings made before",
        Capability.BE_PAID: "be paid what you earned",
    }
)


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether one of a user's profiles can do something, and why, in a sentence."""

    profile_id: UUID
    market_id: UUID
    state: State
    capability: Capability
    allowed: bool
    because: str


def allows(state: State, capability: Capability, *, user_suspended_at: datetime | None) -> bool:
    """Whether a profile in this state, of a user suspended at this instant or never, has this capability."""
    return capability in _capabilities(state, user_suspended_at)


def condition(capability: Capability) -> str:
    """`allows` as a condition in SQL, for a statement that joins `provider_profiles` and `users`."""
    states = [state for state, capabilities in CAPABILITIES.items() if capability in capabilities]
    listed = ", ".join(f"'{state}'" for state in sorted(states))
    is_allowed = f"provider_profiles.state IN ({listed})"
    if capability in CAPABILITIES[State.SUSPENDED]:
        return is_allowed
    return f"{is_allowed} AND {identity.DEALT_WITH}"


def require(session: Session, profile: ProviderProfile, capability: Capability) -> None:
    """Raises `CapabilityMissing` unless the profile's state and its user's account let it do this."""
    suspended_at = identity.user(session, profile.user_id).suspended_at
    if not allows(profile.state, capability, user_suspended_at=suspended_at):
        raise CapabilityMissing(
            _because(profile.state, capability, suspended_at), state=profile.state, capability=capability
        )


def abilities(session: Session, profile: ProviderProfile) -> list[Ability]:
    """Every capability with its answer for this profile, decided by the same table that `require` asks."""
    suspended_at = identity.user(session, profile.user_id).suspended_at
    return [
        Ability(
            profile.id,
            profile.market_id,
            profile.state,
            capability,
            allows(profile.state, capability, user_suspended_at=suspended_at),
            _because(profile.state, capability, suspended_at),
        )
        for capability in Capability
    ]


def _capabilities(state: State, user_suspended_at: datetime | None) -> frozenset[Capability]:
    if identity.may_be_dealt_with(suspended_at=user_suspended_at):
        return CAPABILITIES[state]
    return CAPABILITIES[state] & CAPABILITIES[State.SUSPENDED]


def _because(state: State, capability: Capability, user_suspended_at: datetime | None) -> str:
    if allows(state, capability, user_suspended_at=None) and not allows(
        state, capability, user_suspended_at=user_suspended_at
    ):
        return f"A suspended account does not let you {_SENTENCES[capability]}."
    verb = "lets you" if allows(state, capability, user_suspended_at=None) else "does not let you"
    return f"A provider profile that is {state.replace('_', ' ')} {verb} {_SENTENCES[capability]}."
