"""Kinds and outcomes of integrity signals."""

from enum import StrEnum


class ContributionSignalKind(StrEnum):
    """What noticed something for a person to look at.

    That two confirm each other is none of it: four of five honest pairs do.
    """

    SELF_DEALING = "self_dealing"
    BURST = "burst"
    ALWAYS_AGREEING = "always_agreeing"
    CLUSTER = "cluster"


class ContributionSignalOutcome(StrEnum):
    """What a person made of a signal. Nothing follows from it by itself."""

    HARMLESS = "harmless"
    ACTED_ON = "acted_on"
