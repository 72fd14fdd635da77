"""Referrals: codes, who used them, and the claim after the first completed booking."""

from domain.contributions.referrals.actions import (
    claim_referral,
    get_referral_code,
    list_user_referrals,
    use_referral_code,
)
from domain.contributions.referrals.kinds import ReferralEnd

__all__ = [
    "ReferralEnd",
    "claim_referral",
    "get_referral_code",
    "list_user_referrals",
    "use_referral_code",
]
