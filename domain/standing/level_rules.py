"""Levels L0 to L4: what the last hundred days amount to, by rules that everybody can read.

A level asks for n verified contributions for at least n/5 people on at least n/4 days, so that a hundred
favours for one friend in a weekend open nothing; and from L2 on for **standing** that trust has reached, so
that people who confirm only one another rise no further. It is reached at once, and lost by one step after
two misses in a row, weeks apart, and never within a fortnight. Every decision says what it was counted from
and what would change it. Pure; the window's ends are the caller's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.standing.privileges import LEVELS, StandingLevel

# Three months and a bit: a season's rest does not cost a level (Discourse counts trust over 100 days too).
LEVEL_WINDOW: Final = timedelta(days=100)
CONTRIBUTIONS_PER_PERSON: Final = 5
CONTRIBUTIONS_PER_DAY: Final = 4
MISSES_BEFORE_LOSS: Final = 2
MIN_LEVEL_DURATION: Final = timedelta(days=14)


class LevelOutcome(StrEnum):
    """What a decision about somebody's level is, and why."""

    EARNED = "earned"
    KEPT = "kept"
    MISSED_ONCE = "missed_once"
    TOO_SOON_TO_LOSE = "too_soon_to_lose"
    LOST = "lost"
    RESTORED = "restored"


class LevelAppealOutcome(StrEnum):
    """What a person answered an appeal: the loss stands, or it does not."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What a level asks for: contributions in the window, and standing in parts of the usual one."""

    level: StandingLevel
    contributions: int
    standing: float

    @property
    def people(self) -> int:
        """For how many different people: a fifth of the contributions, rounded up."""
        return -(-self.contributions // CONTRIBUTIONS_PER_PERSON)

    @property
    def days(self) -> int:
        """On how many different days: a quarter of the contributions, rounded up."""
        return -(-self.contributions // CONTRIBUTIONS_PER_DAY)


# L1 is a few weekends' work, L4 about four contributions a week. Standing of one is the mean of those whom
# trust reached; a tenth of it is more than a circle gets that nobody else knows.
DEFAULT_LEVEL_RULES: Final = (
    LevelRule(StandingLevel.L1, contributions=3, standing=0.0),
    LevelRule(StandingLevel.L2, contributions=12, standing=0.1),
    LevelRule(StandingLevel.L3, contributions=30, standing=0.5),
    LevelRule(StandingLevel.L4, contributions=60, standing=1.0),
)


@dataclass(frozen=True, slots=True)
class LevelSeason:
    """Somebody's last hundred days: contributions, the people and days they were for, and standing."""

    contributions: int
    people: int
    days: int
    standing: float


@dataclass(frozen=True, slots=True)
class HeldLevel:
    """The level somebody is of, since when, and how often in a row they have missed it."""

    level: StandingLevel
    since: datetime
    misses: int


@dataclass(frozen=True, slots=True)
class LevelShortfall:
    """One thing that stands between somebody and a level: what it is, and what it has to be."""

    level: StandingLevel
    what: str
    now: float
    needed: float


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """What somebody is from now on, why, and what would change it."""

    held: HeldLevel
    outcome: LevelOutcome
    reached: StandingLevel
    missing: Sequence[LevelShortfall]


def highest_level(season: LevelSeason, rules: Sequence[LevelRule] = DEFAULT_LEVEL_RULES) -> StandingLevel:
    """The highest level all of whose demands a season meets."""
    met = [rule.level for rule in rules if not list(shortfalls(season, rule))]
    return met[-1] if met else StandingLevel.L0


def shortfalls(season: LevelSeason, rule: LevelRule) -> Iterator[LevelShortfall]:
    """What a season lacks for a level."""
    for what, now, needed in (
        ("contributions", season.contributions, rule.contributions),
        ("people", season.people, rule.people),
        ("days", season.days, rule.days),
        ("standing", season.standing, rule.standing),
    ):
        if now < needed:
            yield LevelShortfall(rule.level, what, now, needed)


def decide_level(
    held: HeldLevel,
    season: LevelSeason,
    *,
    at: datetime,
    rules: Sequence[LevelRule] = DEFAULT_LEVEL_RULES,
    misses: int = MISSES_BEFORE_LOSS,
    never_within: timedelta = MIN_LEVEL_DURATION,
) -> LevelVerdict:
    """What follows from a season for somebody who holds a level; asked once a week."""
    amounts_to = highest_level(season, rules)
    if amounts_to.number > held.level.number:
        return _verdict(HeldLevel(amounts_to, at, 0), LevelOutcome.EARNED, amounts_to, season, rules)
    if amounts_to is held.level:
        return _verdict(HeldLevel(held.level, held.since, 0), LevelOutcome.KEPT, amounts_to, season, rules)
    missed = held.misses + 1
    if missed < misses:
        outcome = LevelOutcome.MISSED_ONCE
    elif at - held.since < never_within:
        outcome = LevelOutcome.TOO_SOON_TO_LOSE
    else:
        return _verdict(HeldLevel(held.level.below, at, 0), LevelOutcome.LOST, amounts_to, season, rules)
    return _verdict(HeldLevel(held.level, held.since, missed), outcome, amounts_to, season, rules)


def _verdict(
    held: HeldLevel,
    outcome: LevelOutcome,
    amounts_to: StandingLevel,
    season: LevelSeason,
    rules: Sequence[LevelRule],
) -> LevelVerdict:
    return LevelVerdict(held, outcome, amounts_to, next_shortfalls(held.level, amounts_to, season, rules))


def next_shortfalls(
    level: StandingLevel,
    amounts_to: StandingLevel,
    season: LevelSeason,
    rules: Sequence[LevelRule] = DEFAULT_LEVEL_RULES,
) -> list[LevelShortfall]:
    """What a season lacks for the level one holds, if it lacks anything there; else for the next one."""
    target = level if amounts_to.number < level.number else LEVELS[min(level.number + 1, len(LEVELS) - 1)]
    return [lack for rule in rules if rule.level is target for lack in shortfalls(season, rule)]
