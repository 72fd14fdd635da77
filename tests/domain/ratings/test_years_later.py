"""Years later the sums are still what their weighings add up to, whatever is taken out of them.

Against a landmark ten years ago what is new weighs a million times what is old, and squared a billion times a
thousand: taking it out again would leave the rounding of that behind. So each year has its own landmark.
"""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import ratings
from domain.ratings import DecisionKind, DecisionReason, replaying, scores
from tests.domain.ratings.stagecraft import DAY, Play, play
from tests.market_calendar import START

_LATER = text("""
    UPDATE reviews SET submitted_at = submitted_at + :span, revealed_at = revealed_at + :span
    WHERE id = ANY(:ids)
""")


@pytest.mark.parametrize("years", [1, 10, 20])
def test_what_is_removed_years_later_leaves_the_sums_exact(session: Session, years: int):
    here, span = play(session, START), timedelta(days=365 * years)
    _, old, _ = here.reviewed((5, 5))
    scores.follow(session, [old.id], at=here.over + DAY)
    at = here.over + span + 20 * DAY
    replaying.move_landmarks(session, at=at)
    late = _written(here, span)
    for review_id in late:
        scores.follow(session, [review_id], at=at)
    for review_id in late:
        why = {"reason_code": DecisionReason.SPAM, "statement": "So."}
        ratings.decide(session, review_id, DecisionKind.REMOVE, by=here.mira, at=at, **why)
        scores.follow(session, [review_id], at=at)
    assert replaying.drifted(session) == []


@pytest.mark.parametrize("years", [0, 12])
def test_all_states_are_counted_from_one_landmark(session: Session, years: int):
    here = play(session, START)
    _, mine, theirs = here.reviewed()
    scores.follow(session, [mine.id], at=here.over + DAY)
    at = here.over + timedelta(days=365 * years + 20)
    scores.follow(session, [theirs.id], at=at)
    replaying.move_landmarks(session, at=at)
    assert replaying.move_landmarks(session, at=at) == 0
    found = set(session.scalars(text("SELECT landmark_at FROM reputation_states")))
    assert found == {at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)}


def _written(here: Play, later: timedelta) -> list[UUID]:
    """Three more reviews by Aino, written and revealed so much later than their bookings were."""
    ids = [here.reviewed((1, 5), days=2 * day)[1].id for day in range(1, 4)]
    here.session.flush()
    here.session.execute(text("ALTER TABLE reviews DISABLE TRIGGER USER"))
    here.session.execute(_LATER, {"ids": ids, "span": later})
    here.session.execute(text("ALTER TABLE reviews ENABLE TRIGGER USER"))
    here.session.expire_all()
    return ids
