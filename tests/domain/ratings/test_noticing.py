"""What detectors notice is written down once, and nothing follows from it by itself."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.identity import SignalKind, record_signal
from domain.ratings import noticing, scores
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play

CONTACT = "Call me directly at +358 40 123 4567 and we save the fee."


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


def signals(here: Play) -> list[dict[str, Any]]:
    found = here.session.execute(text("SELECT * FROM review_signals ORDER BY detector, review_id"))
    return [dict(row) for row in found.mappings()]


def written(here: Play, words: str, *, days: int = 0, is_revealed: bool = True) -> Any:
    booking, at = here.completed(days=days), here.over + days * DAY + HOUR
    review = here.writes("aino", booking.id, 1, at=at, text=words)
    if is_revealed:
        here.writes("ellen", booking.id, 5, at=at + HOUR, text=f"Day {days}.")
        scores.follow(here.session, [review.id], at=at + HOUR)
    return review


def test_telling_words_are_written_down_once_with_their_evidence(here: Play):
    review = written(here, CONTACT)
    assert noticing.notice(here.session, at=here.over + 9 * DAY) == 1
    assert noticing.notice(here.session, at=here.over + 10 * DAY) == 0
    (signal,) = signals(here)
    assert (signal["detector"], signal["review_id"]) == ("contact_data", review.id)
    assert signal["evidence"]["found"]


def test_copies_are_noticed_on_both_reviews(here: Play):
    words = "The shirts were folded wrongly, the collars were damp, and nobody answered the door for long."
    both = {written(here, words, days=days).id for days in (0, 2)}
    noticing.notice(here.session, at=here.over + 9 * DAY)
    assert {signal["review_id"] for signal in signals(here) if signal["detector"] == "duplicate_text"} == both


def test_a_sealed_review_is_not_looked_at(here: Play):
    written(here, CONTACT, is_revealed=False)
    assert noticing.notice(here.session, at=here.over + 9 * DAY) == 0


def test_a_signal_changes_no_review_and_no_score(here: Play):
    written(here, CONTACT)
    tables = ("reviews", "reputation_states", "review_decisions")
    before = [here.session.execute(text(f"SELECT * FROM {table}")).all() for table in tables]  # noqa: S608 -- our own tables
    noticing.notice(here.session, at=here.over + 9 * DAY)
    assert [here.session.execute(text(f"SELECT * FROM {table}")).all() for table in tables] == before  # noqa: S608 -- likewise


def test_a_review_between_two_who_share_a_card_asks_for_a_look_and_is_shown_as_before(here: Play):
    for person in (here.scene.aino, here.scene.ellen):
        record_signal(here.session, person.user_id, SignalKind.CARD, "one", here.over)
    review = written(here, "Nice.")
    assert noticing.notice(here.session, at=here.over + 9 * DAY) == 1
    [found] = signals(here)
    assert (found["detector"], found["review_id"]) == ("shared_identity", review.id)
    assert found["evidence"] == {"both_showed": ["card"]}
    assert here.session.scalar(text("SELECT count(*) FROM reviews WHERE state = 'published'")) == 2
    assert noticing.notice(here.session, at=here.over + 10 * DAY) == 0
