"""Facts about resources. What is promised and released is told by the bookings it is for."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class ResourceAdded(DomainEvent):
    """A provider has a calendar, or a thing that can be promised."""

    name: ClassVar[str] = "resource.added"
    audit_only: ClassVar[bool] = True
    resource_id: UUID
    profile_id: UUID
    kind: str


@dataclass(frozen=True)
class ScheduleSet(DomainEvent):
    """The weekly opening hours were replaced; `version` is the new one."""

    name: ClassVar[str] = "resource.schedule_set"
    audit_only: ClassVar[bool] = True
    resource_id: UUID
    version: int
    rules: int


@dataclass(frozen=True)
class ExceptionAdded(DomainEvent):
    """Some dates are open or closed besides the weekly hours."""

    name: ClassVar[str] = "resource.exception_added"
    audit_only: ClassVar[bool] = True
    resource_id: UUID
    exception_id: UUID
    kind: str


@dataclass(frozen=True)
class ExceptionRemoved(DomainEvent):
    """A dated exception no longer holds."""

    name: ClassVar[str] = "resource.exception_removed"
    audit_only: ClassVar[bool] = True
    resource_id: UUID
    exception_id: UUID


@dataclass(frozen=True)
class TimeBlocked(DomainEvent):
    """A provider keeps some time for something else."""

    name: ClassVar[str] = "resource.time_blocked"
    audit_only: ClassVar[bool] = True
    resource_id: UUID
    hold_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class TimeUnblocked(DomainEvent):
    """A provider gives the time back."""

    name: ClassVar[str] = "resource.time_unblocked"
    audit_only: ClassVar[bool] = True
    resource_id: UUID
    hold_id: UUID


@dataclass(frozen=True)
class ResourcesRequired(DomainEvent):
    """An offer, or an option of it, needs these resources from now on."""

    name: ClassVar[str] = "offer.resources_required"
    audit_only: ClassVar[bool] = True
    offer_id: UUID
    resource_ids: tuple[UUID, ...]
    option_id: UUID | None = None
