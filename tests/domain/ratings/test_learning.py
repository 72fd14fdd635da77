"""What a night learns from what is published, and what it leaves alone."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.ratings import learning, pages, replaying, scores
from domain.ratings.kinds import Side
from tests.domain.ratings.stagecraft import DAY, Play, play


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    """Three bookings, of which both said something; scores have followed."""
    played = play(session, at)
    told = [played.reviewed((stars, 5), days=2 * day)[1:] for day, stars in enumerate((5, 4, 5))]
    scores.follow(session, [review.id for pair in told for review in pair], at=played.over + 9 * DAY)
    return played


def rows(here: Play, statement: str) -> list[Any]:
    return list(here.session.execute(text(statement)).mappings())


def test_a_category_knows_its_shares_its_usual_amount_and_effort(here: Play):
    learning.learn_norms(here.session, at=here.over + 10 * DAY)
    norm = next(row for row in rows(here, "SELECT * FROM reputation_norms") if row["role"] == "provider")
    assert norm["histogram"] == pytest.approx([1 / 8, 1 / 8, 1 / 8, 2 / 8, 3 / 8])
    assert norm["reviews"] == 3
    assert norm["effort"] == pytest.approx(4 / 5)
    (amount,) = {row["value_amount"] for row in rows(here, "SELECT value_amount FROM review_windows")}
    assert norm["usual_amounts"] == {"EUR": amount}


def test_trust_flows_from_the_approved_to_whom_they_worked_for_and_praised(here: Play):
    assert learning.learn_credibility(here.session, at=here.over + 10 * DAY) == 2
    known = {row["rater_id"]: row["value"] for row in rows(here, "SELECT * FROM rater_credibilities")}
    assert known[here.scene.aino.user_id] > 0.5
    assert learning.learn_credibility(here.session, at=here.over + 11 * DAY) == 0, "nothing moved"


def test_nobody_is_trusted_for_work_that_was_free(here: Play):
    here.session.execute(text("ALTER TABLE review_windows DISABLE TRIGGER review_windows_are_kept"))
    here.session.execute(text("UPDATE review_windows SET value_amount = 0"))
    learning.learn_credibility(here.session, at=here.over + 10 * DAY)
    found = "SELECT * FROM rater_credibilities WHERE value > 0.5 AND rater_id = "
    assert rows(here, f"{found} '{here.scene.aino.user_id}'") == []


def test_who_is_known_otherwise_is_weighed_anew_until_nobody_is(here: Play):
    keys = learning.states_after(here.session, None, limit=9)
    assert learning.known_otherwise(here.session, keys) == []
    learning.learn_credibility(here.session, at=here.over + 10 * DAY)
    found = learning.known_otherwise(here.session, keys)
    assert len(found) == 6
    assert scores.follow_credibility(here.session, found, at=here.over + 10 * DAY) == 2
    assert learning.known_otherwise(here.session, keys) == []
    assert replaying.drifted(here.session) == []


def test_whoever_offers_something_has_a_ranking_before_the_first_review(session: Session, at: datetime):
    played = play(session, at)
    assert learning.welcome_newcomers(session, at=at) >= 1
    keys = learning.states_after(session, None, limit=9)
    assert (played.scene.ellen.user_id, Side.PROVIDER) in [(key.subject_id, key.role) for key in keys]
    assert scores.refresh(session, keys, at=at) == len(keys)
    assert scores.refresh(session, keys, at=at) == 0, "nothing moved"
    assert learning.states_after(session, keys[-1], limit=9) == []


def test_what_is_read_in_pages_is_all_of_it(here: Play, monkeypatch: pytest.MonkeyPatch):
    whole = learning.learn_credibility(here.session, at=here.over + 10 * DAY)
    found = rows(here, "SELECT * FROM rater_credibilities ORDER BY rater_id")
    here.session.execute(text("DELETE FROM rater_credibilities"))
    monkeypatch.setattr(pages, "PAGE", 2)
    assert learning.learn_credibility(here.session, at=here.over + 10 * DAY) == whole == 2
    assert rows(here, "SELECT * FROM rater_credibilities ORDER BY rater_id") == found
    here.session.execute(text("UPDATE reputation_states SET weight = weight + 1"))
    monkeypatch.setattr(replaying, "AT_ONCE", 1)
    assert len(replaying.drifted(here.session)) == 2
