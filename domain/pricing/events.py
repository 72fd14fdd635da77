"""Facts of pricing. A quote is its own fact: a row that never changes, with its customer and its instant.

So asking for one, the most frequent thing that anybody does here, writes no second row that says the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class TariffPublished(DomainEvent):
    """A market has announced a version of its tariff."""

    name: ClassVar[str] = "tariff.published"
    audit_only: ClassVar[bool] = True

    market_id: UUID
    tariff_version_id: UUID
    number: int
    active_from: datetime
