"""What a profile's state lets its provider do: one table, so that nobody above compares states.

A suspended or closed provider still fulfils what was booked before: the customers of those bookings did
nothing wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.providers.errors import CapabilityMissing
from domain.providers.kinds import Capability, State
from domain.providers.models import ProviderProfile

CAPABILITIES: Final[Mapping[State, frozenset[Capability]]] = MappingProxyType(
    {
        State.APPLIED: frozenset({Capability.EDIT_PROFILE, Capability.DRAFT_OFFERS}),
        # What is being reviewed stands still, or the review is of something else.
        State.IN_REVIEW: frozenset({Capability.DRAFT_OFFERS}),
        State.CHANGES_REQUESTED: frozenset({Capability.EDIT_PROFILE, Capability.DRAFT_OFFERS}),
        State.APPROVED: frozenset(Capability),
        State.SUSPENDED: frozenset({Capability.FULFIL_BOOKINGS}),
        State.CLOSED: frozenset({Capability.FULFIL_BOOKINGS}),
    }
)

_SENTENCES: Final[Mapping[Capability, str]] = MappingProxyType(
    {
        Capability.EDIT_PROFILE: "change the profile",
        Capability.DRAFT_OFFERS: "draft offers",
        Capability.OFFER: "publish offers",
        Capability.TAKE_BOOKINGS: "be booked",
        Capability.FULFIL_BOOKINGS: "fulfil bookings made before",
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


def allows(state: State, capability: Capability) -> bool:
    """Whether a profile in this state has this capability."""
    return capability in CAPABILITIES[state]


def require(profile: ProviderProfile, capability: Capability) -> None:
    """Refuse `CapabilityMissing` unless the profile's state lets it do this."""
    if not allows(profile.state, capability):
        raise CapabilityMissing(
            _because(profile.state, capability), state=profile.state, capability=capability
        )


def abilities(profile: ProviderProfile) -> list[Ability]:
    """Every capability with its answer for this profile, decided by the same table that `require` asks."""
    return [
        Ability(
            profile.id,
            profile.market_id,
            profile.state,
            capability,
            allows(profile.state, capability),
            _because(profile.state, capability),
        )
        for capability in Capability
    ]


def _because(state: State, capability: Capability) -> str:
    verb = "lets you" if allows(state, capability) else "does not let you"
    return f"A provider profile that is {state.replace('_', ' ')} {verb} {_SENTENCES[capability]}."
