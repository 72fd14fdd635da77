"""The words of a provider profile: states, the steps between them, who takes them, what a state allows."""

from enum import StrEnum


class ProviderProfileState(StrEnum):
    """Where an application, and later the provider it made, stands."""

    APPLIED = "applied"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ProviderTransition(StrEnum):
    """What can be done to a profile."""

    REVIEW = "review"
    REQUEST_CHANGES = "request_changes"
    RESUBMIT = "resubmit"
    APPROVE = "approve"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    CLOSE = "close"


class ProfileRole(StrEnum):
    """Who takes a step. Staff with a profile of their own are its provider there, and nothing else."""

    PROVIDER = "provider"
    MODERATOR = "moderator"
    OPERATOR = "operator"


class ProviderCapability(StrEnum):
    """What a provider can do by way of their profile."""

    EDIT_PROFILE = "edit_profile"
    DRAFT_OFFERS = "draft_offers"
    OFFER = "offer"
    TAKE_BOOKINGS = "take_bookings"
    FULFIL_BOOKINGS = "fulfil_bookings"
    BE_PAID = "be_paid"
