"""What a person can make of the loss of a level: see why, have it looked at, and get it back."""

from datetime import timedelta

import pytest

from domain import standing
from domain.standing import LevelAppealOutcome, LevelOutcome, StandingLevel
from domain.standing.errors import (
    LevelDecisionNotFound,
    LevelNotAppealable,
    NoOpenLevelAppeal,
    OwnLevelAppeal,
)
from tests import cast
from tests.domain.contributions.contribution_market import caller_of, link_devices
from tests.domain.contributions.levels_factory import DAY, WEEK, LevelsFactory


@pytest.fixture
def levels(session, at):
    return LevelsFactory(session, at)


def test_who_lost_a_level_has_it_looked_at_and_a_moderator_gives_it_back(levels):
    lost, at = levels.lost(), levels.now + 18 * WEEK
    standing.appeal_level_loss(levels.session, lost.id, "I was ill.", by=levels.by_giver, at=at)
    rows = standing.list_open_level_appeals(
        levels.session, levels.market.id, by=levels.mira, after=None, limit=10
    )
    assert [row.id for row in rows.items] == [lost.id]
    answered = standing.answer_level_appeal(
        levels.session,
        lost.id,
        LevelAppealOutcome.OVERTURNED,
        statement="Get well.",
        by=levels.mira,
        at=at,
    )
    assert answered.appeal_decided_by == levels.mira.user_id
    assert (levels.state().level, levels.state().since, levels.state().misses) == (StandingLevel.L2, at, 0)
    assert levels.decisions()[-1].outcome is LevelOutcome.RESTORED
    rows = standing.list_open_level_appeals(
        levels.session, levels.market.id, by=levels.mira, after=None, limit=10
    )
    assert not rows.items
    levels.decide(at + WEEK)
    levels.decide(at + 13 * DAY)
    assert levels.state().level is StandingLevel.L2


def test_an_appeal_that_is_turned_down_changes_nothing(levels):
    lost, at = levels.lost(), levels.now + 18 * WEEK
    standing.appeal_level_loss(levels.session, lost.id, "I was ill.", by=levels.by_giver, at=at)
    standing.answer_level_appeal(
        levels.session, lost.id, LevelAppealOutcome.UPHELD, statement="Come back.", by=levels.mira, at=at
    )
    assert levels.state().level is StandingLevel.L1
    with pytest.raises(NoOpenLevelAppeal):
        standing.answer_level_appeal(
            levels.session, lost.id, LevelAppealOutcome.OVERTURNED, statement="Oh.", by=levels.mira, at=at
        )


def test_who_earned_the_level_again_meanwhile_keeps_what_they_have(levels):
    lost, at = levels.lost(), levels.now + 20 * WEEK
    standing.appeal_level_loss(levels.session, lost.id, "I was ill.", by=levels.by_giver, at=at)
    levels.now = at
    levels.contribute(7)
    levels.decide(at)
    standing.answer_level_appeal(
        levels.session, lost.id, LevelAppealOutcome.OVERTURNED, statement="Yes.", by=levels.mira, at=at
    )
    assert levels.state().level is StandingLevel.L4
    assert levels.decisions()[-1].outcome is LevelOutcome.EARNED


def test_only_a_loss_is_appealed_once_in_time_and_by_whom_it_is_about(levels):
    lost, at = levels.lost(), levels.now + 18 * WEEK
    earned = levels.decisions()[0]
    with pytest.raises(LevelNotAppealable):
        standing.appeal_level_loss(levels.session, earned.id, "More!", by=levels.by_giver, at=at)
    with pytest.raises(LevelDecisionNotFound):
        standing.appeal_level_loss(levels.session, lost.id, "For them.", by=levels.mira, at=at)
    late = lost.decided_at + timedelta(days=183, seconds=1)
    with pytest.raises(LevelNotAppealable):
        standing.appeal_level_loss(levels.session, lost.id, "Late.", by=levels.by_giver, at=late)
    standing.appeal_level_loss(levels.session, lost.id, "I was ill.", by=levels.by_giver, at=at)
    with pytest.raises(LevelNotAppealable):
        standing.appeal_level_loss(levels.session, lost.id, "Again.", by=levels.by_giver, at=at)


def test_nobody_answers_the_appeal_of_an_account_that_looks_like_theirs(levels):
    lost, at = levels.lost(), levels.now + 18 * WEEK
    standing.appeal_level_loss(levels.session, lost.id, "I was ill.", by=levels.by_giver, at=at)
    link_devices(levels.session, lost.user_id, levels.mira.user_id, at)
    fields = {"statement": "Yes.", "by": levels.mira, "at": at}
    with pytest.raises(OwnLevelAppeal):
        standing.answer_level_appeal(levels.session, lost.id, LevelAppealOutcome.OVERTURNED, **fields)


def test_nobody_answers_their_own_appeal_and_only_moderators_answer_one(levels):
    levels.giver = levels.mira.user_id
    lost, at = levels.lost(), levels.now + 18 * WEEK
    standing.appeal_level_loss(levels.session, lost.id, "I was ill.", by=levels.mira, at=at)
    fields = {"statement": "Yes.", "at": at}
    with pytest.raises(OwnLevelAppeal):
        standing.answer_level_appeal(
            levels.session, lost.id, LevelAppealOutcome.OVERTURNED, by=levels.mira, **fields
        )
    aino = caller_of(levels.session, cast.aino(levels.session))
    with pytest.raises(LevelDecisionNotFound):
        standing.answer_level_appeal(
            levels.session, lost.id, LevelAppealOutcome.OVERTURNED, by=aino, **fields
        )
    made = standing.answer_level_appeal(
        levels.session, lost.id, LevelAppealOutcome.OVERTURNED, by=levels.otto, **fields
    )
    assert made.appeal_outcome is LevelAppealOutcome.OVERTURNED


def test_a_decision_is_seen_by_whom_it_is_about_and_by_moderators(levels):
    lost = levels.lost()
    for by in (levels.by_giver, levels.mira, levels.otto):
        assert standing.get_level_decision(levels.session, lost.id, by=by).id == lost.id
    with pytest.raises(LevelDecisionNotFound):
        standing.get_level_decision(
            levels.session, lost.id, by=caller_of(levels.session, cast.aino(levels.session))
        )
