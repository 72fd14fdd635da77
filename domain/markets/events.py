"""Events of markets."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class MarketCreated(DomainEvent):
    """A market was created, with the first version of its policy."""

    name: ClassVar[str] = "market.created"
    audit_only: ClassVar[bool] = True
    market_id: UUID
    slug: str
    policy_version_id: UUID


@dataclass(frozen=True)
class PolicyPublished(DomainEvent):
    """A version of a market's policy was published, in force from `active_from`."""

    name: ClassVar[str] = "market.policy_published"
    audit_only: ClassVar[bool] = True
    market_id: UUID
    policy_version_id: UUID
    number: int
    active_from: datetime
