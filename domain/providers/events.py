"""Events of provider profiles. Most are for the audit trail only, because offers read the current state."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class ProviderProfileEvent(DomainEvent):
    """Base of the events of a profile."""

    audit_only: ClassVar[bool] = True
    profile_id: UUID
    user_id: UUID
    market_id: UUID


@dataclass(frozen=True)
class ProviderApplied(ProviderProfileEvent):
    """A user applied to be a provider in a market."""

    name: ClassVar[str] = "provider.applied"


@dataclass(frozen=True)
class ProviderChanged(ProviderProfileEvent):
    """A provider changed their profile; `fields` has the names of the changed fields, not the values."""

    name: ClassVar[str] = "provider.changed"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ProviderVerified(ProviderProfileEvent):
    """An operator stored the business behind a profile; `fields` has the names of the changed fields."""

    name: ClassVar[str] = "provider.verified"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ProviderTransitionEvent(ProviderProfileEvent):
    """Base of the transitions, with their reason."""

    reason_code: str
    reason: str


@dataclass(frozen=True)
class ProviderInReview(ProviderTransitionEvent):
    """The review of an application began."""

    name: ClassVar[str] = "provider.in_review"


@dataclass(frozen=True)
class ProviderChangesRequested(ProviderTransitionEvent):
    """Changes of the application were requested; the reason says which."""

    name: ClassVar[str] = "provider.changes_requested"


@dataclass(frozen=True)
class ProviderResubmitted(ProviderTransitionEvent):
    """The provider submitted the application again after changes."""

    name: ClassVar[str] = "provider.resubmitted"


@dataclass(frozen=True)
class ProviderApproved(ProviderTransitionEvent):
    """The provider was approved: they may publish offers and be booked."""

    name: ClassVar[str] = "provider.approved"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderSuspended(ProviderTransitionEvent):
    """The provider was suspended: offers are hidden, existing bookings continue."""

    name: ClassVar[str] = "provider.suspended"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderReinstated(ProviderTransitionEvent):
    """The suspension of the provider ended."""

    name: ClassVar[str] = "provider.reinstated"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderClosed(ProviderTransitionEvent):
    """The profile was closed permanently; existing bookings continue."""

    name: ClassVar[str] = "provider.closed"
    audit_only: ClassVar[bool] = False
