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


AUTOMATIC_REASONS = (ClawBackReason.REFUNDED, ClawBackReason.CORRECTED)


class ClawBackOutcome(StrEnum):
    """How an appeal against taking credits back was answered."""

    UPHELD = "upheld"
    RESTORED = "restored"
