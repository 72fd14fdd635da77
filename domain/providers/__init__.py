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
    Business,
    Changes,
    abilities_of,
    application,
    applications,
    apply,
    change,
    side_of,
    step,
    verify,
)
from domain.providers.capabilities import CAPABILITIES, Ability, allows, condition, require
from domain.providers.kinds import Capability, Side, State, Step
from domain.providers.lifecycle import PROFILES
from domain.providers.models import ProviderProfile
from domain.providers.queries import (
    is_allowed,
    page,
    profile,
    profile_of,
    profiles_of,
    public_profile,
    same_hands,
)

__all__ = [
    "CAPABILITIES",
    "PROFILES",
    "Ability",
    "Business",
    "Capability",
    "Changes",
    "ProviderProfile",
    "Side",
    "State",
    "Step",
    "abilities_of",
    "allows",
    "application",
    "applications",
    "apply",
    "capabilities",
    "change",
    "condition",
    "is_allowed",
    "page",
    "profile",
    "profile_of",
    "profiles_of",
    "public_profile",
    "require",
    "same_hands",
    "side_of",
    "step",
    "verify",
]
