"""Facts about credits, hours, pots and patronage: ids, amounts and instants."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class PotOpened(DomainEvent):
    """Credits may be given for this person, or for a purpose."""

    name: ClassVar[str] = "pot.opened"
    audit_only: ClassVar[bool] = True

    market_id: UUID
    beneficiary_id: UUID | None


@dataclass(frozen=True)
class PotGiftMade(DomainEvent):
    """Somebody gave credits into a pot."""

    name: ClassVar[str] = "pot.fed"
    audit_only: ClassVar[bool] = True

    gift_id: UUID
    credits: int


@dataclass(frozen=True)
class PotRecipientChanged(DomainEvent):
    """From now on the pot pays this user's service fees, or no longer does."""

    name: ClassVar[str] = "pot.promised"
    audit_only: ClassVar[bool] = True

    user_id: UUID
    pays: bool


@dataclass(frozen=True)
class PotWasClosed(DomainEvent):
    """The pot takes no more gifts."""

    name: ClassVar[str] = "pot.closed"
    audit_only: ClassVar[bool] = True


@dataclass(frozen=True)
class CreditExpiryAnnounced(DomainEvent):
    """The user was told that so many credits expire then unless they are used before."""

    name: ClassVar[str] = "credits.expiry_announced"
    audit_only: ClassVar[bool] = True

    user_id: UUID
    credits: int
    days: int
    expires_at: datetime


@dataclass(frozen=True)
class CreditsExpired(DomainEvent):
    """So many credits of a user expired, after both notices."""

    name: ClassVar[str] = "credits.expired"
    audit_only: ClassVar[bool] = True

    user_id: UUID
    credits: int


@dataclass(frozen=True)
class PatronagePosted(DomainEvent):
    """A period's surplus was split and credited."""

    name: ClassVar[str] = "patronage.posted"
    audit_only: ClassVar[bool] = True

    market_id: UUID
    surplus_amount: int
    currency: str
    people: int
    credits: int
