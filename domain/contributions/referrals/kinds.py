"""Why a referral ended without a contribution."""

from enum import StrEnum


class ReferralEnd(StrEnum):
    """Why a referral earned nothing."""

    SAME_CLUSTER = "same_cluster"
    NOT_TAKEN = "not_taken"
