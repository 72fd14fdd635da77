"""Providers: the business side of a user in a market.

A **provider profile** begins as an **application**, is reviewed, approved, perhaps suspended, and closed
(`lifecycle.py`). Its state and the user's account decide its **capabilities** (`capabilities.py`); other
packages check capabilities, never states. The offers of a suspended provider are hidden and cannot be booked;
existing bookings continue.

Invariants: one profile per user and market; every transition has an actor and a reason code; users cannot
review their own profile. Profiles that share an organisation or a payout account are the **same business**,
and cannot book each other.
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
