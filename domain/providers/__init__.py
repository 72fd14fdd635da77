"""Providers: the business side of a user in a market.

A **provider profile** begins as an **application**, is reviewed, approved, perhaps suspended, and closed
(see `lifecycle.py`). Its state decides its **capabilities** (see `capabilities.py`), and nobody above
compares states; the profile of a suspended user can do no more than a suspended one. A suspended provider's
offers are out of sight and take no bookings, because offers ask for the capability; running bookings go on.

Invariants: one profile for a user in a market; every step has an actor and a reason code; nobody reviews
their own profile. Two profiles that share an organisation or a payout account are the **same hands**, who
must not deal with themselves.
"""

from domain.providers import capabilities
from domain.providers.actions import (
    BusinessDetails,
    ProviderProfileChanges,
    apply_as_provider,
    apply_transition,
    get_application,
    list_applications,
    profile_role,
    record_business,
    update_profile,
    user_capability_decisions,
)
from domain.providers.capabilities import (
    CAPABILITIES,
    CapabilityDecision,
    capability_sql,
    require_capability,
    state_allows,
)
from domain.providers.kinds import ProfileRole, ProviderCapability, ProviderProfileState, ProviderTransition
from domain.providers.lifecycle import PROFILE_LIFECYCLE
from domain.providers.models import ProviderProfile
from domain.providers.queries import (
    get_profile,
    get_public_profile,
    get_user_profile,
    has_capability,
    is_same_business,
    list_profiles,
    list_user_profiles,
)

__all__ = [
    "CAPABILITIES",
    "PROFILE_LIFECYCLE",
    "BusinessDetails",
    "CapabilityDecision",
    "ProfileRole",
    "ProviderCapability",
    "ProviderProfile",
    "ProviderProfileChanges",
    "ProviderProfileState",
    "ProviderTransition",
    "apply_as_provider",
    "apply_transition",
    "capabilities",
    "capability_sql",
    "get_application",
    "get_profile",
    "get_public_profile",
    "get_user_profile",
    "has_capability",
    "is_same_business",
    "list_applications",
    "list_profiles",
    "list_user_profiles",
    "profile_role",
    "record_business",
    "require_capability",
    "state_allows",
    "update_profile",
    "user_capability_decisions",
]
