"""The closed sets of words in what contributions are worth, and in what becomes of it."""

from enum import StrEnum


class ClawBackReason(StrEnum):
    """Why credits were taken back. All but the last two are decided by a person.

    A refund takes credits that the booking can no longer bear; a correction those of the claim it replaces.
    """

    FRAUD = "fraud"
    NOT_DONE = "not_done"
    NOT_THEIRS = "not_theirs"
    COPIED = "copied"
    HARMFUL = "harmful"
    MISTAKE = "mistake"
    REFUNDED = "refunded"
    CORRECTED = "corrected"


WITHOUT_DECISION = (ClawBackReason.REFUNDED, ClawBackReason.CORRECTED)


class ClawBackOutcome(StrEnum):
    """How an appeal against taking credits back was answered."""

    UPHELD = "upheld"
    RESTORED = "restored"


class ReferralEnd(StrEnum):
    """Why a referral earned nothing."""

    SAME_CLUSTER = "same_cluster"
    NOT_TAKEN = "not_taken"


class Watch(StrEnum):
    """What noticed something for a person to look at.

    That two confirm each other is none of it: four of five honest pairs do.
    """

    SELF_DEALING = "self_dealing"
    BURST = "burst"
    ALWAYS_AGREEING = "always_agreeing"
    CLUSTER = "cluster"


class WatchOutcome(StrEnum):
    """What a person made of a signal. Nothing follows from it by itself."""

    HARMLESS = "harmless"
    ACTED_ON = "acted_on"
