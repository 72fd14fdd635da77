"""Enums of provider profiles: states, transitions, roles and capabilities."""

from enum import StrEnum


class ProviderProfileState(StrEnum):
    """The state of a profile, from the application on."""

    APPLIED = "applied"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ProviderTransition(StrEnum):
    """The transitions of a profile."""

    REVIEW = "review"
    REQUEST_CHANGES = "request_changes"
    RESUBMIT = "resubmit"
    APPROVE = "approve"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    CLOSE = "close"


class ProfileRole(StrEnum):
    """Who makes a transition. Staff are only the provider of their own profile."""

    PROVIDER = "provider"
    MODERATOR = "moderator"
    OPERATOR = "operator"


class ProviderCapability(StrEnum):
    """What a profile allows its provider to do."""

    EDIT_PROFILE = "edit_profile"
    DRAFT_OFFERS = "draft_offers"
    OFFER = "offer"
    TAKE_BOOKINGS = "take_bookings"
    FULFIL_BOOKINGS = "fulfil_bookings"
    BE_PAID = "be_paid"
