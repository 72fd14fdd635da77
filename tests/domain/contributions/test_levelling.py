"""Levels in force: what a hundred days amount to, week by week, and what a level opens."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain import contributions, markets
from domain.contributions import (
    AttestationState,
    ContributionDraw,
    Level,
    LevelDecision,
    LevelOutcome,
    LevelState,
    Privilege,
)
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from tests import cast
from tests.domain.contributions.circle import gave
from tests.domain.contributions.neighbourhood import caller
from tests.domain.contributions.town import DAY, WEEK, Town
from tests.domain.contributions.village import village


@pytest.fixture
def town(session, at):
    return Town(session, at)


def test_a_level_is_reached_in_the_week_in_which_the_rules_are_met(town):
    town.gives(5)
    assert town.decides() == 1
    assert town.state().level is Level.L2
    (decision,) = town.decisions()
    assert (decision.outcome, decision.previous, decision.level) == (
        LevelOutcome.EARNED,
        Level.L0,
        Level.L2,
    )
    assert decision.inputs["season"] == {"contributions": 5, "people": 3, "days": 5, "standing": 0}
    assert [lack["what"] for lack in decision.would_change] == ["contributions"]


def test_nobody_is_asked_twice_in_a_week(town):
    town.gives(5)
    town.decides()
    town.gives(2, days_ago=20)
    assert contributions.levels_to_be_asked(town.session, town.market.id, at=town.now, limit=9) == []
    assert contributions.decide_levels(town.session, town.market.id, [town.giver], at=town.now) == 0
    assert len(town.decisions()) == 1


def test_what_came_on_one_day_or_for_one_person_opens_less(town):
    for place in range(6):
        gave(town.session, town.market, town.giver, town.others[:1], at=town.now - place * DAY)
    town.decides()
    assert town.state().level is Level.L2  # six contributions for one person: L3 asks for two


def test_a_day_is_one_of_the_market_s_own(town):
    """Half past nine and half past ten in the evening by UTC are two days in Helsinki."""
    evening = town.now.replace(hour=21, minute=30) - 2 * DAY
    for minutes in (0, 60):
        gave(town.session, town.market, town.giver, town.others[:1], at=evening + timedelta(minutes=minutes))
    found = contributions.standing_of_user(
        town.session, town.giver, town.market.id, by=town.by_giver, at=town.now
    )
    assert found.own.season.days == 2


def test_silence_counts_for_a_level_though_it_vouches_for_nobody(town):
    town.gives(3, said=AttestationState.CONFIRMED_BY_SILENCE)
    town.decides()
    assert town.state().level is Level.L1


def test_what_is_a_hundred_days_ago_no_longer_counts(town):
    town.gives(3, days_ago=100)
    town.decides()
    assert town.state() is None


def test_a_level_is_lost_by_a_step_after_two_weeks_that_miss_it_and_says_why(town):
    decision = town.lost()
    assert [row.outcome for row in town.decisions()] == [
        LevelOutcome.EARNED,
        LevelOutcome.MISSED_ONCE,
        LevelOutcome.LOST,
    ]
    assert (decision.previous, decision.level) == (Level.L2, Level.L1)
    assert decision.would_change == [
        {"level": "L1", "what": "contributions", "now": 0, "needed": 3},
        {"level": "L1", "what": "people", "now": 0, "needed": 1},
        {"level": "L1", "what": "days", "now": 0, "needed": 1},
    ]


def test_a_decision_comes_out_again_of_its_own_inputs(town):
    town.lost()
    for decision in town.decisions():
        again = contributions.decided_again(decision)
        assert (again.held.level, again.outcome) == (decision.level, decision.outcome)
        assert [lack.what for lack in again.missing] == [lack["what"] for lack in decision.would_change]


@pytest.mark.parametrize("wrong", [{"would_change": []}, {"level": Level.L0}])
def test_a_loss_without_a_reason_or_of_two_steps_is_refused_by_the_database(town, wrong):
    lost = town.lost()
    same = {column.name: getattr(lost, column.name) for column in LevelDecision.__table__.columns}
    another = {**same, "id": ids.new(), "on_date": lost.on_date + DAY}
    town.session.execute(LevelDecision.__table__.insert(), another)
    with pytest.raises(IntegrityError):
        town.session.execute(
            LevelDecision.__table__.insert(),
            {**another, "id": ids.new(), "on_date": lost.on_date + WEEK, **wrong},
        )


def test_a_decision_stands_as_it_was_made(town):
    lost = town.lost()
    with pytest.raises(IntegrityError), town.session.begin_nested():
        town.session.execute(text("UPDATE level_decisions SET level = 'L4' WHERE id = :id"), {"id": lost.id})


def test_everybody_sees_a_level_and_only_its_owner_and_operators_the_numbers(town):
    town.gives(5)
    town.decides()
    aino = caller(town.session, cast.aino(town.session))
    sees = [
        contributions.standing_of_user(town.session, town.giver, town.market.id, by=by, at=town.now)
        for by in (aino, town.by_giver, town.otto)
    ]
    assert [one.level for one in sees] == [Level.L2] * 3
    assert [one.own is None for one in sees] == [True, False, False]
    assert sees[1].own.would_change[0].level is Level.L3


def test_a_level_opens_what_the_market_says_it_opens(session, at):
    town = Town(session, at, may={"moderate_drafts": "L2"})
    town.gives(5)

    def may(privilege):
        return contributions.may(session, town.giver, privilege, market_id=town.market.id, at=at)

    assert (may(Privilege.CONTRIBUTE), may(Privilege.MODERATE_DRAFTS)) == (True, False)
    town.decides()
    assert may(Privilege.MODERATE_DRAFTS)
    assert not may(Privilege.SIT_ON_JURIES)


def test_where_nothing_is_given_there_are_no_levels(town):
    town.gives(5)
    town.decides()
    markets.publish_policy(town.session, town.market.id, rules=MarketPolicy(), by=SYSTEM, at=town.now)
    later = town.now + WEEK
    assert contributions.published_levels(town.session, town.market.id, at=later) == ()
    assert contributions.levels_to_be_asked(town.session, town.market.id, at=later, limit=9) == []
    asked = {"market_id": town.market.id, "at": later}
    assert not contributions.may(town.session, town.giver, Privilege.CONTRIBUTE, **asked)


def test_a_market_publishes_what_each_level_asks_for_and_lets_one_do(town):
    first, *others = contributions.published_levels(town.session, town.market.id, at=town.now)
    assert (first.level, first.rule) == (Level.L0, None)
    assert [one.rule.contributions for one in others] == [3, 5, 6, 7]
    assert Privilege.PROPOSE_RULES in others[-1].may


@pytest.mark.parametrize(("first", "eligible"), [("L0", 4), ("L1", 1), ("L2", 0)])
def test_a_quorum_is_drawn_from_those_whose_level_lets_them_attest(session, at, first, eligible):
    here = village(session, at, levels={"may": {"attest": first}})
    neighbour, *_ = [one.user_id for one in here.neighbours(3)]
    week = {"since": here.now, "asked_on": here.now.date()}
    session.add(LevelState(market_id=here.market.id, user_id=neighbour, level=Level.L1, **week))
    session.flush()
    given = here.asked()
    drawn = session.get(ContributionDraw, given.id)
    assert drawn.eligible == eligible
    assert (str(neighbour) in drawn.ranked) is (first != "L2")
