"""What happened to provider profiles: kept to be looked up, since offers read a profile's state live."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class ProviderProfileEvent(DomainEvent):
    """Something happened to this profile."""

    audit_only: ClassVar[bool] = True
    profile_id: UUID
    user_id: UUID
    market_id: UUID


@dataclass(frozen=True)
class ProviderApplied(ProviderProfileEvent):
    """A user asked to be a provider in a market."""

    name: ClassVar[str] = "provider.applied"


@dataclass(frozen=True)
class ProviderChanged(ProviderProfileEvent):
    """A provider changed what their profile says; `fields` names what, never the words."""

    name: ClassVar[str] = "provider.changed"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ProviderVerified(ProviderProfileEvent):
    """An operator recorded the business behind a profile; `fields` names what changed."""

    name: ClassVar[str] = "provider.verified"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ProviderTransitionEvent(ProviderProfileEvent):
    """A step was taken, for a reason."""

    reason_code: str
    reason: str


@dataclass(frozen=True)
class ProviderInReview(ProviderTransitionEvent):
    """Somebody began to look at the application."""

    name: ClassVar[str] = "provider.in_review"


@dataclass(frozen=True)
class ProviderChangesRequested(ProviderTransitionEvent):
    """The application lacks something; the reason says what."""

    name: ClassVar[str] = "provider.changes_requested"


@dataclass(frozen=True)
class ProviderResubmitted(ProviderTransitionEvent):
    """The provider answered what was asked of them, and waits again."""

    name: ClassVar[str] = "provider.resubmitted"


@dataclass(frozen=True)
class ProviderApproved(ProviderTransitionEvent):
    """The provider may offer and be booked."""

    name: ClassVar[str] = "provider.approved"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderSuspended(ProviderTransitionEvent):
    """Offers are out of sight and no booking is taken; running ones go on."""

    name: ClassVar[str] = "provider.suspended"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderReinstated(ProviderTransitionEvent):
    """The suspension is over."""

    name: ClassVar[str] = "provider.reinstated"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderClosed(ProviderTransitionEvent):
    """The profile is over for good; running bookings go on."""

    name: ClassVar[str] = "provider.closed"
    audit_only: ClassVar[bool] = False
