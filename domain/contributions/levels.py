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

from domain.contributions.privileges import LEVELS, Level

# Three months and a bit: a season's rest does not cost a level (Discourse counts trust over 100 days too).
WINDOW: Final = timedelta(days=100)
FOR_EACH_PERSON: Final = 5
FOR_EACH_DAY: Final = 4
MISSES: Final = 2
NEVER_WITHIN: Final = timedelta(days=14)


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
class Rule:
    """What a level asks for: contributions in the window, and standing in parts of the usual one."""

    level: Level
    contributions: int
    standing: float

    @property
    def people(self) -> int:
        """For how many different people: a fifth of the contributions, rounded up."""
        return -(-self.contributions // FOR_EACH_PERSON)

    @property
    def days(self) -> int:
        """On how many different days: a quarter of the contributions, rounded up."""
        return -(-self.contributions // FOR_EACH_DAY)


# L1 is a few weekends' work, L4 about four contributions a week. Standing of one is the mean of those whom
# trust reached; a tenth of it is more than a circle gets that nobody else knows.
RULES: Final = (
    Rule(Level.L1, contributions=3, standing=0.0),
    Rule(Level.L2, contributions=12, standing=0.1),
    Rule(Level.L3, contributions=30, standing=0.5),
    Rule(Level.L4, contributions=60, standing=1.0),
)


@dataclass(frozen=True, slots=True)
class Season:
    """Somebody's last hundred days: contributions, the people and days they were for, and standing."""

    contributions: int
    people: int
    days: int
    standing: float


@dataclass(frozen=True, slots=True)
class Held:
    """The level somebody is of, since when, and how often in a row they have missed it."""

    level: Level
    since: datetime
    misses: int


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that stands between somebody and a level: what it is, and what it has to be."""

    level: Level
    what: str
    now: float
    needed: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody is from now on, why, and what would change it."""

    held: Held
    outcome: LevelOutcome
    reached: Level
    missing: Sequence[Missing]


def reached(season: Season, rules: Sequence[Rule] = RULES) -> Level:
    """The highest level all of whose demands a season meets."""
    met = [rule.level for rule in rules if not list(missing(season, rule))]
    return met[-1] if met else Level.L0


def missing(season: Season, rule: Rule) -> Iterator[Missing]:
    """What a season lacks for a level."""
    for what, now, needed in (
        ("contributions", season.contributions, rule.contributions),
        ("people", season.people, rule.people),
        ("days", season.days, rule.days),
        ("standing", season.standing, rule.standing),
    ):
        if now < needed:
            yield Missing(rule.level, what, now, needed)


def decide(
    held: Held,
    season: Season,
    *,
    at: datetime,
    rules: Sequence[Rule] = RULES,
    misses: int = MISSES,
    never_within: timedelta = NEVER_WITHIN,
) -> Verdict:
    """What follows from a season for somebody who holds a level; asked once a week."""
    amounts_to = reached(season, rules)
    if amounts_to.number > held.level.number:
        return _verdict(Held(amounts_to, at, 0), LevelOutcome.EARNED, amounts_to, season, rules)
    if amounts_to is held.level:
        return _verdict(Held(held.level, held.since, 0), LevelOutcome.KEPT, amounts_to, season, rules)
    missed = held.misses + 1
    if missed < misses:
        outcome = LevelOutcome.MISSED_ONCE
    elif at - held.since < never_within:
        outcome = LevelOutcome.TOO_SOON_TO_LOSE
    else:
        return _verdict(Held(held.level.below, at, 0), LevelOutcome.LOST, amounts_to, season, rules)
    return _verdict(Held(held.level, held.since, missed), outcome, amounts_to, season, rules)


def _verdict(
    held: Held, outcome: LevelOutcome, amounts_to: Level, season: Season, rules: Sequence[Rule]
) -> Verdict:
    return Verdict(held, outcome, amounts_to, would_change(held.level, amounts_to, season, rules))


def would_change(
    level: Level, amounts_to: Level, season: Season, rules: Sequence[Rule] = RULES
) -> list[Missing]:
    """What a season lacks for the level one holds, if it lacks anything there; else for the next one."""
    wanted = level if amounts_to.number < level.number else LEVELS[min(level.number + 1, len(LEVELS) - 1)]
    return [lack for rule in rules if rule.level is wanted for lack in missing(season, rule)]
