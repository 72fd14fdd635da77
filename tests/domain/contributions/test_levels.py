"""Levels are reached at once, lost slowly, and always with what would change it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.contributions import levels
from domain.contributions.activity import activity
from domain.contributions.levels import RULES, Held, LevelOutcome, Season, decide, reached
from domain.contributions.privileges import FROM_LEVEL, LEVELS, Level, Privilege, capabilities

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=90)
BUSY = Season(contributions=30, people=6, days=8, standing=0.5)


@pytest.mark.parametrize(
    ("season", "level"),
    [
        (Season(0, 0, 0, 9.0), Level.L0),
        (Season(3, 1, 1, 0.0), Level.L1),
        (Season(12, 3, 3, 0.1), Level.L2),
        (BUSY, Level.L3),
        (Season(60, 12, 15, 1.0), Level.L4),
    ],
)
def test_a_season_that_just_meets_every_demand_reaches_the_level(season, level):
    assert reached(season) is level


def demands(rule):
    asked = {"contributions": rule.contributions, "people": rule.people, "days": rule.days}
    return asked | {"standing": rule.standing}


@pytest.mark.parametrize(
    ("rule", "lacking"), [(rule, what) for rule in RULES for what, asked in demands(rule).items() if asked]
)
def test_a_season_that_lacks_one_thing_misses_the_level_and_is_told_which(rule, lacking):
    enough = demands(rule)
    season = Season(**enough | {lacking: enough[lacking] - 0.01})
    assert reached(season) is rule.level.below
    assert [(lack.what, lack.needed) for lack in levels.missing(season, rule)] == [(lacking, enough[lacking])]


def test_a_hundred_favours_for_one_friend_open_only_the_first_level():
    assert reached(Season(contributions=100, people=1, days=60, standing=2.0)) is Level.L1


@pytest.mark.parametrize("rule", RULES)
def test_a_level_of_n_asks_for_a_fifth_of_it_in_people_and_a_quarter_in_days(rule):
    assert rule.people * 5 >= rule.contributions > (rule.people - 1) * 5
    assert rule.days * 4 >= rule.contributions > (rule.days - 1) * 4


def test_levels_are_earned_at_once_and_over_several_steps():
    verdict = decide(Held(Level.L0, LONG_AGO, 0), BUSY, at=AT)
    assert verdict.outcome is LevelOutcome.EARNED
    assert verdict.held == Held(Level.L3, AT, 0)
    assert {lack.level for lack in verdict.missing} == {Level.L4}


def test_a_level_is_lost_by_one_step_after_two_misses_in_a_row():
    held = Held(Level.L3, LONG_AGO, 0)
    quiet = Season(3, 1, 1, 0.5)
    first = decide(held, quiet, at=AT)
    assert (first.outcome, first.held.level, first.held.misses) == (LevelOutcome.MISSED_ONCE, Level.L3, 1)
    second = decide(first.held, quiet, at=AT + timedelta(days=7))
    assert second.outcome is LevelOutcome.LOST
    assert second.held == Held(Level.L2, AT + timedelta(days=7), 0)
    assert {lack.level for lack in second.missing} == {Level.L2}


def test_a_week_that_meets_it_forgets_the_miss_before():
    missed = Held(Level.L3, LONG_AGO, 1)
    assert decide(missed, BUSY, at=AT).held == Held(Level.L3, LONG_AGO, 0)


@pytest.mark.parametrize(
    ("days", "outcome"), [(13.9, LevelOutcome.TOO_SOON_TO_LOSE), (14, LevelOutcome.LOST)]
)
def test_nothing_is_lost_within_a_fortnight(days, outcome):
    held = Held(Level.L2, AT - timedelta(days=days), 1)
    assert decide(held, Season(0, 0, 0, 0.0), at=AT).outcome is outcome


def test_nobody_falls_below_the_beginning():
    verdict = decide(Held(Level.L0, LONG_AGO, 5), Season(0, 0, 0, 0.0), at=AT)
    assert (verdict.held.level, verdict.outcome) == (Level.L0, LevelOutcome.KEPT)


def test_at_the_top_nothing_is_missing():
    assert not decide(Held(Level.L4, LONG_AGO, 0), Season(60, 12, 15, 1.0), at=AT).missing


def test_a_higher_level_may_all_that_a_lower_one_may():
    table = capabilities()
    for level in LEVELS:
        assert table[level.below] <= table[level]
    assert table[Level.L4] == frozenset(Privilege) == frozenset(FROM_LEVEL)


def test_a_market_gives_a_job_from_another_level_on():
    table = capabilities({Privilege.MODERATE_DRAFTS: Level.L4})
    assert Privilege.MODERATE_DRAFTS not in table[Level.L3]
    assert Privilege.MODERATE_DRAFTS in table[Level.L4]


def test_half_of_an_activity_is_gone_in_eight_weeks():
    assert activity([8, 4], [0, 56]) == 10
    assert activity([], []) == 0
