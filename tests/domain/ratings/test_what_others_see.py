"""What others see of a review is what was told to them, not what only its author and the tables know."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from domain import ratings
from domain.ratings import Side, WindowReason, scores
from domain.ratings.scores import LAST_YEAR
from domain.ratings.weighing import StateKey
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


@pytest.mark.parametrize("days", [364, 366, 370, 378, 380])
def test_the_last_year_is_counted_from_the_reveal_which_is_all_that_a_reader_sees(here: Play, days: int):
    booking = here.completed()
    mine = here.writes("aino", booking.id, 4, at=here.over + HOUR)
    assert ratings.reveal(here.session, booking.id, at=here.over + 15 * DAY)
    scores.follow(here.session, [mine.id], at=here.over + 15 * DAY)
    at = here.over + timedelta(days=days)
    listed = ratings.about_provider(here.session, here.scene.offer.profile_id, after=None, limit=9).items
    lately = [seen.stars for seen in listed if seen.revealed_at > at - LAST_YEAR]
    known = ratings.of_provider(here.session, here.scene.offer.profile_id, at=at)
    assert known.last_year.reviews == len(lately)
    key = StateKey(here.scene.ellen.user_id, Side.PROVIDER, listed[0].category_id)
    (kept,) = scores.standings(here.session, [key], at=at)
    assert kept.last_year == known.last_year


@pytest.mark.parametrize("who", ["aino", "ellen"])
def test_before_the_worker_comes_by_a_window_does_not_tell_that_the_other_side_has_written(
    here: Play, who: str
):
    """Only who writes opens a window then, so a row that shows itself would tell that they have."""
    booking, other = here.completed(), {"aino": "ellen", "ellen": "aino"}[who]

    def told() -> object:
        seen = ratings.of_booking(here.session, booking.id, by=getattr(here.scene, other))
        return seen.window and seen.window.model_dump(), seen.reviews, seen.note

    before = told()
    here.writes(who, booking.id, at=here.over + HOUR)
    assert told() == before
    assert before[0]["reason"] is WindowReason.COMPLETED  # type: ignore[index]


def test_a_booking_that_is_not_over_has_no_window_yet(here: Play):
    booking = here.scene.make_confirmed_booking()
    assert ratings.of_booking(here.session, booking.id, by=here.scene.aino).window is None
