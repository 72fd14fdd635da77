"""Levels are reached at once, lost slowly, and always with what would change it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.standing import level_rules
from domain.standing.activity import activity_score
from domain.standing.level_rules import (
    DEFAULT_LEVEL_RULES,
    HeldLevel,
    LevelOutcome,
    LevelSeason,
    decide_level,
    highest_level,
)
from domain.standing.privileges import (
    DEFAULT_LEVELS,
    LEVELS,
    StandingLevel,
    StandingPrivilege,
    privileges_by_level,
)

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=90)
BUSY = LevelSeason(contributions=30, people=6, days=8, standing=0.5)


@pytest.mark.parametrize(
    ("season", "level"),
    [
        (LevelSeason(0, 0, 0, 9.0), StandingLevel.L0),
        (LevelSeason(3, 1, 1, 0.0), StandingLevel.L1),
        (LevelSeason(12, 3, 3, 0.1), StandingLevel.L2),
        (BUSY, StandingLevel.L3),
        (LevelSeason(60, 12, 15, 1.0), StandingLevel.L4),
    ],
)
def test_a_season_that_just_meets_every_demand_reaches_the_level(season, level):
    assert highest_level(season) is level


def demands(rule):
    attestation = {"contributions": rule.contributions, "people": rule.people, "days": rule.days}
    return attestation | {"standing": rule.standing}


@pytest.mark.parametrize(
    ("rule", "lacking"),
    [
        (rule, field)
        for rule in DEFAULT_LEVEL_RULES
        for field, attestation in demands(rule).items()
        if attestation
    ],
)
def test_a_season_that_lacks_one_thing_misses_the_level_and_is_told_which(rule, lacking):
    enough = demands(rule)
    season = LevelSeason(**enough | {lacking: enough[lacking] - 0.01})
    assert highest_level(season) is rule.level.below
    assert [(lack.what, lack.needed) for lack in level_rules.shortfalls(season, rule)] == [
        (lacking, enough[lacking])
    ]


def test_a_hundred_favours_for_one_friend_open_only_the_first_level():
    assert highest_level(LevelSeason(contributions=100, people=1, days=60, standing=2.0)) is StandingLevel.L1


@pytest.mark.parametrize("rule", DEFAULT_LEVEL_RULES)
def test_a_level_of_n_asks_for_a_fifth_of_it_in_people_and_a_quarter_in_days(rule):
    assert rule.people * 5 >= rule.contributions > (rule.people - 1) * 5
    assert rule.days * 4 >= rule.contributions > (rule.days - 1) * 4


def test_levels_are_earned_at_once_and_over_several_steps():
    verdict = decide_level(HeldLevel(StandingLevel.L0, LONG_AGO, 0), BUSY, at=AT)
    assert verdict.outcome is LevelOutcome.EARNED
    assert verdict.held == HeldLevel(StandingLevel.L3, AT, 0)
    assert {lack.level for lack in verdict.missing} == {StandingLevel.L4}


def test_a_level_is_lost_by_one_step_after_two_misses_in_a_row():
    held = HeldLevel(StandingLevel.L3, LONG_AGO, 0)
    quiet = LevelSeason(3, 1, 1, 0.5)
    first = decide_level(held, quiet, at=AT)
    assert (first.outcome, first.held.level, first.held.misses) == (
        LevelOutcome.MISSED_ONCE,
        StandingLevel.L3,
        1,
    )
    second = decide_level(first.held, quiet, at=AT + timedelta(days=7))
    assert second.outcome is LevelOutcome.LOST
    assert second.held == HeldLevel(StandingLevel.L2, AT + timedelta(days=7), 0)
    assert {lack.level for lack in second.missing} == {StandingLevel.L2}


def test_a_week_that_meets_it_forgets_the_miss_before():
    missed = HeldLevel(StandingLevel.L3, LONG_AGO, 1)
    assert decide_level(missed, BUSY, at=AT).held == HeldLevel(StandingLevel.L3, LONG_AGO, 0)


@pytest.mark.parametrize(
    ("days", "outcome"), [(13.9, LevelOutcome.TOO_SOON_TO_LOSE), (14, LevelOutcome.LOST)]
)
def test_nothing_is_lost_within_a_fortnight(days, outcome):
    held = HeldLevel(StandingLevel.L2, AT - timedelta(days=days), 1)
    assert decide_level(held, LevelSeason(0, 0, 0, 0.0), at=AT).outcome is outcome


def test_nobody_falls_below_the_beginning():
    verdict = decide_level(HeldLevel(StandingLevel.L0, LONG_AGO, 5), LevelSeason(0, 0, 0, 0.0), at=AT)
    assert (verdict.held.level, verdict.outcome) == (StandingLevel.L0, LevelOutcome.KEPT)


def test_at_the_top_nothing_is_missing():
    assert not decide_level(
        HeldLevel(StandingLevel.L4, LONG_AGO, 0), LevelSeason(60, 12, 15, 1.0), at=AT
    ).missing


def test_a_higher_level_may_all_that_a_lower_one_may():
    table = privileges_by_level()
    for level in LEVELS:
        assert table[level.below] <= table[level]
    assert table[StandingLevel.L4] == frozenset(StandingPrivilege) == frozenset(DEFAULT_LEVELS)


def test_a_market_gives_a_job_from_another_level_on():
    table = privileges_by_level({StandingPrivilege.MODERATE_DRAFTS: StandingLevel.L4})
    assert StandingPrivilege.MODERATE_DRAFTS not in table[StandingLevel.L3]
    assert StandingPrivilege.MODERATE_DRAFTS in table[StandingLevel.L4]


def test_half_of_an_activity_is_gone_in_eight_weeks():
    assert activity_score([8, 4], [0, 56]) == 10
    assert activity_score([], []) == 0
