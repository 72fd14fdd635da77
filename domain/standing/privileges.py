"""What a level lets somebody do: one table, asked by name. Nothing in it is about prices, nor ever will be.

A privilege is a job one is trusted with, never a better deal: no level pays less, is found first or waits
shorter. A market's policy may give a job from another level on; it cannot invent one.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class StandingLevel(StrEnum):
    """How far somebody is trusted with jobs of the community; from L0, where everybody starts."""

    L0 = "L0"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"

    @property
    def number(self) -> int:
        """Zero to four."""
        return LEVELS.index(self)

    @property
    def below(self) -> "StandingLevel":
        """One lower; L0 is the lowest."""
        return LEVELS[max(self.number - 1, 0)]


LEVELS = tuple(StandingLevel)


class StandingPrivilege(StrEnum):
    """A job somebody is trusted with."""

    CONTRIBUTE = "contribute"
    ATTEST = "attest"
    WELCOME_NEWCOMERS = "welcome_newcomers"
    MODERATE_DRAFTS = "moderate_drafts"
    SIT_ON_JURIES = "sit_on_juries"
    MENTOR = "mentor"
    PROPOSE_RULES = "propose_rules"


# From which level on, where a market does not say otherwise. Attesting is open to all from whom a quorum is
# drawn, since where everything begins nobody has a level; what touches other people's words comes late.
DEFAULT_LEVELS: Mapping[StandingPrivilege, StandingLevel] = MappingProxyType(
    {
        StandingPrivilege.CONTRIBUTE: StandingLevel.L0,
        StandingPrivilege.ATTEST: StandingLevel.L0,
        StandingPrivilege.WELCOME_NEWCOMERS: StandingLevel.L2,
        StandingPrivilege.MODERATE_DRAFTS: StandingLevel.L3,
        StandingPrivilege.SIT_ON_JURIES: StandingLevel.L3,
        StandingPrivilege.MENTOR: StandingLevel.L3,
        StandingPrivilege.PROPOSE_RULES: StandingLevel.L4,
    }
)


def first_level(
    privilege: StandingPrivilege, overrides: Mapping[StandingPrivilege, StandingLevel]
) -> StandingLevel:
    """From which level on somebody may do this, in a market that says so much otherwise."""
    return next(level for level, may in privileges_by_level(overrides).items() if privilege in may)


def privileges_by_level(
    overrides: Mapping[StandingPrivilege, StandingLevel] = MappingProxyType({}),
) -> Mapping[StandingLevel, frozenset[StandingPrivilege]]:
    """Level to what it lets somebody do. A higher level may all that a lower one may."""
    since = {**DEFAULT_LEVELS, **overrides}
    return {
        level: frozenset(privilege for privilege, first in since.items() if first.number <= level.number)
        for level in LEVELS
    }
