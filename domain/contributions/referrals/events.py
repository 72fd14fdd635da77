"""Events of referrals: ids and words."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain.contributions.kinds import ContributionKind
from domain.contributions.referrals.kinds import ReferralEnd
from domain.foundation.events import DomainEvent


@dataclass(frozen=True)
class ReferralMade(DomainEvent):
    """Somebody came by another's code, before they booked anything."""

    name: ClassVar[str] = "referral.made"
    audit_only: ClassVar[bool] = True

    referral_id: UUID
    market_id: UUID
    referrer_id: UUID
    referred_id: UUID


@dataclass(frozen=True)
class ReferralEnded(DomainEvent):
    """Who was referred has completed a first booking; the referral is claimed, or for a reason not."""

    name: ClassVar[str] = "referral.ended"
    audit_only: ClassVar[bool] = True

    referral_id: UUID
    booking_id: UUID
    ended_as: ReferralEnd | None
    kind: ContributionKind
