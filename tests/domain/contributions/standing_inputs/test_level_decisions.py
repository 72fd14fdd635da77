"""Levels in force: what a hundred days amount to, week by week, and what a level opens."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain import markets, standing
from domain.contributions import AttestationState, standing_inputs
from domain.contributions.attestations import ContributionDraw
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.markets import MarketPolicy
from domain.standing import LevelDecision, LevelOutcome, LevelState, StandingLevel, StandingPrivilege
from tests import cast
from tests.domain.contributions.claims_factory import claims_factory
from tests.domain.contributions.confirmed_contributions import confirmed_contribution
from tests.domain.contributions.contribution_market import caller_of
from tests.domain.contributions.levels_factory import DAY, WEEK, LevelsFactory


@pytest.fixture
def levels(session, at):
    return LevelsFactory(session, at)


def test_a_level_is_reached_in_the_week_in_which_the_rules_are_met(levels):
    levels.contribute(5)
    assert levels.decide() == 1
    assert levels.state().level is StandingLevel.L2
    (decision,) = levels.decisions()
    assert (decision.outcome, decision.previous, decision.level) == (
        LevelOutcome.EARNED,
        StandingLevel.L0,
        StandingLevel.L2,
    )
    assert decision.inputs["season"] == {"contributions": 5, "people": 3, "days": 5, "standing": 0}
    assert [lack["what"] for lack in decision.would_change] == ["contributions"]


def test_nobody_is_asked_twice_in_a_week(levels):
    levels.contribute(5)
    levels.decide()
    levels.contribute(2, days_ago=20)
    assert standing_inputs.users_due_for_level(levels.session, levels.market.id, at=levels.now, limit=9) == []
    assert standing_inputs.decide_levels(levels.session, levels.market.id, [levels.giver], at=levels.now) == 0
    assert len(levels.decisions()) == 1


def test_what_came_on_one_day_or_for_one_person_opens_less(levels):
    for place in range(6):
        confirmed_contribution(
            levels.session, levels.market, levels.giver, levels.others[:1], at=levels.now - place * DAY
        )
    levels.decide()
    assert levels.state().level is StandingLevel.L2  # six contributions for one person: L3 asks for two


def test_a_day_is_one_of_the_market_s_own(levels):
    """Half past nine and half past ten in the evening by UTC are two days in Helsinki."""
    evening = levels.now.replace(hour=21, minute=30) - 2 * DAY
    for minutes in (0, 60):
        confirmed_contribution(
            levels.session,
            levels.market,
            levels.giver,
            levels.others[:1],
            at=evening + timedelta(minutes=minutes),
        )
    rows = standing_inputs.get_user_standing(
        levels.session, levels.giver, levels.market.id, by=levels.by_giver, at=levels.now
    )
    assert rows.own.season.days == 2


def test_silence_counts_for_a_level_though_it_vouches_for_nobody(levels):
    levels.contribute(3, said=AttestationState.CONFIRMED_BY_SILENCE)
    levels.decide()
    assert levels.state().level is StandingLevel.L1


def test_what_is_a_hundred_days_ago_no_longer_counts(levels):
    levels.contribute(3, days_ago=100)
    levels.decide()
    assert levels.state() is None


def test_a_level_is_lost_by_a_step_after_two_weeks_that_miss_it_and_says_why(levels):
    decision = levels.lost()
    assert [row.outcome for row in levels.decisions()] == [
        LevelOutcome.EARNED,
        LevelOutcome.MISSED_ONCE,
        LevelOutcome.LOST,
    ]
    assert (decision.previous, decision.level) == (StandingLevel.L2, StandingLevel.L1)
    assert decision.would_change == [
        {"level": "L1", "what": "contributions", "now": 0, "needed": 3},
        {"level": "L1", "what": "people", "now": 0, "needed": 1},
        {"level": "L1", "what": "days", "now": 0, "needed": 1},
    ]


def test_a_decision_comes_out_again_of_its_own_inputs(levels):
    levels.lost()
    for decision in levels.decisions():
        again = standing.recompute_decision(decision)
        assert (again.held.level, again.outcome) == (decision.level, decision.outcome)
        assert [lack.what for lack in again.missing] == [lack["what"] for lack in decision.would_change]


@pytest.mark.parametrize("wrong", [{"would_change": []}, {"level": StandingLevel.L0}])
def test_a_loss_without_a_reason_or_of_two_steps_is_refused_by_the_database(levels, wrong):
    lost = levels.lost()
    same = {column.name: getattr(lost, column.name) for column in LevelDecision.__table__.columns}
    another = {**same, "id": ids.new(), "on_date": lost.on_date + DAY}
    levels.session.execute(LevelDecision.__table__.insert(), another)
    with pytest.raises(IntegrityError):
        levels.session.execute(
            LevelDecision.__table__.insert(),
            {**another, "id": ids.new(), "on_date": lost.on_date + WEEK, **wrong},
        )


def test_a_decision_stands_as_it_was_made(levels):
    lost = levels.lost()
    with pytest.raises(IntegrityError), levels.session.begin_nested():
        levels.session.execute(
            text("UPDATE level_decisions SET level = 'L4' WHERE id = :id"), {"id": lost.id}
        )


def test_everybody_sees_a_level_and_only_its_owner_and_operators_the_numbers(levels):
    levels.contribute(5)
    levels.decide()
    aino = caller_of(levels.session, cast.aino(levels.session))
    sees = [
        standing_inputs.get_user_standing(
            levels.session, levels.giver, levels.market.id, by=by, at=levels.now
        )
        for by in (aino, levels.by_giver, levels.otto)
    ]
    assert [item.level for item in sees] == [StandingLevel.L2] * 3
    assert [item.own is None for item in sees] == [True, False, False]
    assert sees[1].own.would_change[0].level is StandingLevel.L3


def test_a_level_opens_what_the_market_says_it_opens(session, at):
    town = LevelsFactory(session, at, may={"moderate_drafts": "L2"})
    town.contribute(5)

    def may(privilege):
        return standing.has_privilege(session, town.giver, privilege, market_id=town.market.id, at=at)

    assert (may(StandingPrivilege.CONTRIBUTE), may(StandingPrivilege.MODERATE_DRAFTS)) == (True, False)
    town.decide()
    assert may(StandingPrivilege.MODERATE_DRAFTS)
    assert not may(StandingPrivilege.SIT_ON_JURIES)


def test_where_nothing_is_given_there_are_no_levels(levels):
    levels.contribute(5)
    levels.decide()
    markets.publish_policy(levels.session, levels.market.id, rules=MarketPolicy(), by=SYSTEM, at=levels.now)
    later = levels.now + WEEK
    assert standing.list_levels(levels.session, levels.market.id, at=later) == ()
    assert standing_inputs.users_due_for_level(levels.session, levels.market.id, at=later, limit=9) == []
    attestation = {"market_id": levels.market.id, "at": later}
    assert not standing.has_privilege(
        levels.session, levels.giver, StandingPrivilege.CONTRIBUTE, **attestation
    )


def test_a_market_publishes_what_each_level_asks_for_and_lets_one_do(levels):
    first, *others = standing.list_levels(levels.session, levels.market.id, at=levels.now)
    assert (first.level, first.rule) == (StandingLevel.L0, None)
    assert [item.rule.contributions for item in others] == [3, 5, 6, 7]
    assert StandingPrivilege.PROPOSE_RULES in others[-1].may


@pytest.mark.parametrize(("first", "eligible"), [("L0", 4), ("L1", 1), ("L2", 0)])
def test_a_quorum_is_drawn_from_those_whose_level_lets_them_attest(session, at, first, eligible):
    factory = claims_factory(session, at, levels={"may": {"attest": first}})
    neighbour, *_ = [item.user_id for item in factory.neighbours(3)]
    week = {"since": factory.now, "asked_on": factory.now.date()}
    session.add(LevelState(market_id=factory.market.id, user_id=neighbour, level=StandingLevel.L1, **week))
    session.flush()
    contribution = factory.checked()
    drawn = session.get(ContributionDraw, contribution.id)
    assert drawn.eligible == eligible
    assert (str(neighbour) in drawn.ranked) is (first != "L2")
