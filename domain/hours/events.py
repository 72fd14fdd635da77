"""Events of hours: ids, minutes and instants."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class HoursClaimed(DomainEvent):
    """Somebody says that hours passed between them and another; the other one has until then to answer."""

    name: ClassVar[str] = "hours.claimed"
    audit_only: ClassVar[bool] = True

    giver_id: UUID
    receiver_id: UUID
    minutes: int
    answer_by: datetime


@dataclass(frozen=True)
class HoursConfirmed(DomainEvent):
    """The other one agreed, and the hours passed."""

    name: ClassVar[str] = "hours.confirmed"
    audit_only: ClassVar[bool] = True

    giver_id: UUID
    receiver_id: UUID
    minutes: int


@dataclass(frozen=True)
class HoursEnded(DomainEvent):
    """A claim of hours ended without any passing: declined, withdrawn, or lapsed in silence."""

    name: ClassVar[str] = "hours.ended"
    audit_only: ClassVar[bool] = True

    giver_id: UUID
    receiver_id: UUID
    how: str
