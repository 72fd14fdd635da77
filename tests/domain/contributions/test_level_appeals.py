"""What a person can make of the loss of a level: see why, have it looked at, and get it back."""

from datetime import timedelta

import pytest

from domain import contributions
from domain.contributions import Level, LevelAppealOutcome, LevelOutcome
from domain.contributions.errors import (
    LevelAppealIsYourOwn,
    LevelDecisionNotFound,
    LevelNotAppealable,
    NoLevelAppealOpen,
)
from tests import cast
from tests.domain.contributions.neighbourhood import caller, linked
from tests.domain.contributions.town import DAY, WEEK, Town


@pytest.fixture
def town(session, at):
    return Town(session, at)


def test_who_lost_a_level_has_it_looked_at_and_a_moderator_gives_it_back(town):
    lost, at = town.lost(), town.now + 18 * WEEK
    contributions.appeal_level_loss(town.session, lost.id, "I was ill.", by=town.by_giver, at=at)
    found = contributions.open_level_appeals(town.session, town.market.id, by=town.mira, after=None, limit=10)
    assert [row.id for row in found.items] == [lost.id]
    answered = contributions.answer_level_appeal(
        town.session,
        lost.id,
        LevelAppealOutcome.OVERTURNED,
        statement="Get well.",
        by=town.mira,
        at=at,
    )
    assert answered.appeal_decided_by == town.mira.user_id
    assert (town.state().level, town.state().since, town.state().misses) == (Level.L2, at, 0)
    assert town.decisions()[-1].outcome is LevelOutcome.RESTORED
    found = contributions.open_level_appeals(town.session, town.market.id, by=town.mira, after=None, limit=10)
    assert not found.items
    town.decides(at + WEEK)
    town.decides(at + 13 * DAY)
    assert town.state().level is Level.L2


def test_an_appeal_that_is_turned_down_changes_nothing(town):
    lost, at = town.lost(), town.now + 18 * WEEK
    contributions.appeal_level_loss(town.session, lost.id, "I was ill.", by=town.by_giver, at=at)
    contributions.answer_level_appeal(
        town.session, lost.id, LevelAppealOutcome.UPHELD, statement="Come back.", by=town.mira, at=at
    )
    assert town.state().level is Level.L1
    with pytest.raises(NoLevelAppealOpen):
        contributions.answer_level_appeal(
            town.session, lost.id, LevelAppealOutcome.OVERTURNED, statement="Oh.", by=town.mira, at=at
        )


def test_who_earned_the_level_again_meanwhile_keeps_what_they_have(town):
    lost, at = town.lost(), town.now + 20 * WEEK
    contributions.appeal_level_loss(town.session, lost.id, "I was ill.", by=town.by_giver, at=at)
    town.now = at
    town.gives(7)
    town.decides(at)
    contributions.answer_level_appeal(
        town.session, lost.id, LevelAppealOutcome.OVERTURNED, statement="Yes.", by=town.mira, at=at
    )
    assert town.state().level is Level.L4
    assert town.decisions()[-1].outcome is LevelOutcome.EARNED


def test_only_a_loss_is_appealed_once_in_time_and_by_whom_it_is_about(town):
    lost, at = town.lost(), town.now + 18 * WEEK
    earned = town.decisions()[0]
    with pytest.raises(LevelNotAppealable):
        contributions.appeal_level_loss(town.session, earned.id, "More!", by=town.by_giver, at=at)
    with pytest.raises(LevelDecisionNotFound):
        contributions.appeal_level_loss(town.session, lost.id, "For them.", by=town.mira, at=at)
    late = lost.decided_at + timedelta(days=183, seconds=1)
    with pytest.raises(LevelNotAppealable):
        contributions.appeal_level_loss(town.session, lost.id, "Late.", by=town.by_giver, at=late)
    contributions.appeal_level_loss(town.session, lost.id, "I was ill.", by=town.by_giver, at=at)
    with pytest.raises(LevelNotAppealable):
        contributions.appeal_level_loss(town.session, lost.id, "Again.", by=town.by_giver, at=at)


def test_nobody_answers_the_appeal_of_an_account_that_looks_like_theirs(town):
    lost, at = town.lost(), town.now + 18 * WEEK
    contributions.appeal_level_loss(town.session, lost.id, "I was ill.", by=town.by_giver, at=at)
    linked(town.session, lost.user_id, town.mira.user_id, at)
    told = {"statement": "Yes.", "by": town.mira, "at": at}
    with pytest.raises(LevelAppealIsYourOwn):
        contributions.answer_level_appeal(town.session, lost.id, LevelAppealOutcome.OVERTURNED, **told)


def test_nobody_answers_their_own_appeal_and_only_moderators_answer_one(town):
    town.giver = town.mira.user_id
    lost, at = town.lost(), town.now + 18 * WEEK
    contributions.appeal_level_loss(town.session, lost.id, "I was ill.", by=town.mira, at=at)
    told = {"statement": "Yes.", "at": at}
    with pytest.raises(LevelAppealIsYourOwn):
        contributions.answer_level_appeal(
            town.session, lost.id, LevelAppealOutcome.OVERTURNED, by=town.mira, **told
        )
    aino = caller(town.session, cast.aino(town.session))
    with pytest.raises(LevelDecisionNotFound):
        contributions.answer_level_appeal(
            town.session, lost.id, LevelAppealOutcome.OVERTURNED, by=aino, **told
        )
    made = contributions.answer_level_appeal(
        town.session, lost.id, LevelAppealOutcome.OVERTURNED, by=town.otto, **told
    )
    assert made.appeal_outcome is LevelAppealOutcome.OVERTURNED


def test_a_decision_is_seen_by_whom_it_is_about_and_by_moderators(town):
    lost = town.lost()
    for by in (town.by_giver, town.mira, town.otto):
        assert contributions.level_decision(town.session, lost.id, by=by).id == lost.id
    with pytest.raises(LevelDecisionNotFound):
        contributions.level_decision(town.session, lost.id, by=caller(town.session, cast.aino(town.session)))
