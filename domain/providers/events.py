"""What happened to provider profiles: kept to be looked up, since offers read a profile's state live."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import Fact


@dataclass(frozen=True)
class ProfileFact(Fact):
    """Something happened to this profile."""

    audit_only: ClassVar[bool] = True
    profile_id: UUID
    user_id: UUID
    market_id: UUID


@dataclass(frozen=True)
class ProviderApplied(ProfileFact):
    """A user asked to be a provider in a market."""

    name: ClassVar[str] = "provider.applied"


@dataclass(frozen=True)
class ProviderChanged(ProfileFact):
    """A provider changed what their profile says; `fields` names what, never the words."""

    name: ClassVar[str] = "provider.changed"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ProviderVerified(ProfileFact):
    """An operator recorded the business behind a profile; `fields` names what changed."""

    name: ClassVar[str] = "provider.verified"
    fields: tuple[str, ...]


@dataclass(frozen=True)
class StepFact(ProfileFact):
    """A step was taken, for a reason."""

    reason_code: str
    reason: str


@dataclass(frozen=True)
class ProviderInReview(StepFact):
    """Somebody began to look at the application."""

    name: ClassVar[str] = "provider.in_review"


@dataclass(frozen=True)
class ProviderChangesRequested(StepFact):
    """The application lacks something; the reason says what."""

    name: ClassVar[str] = "provider.changes_requested"


@dataclass(frozen=True)
class ProviderResubmitted(StepFact):
    """The provider answered what was asked of them, and waits again."""

    name: ClassVar[str] = "provider.resubmitted"


@dataclass(frozen=True)
class ProviderApproved(StepFact):
    """The provider may offer and be booked."""

    name: ClassVar[str] = "provider.approved"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderSuspended(StepFact):
    """Offers are out of sight and no booking is taken; running ones go on."""

    name: ClassVar[str] = "provider.suspended"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderReinstated(StepFact):
    """The suspension is over."""

    name: ClassVar[str] = "provider.reinstated"
    audit_only: ClassVar[bool] = False


@dataclass(frozen=True)
class ProviderClosed(StepFact):
    """The profile is over for good; running bookings go on."""

    name: ClassVar[str] = "provider.closed"
    audit_only: ClassVar[bool] = False
