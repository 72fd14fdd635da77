"""Events of integrity signals."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class SignalAssessed(DomainEvent):
    """A person looked at what was noticed and said what they made of it."""

    name: ClassVar[str] = "contribution_signal.looked_at"
    audit_only: ClassVar[bool] = True

    signal_id: UUID
