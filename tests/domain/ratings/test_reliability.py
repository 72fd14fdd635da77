"""How reliable somebody is: counted over a year, without what nobody is to blame for."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import bookings
from domain.bookings import BookingReasonCode
from domain.ratings.kinds import Side
from domain.ratings.reliability import Reliability, Share, reliability_of
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


def of_ellen(here: Play, *, at: timedelta = DAY) -> Reliability:
    return reliability_of(here.session, here.scene.ellen.user_id, Side.PROVIDER, at=here.over + at)


def called_off(here: Play, *, by: str, reason_code: BookingReasonCode, days: int) -> None:
    booking = here.scene.make_confirmed_booking(start=here.scene.start + days * DAY)
    bookings.cancel(
        here.session,
        booking.id,
        reason_code=reason_code,
        by=getattr(here.scene, by),
        at=here.scene.at + HOUR,
    )


def test_nothing_is_known_of_who_never_had_a_booking(here: Play):
    found = of_ellen(here)
    assert [found.answered.value, found.completed.value, found.on_time.value] == [None, None, None]


def test_what_was_accepted_and_carried_out_counts_for_both_sides(here: Play):
    here.completed()
    found = of_ellen(here)
    assert (found.completed_bookings, found.answered, found.accepted) == (1, Share(1, 1), Share(1, 1))
    assert (found.completed, found.on_time, found.called_off) == (Share(1, 1), Share(1, 1), Share(1, 0))
    aino = reliability_of(here.session, here.scene.aino.user_id, Side.CUSTOMER, at=here.over + DAY)
    assert (aino.completed, aino.answered) == (Share(1, 1), Share(0, 0))


@pytest.mark.parametrize(
    ("by", "reason_code", "expected"),
    [
        ("ellen", BookingReasonCode.CHANGED_PLANS, Share(2, 1)),
        ("ellen", BookingReasonCode.WEATHER, Share(1, 0)),
        ("aino", BookingReasonCode.CHANGED_PLANS, Share(1, 0)),
    ],
)
def test_only_what_a_side_called_off_without_need_counts_against_it(here: Play, by, reason_code, expected):
    here.completed()
    called_off(here, by=by, reason_code=reason_code, days=2)
    assert of_ellen(here).called_off == expected


def test_a_start_half_an_hour_late_is_not_on_time(here: Play):
    booking = here.completed()
    late = {"id": booking.id, "late": timedelta(minutes=30)}
    here.session.execute(text("UPDATE bookings SET started_at = started_at + :late WHERE id = :id"), late)
    assert of_ellen(here).on_time == Share(1, 0)


def test_what_is_older_than_a_year_is_forgotten(here: Play):
    here.completed()
    assert of_ellen(here, at=366 * DAY + 8 * DAY).completed_bookings == 0
