"""Group sessions: seats of one start, begun by the first and ended by the last."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from domain import availability
from domain.availability.errors import NotBookableThen, SeatsTaken, SlotTaken
from domain.availability.models import GroupSession
from domain.offers import Terms
from tests import cast
from tests.domain.availability.neighbours import NOW, a_day, an_offer, live_holds, on, promise, starts
from tests.domain.availability.truths import broken

SOON = NOW + timedelta(minutes=15)
LESSON = on(25, "09:00", 0.75)


def a_lesson(session: Session, seats: int = 6) -> Terms:
    return an_offer(session, category="lesson", seats=seats)


def seats_left(session: Session, terms: Terms) -> dict[str, int]:
    found = availability.slots(session, terms, on(25, "08:00", 2), at=NOW)
    return dict(zip(starts(found), [slot.seats_left for slot in found], strict=True))


def test_the_first_seat_begins_a_session_and_the_others_share_its_time(session: Session) -> None:
    terms = a_lesson(session)
    promise(session, terms, LESSON, seats=2)
    promise(session, terms, LESSON, seats=3)
    assert len(live_holds(session)) == 1
    assert seats_left(session, terms)["25 09:00"] == 1
    assert "25 09:30" not in seats_left(session, terms)
    assert broken(session) == {}


def test_no_more_seats_are_given_than_there_are(session: Session) -> None:
    terms = a_lesson(session, seats=2)
    promise(session, terms, LESSON, seats=2)
    with pytest.raises(SeatsTaken) as refusal:
        promise(session, terms, LESSON)
    assert refusal.value.extras["seats_left"] == 0
    with pytest.raises(SeatsTaken):
        promise(session, terms, on(25, "11:00", 0.75), seats=3)


def test_a_session_keeps_other_offers_and_other_starts_away(session: Session) -> None:
    lesson, ironing = a_lesson(session), an_offer(session)
    promise(session, lesson, LESSON)
    with pytest.raises(SlotTaken):
        promise(session, ironing, on(25, "09:00"))
    with pytest.raises(SlotTaken):
        promise(session, lesson, on(25, "09:30", 0.75))


def test_the_last_seat_given_back_ends_the_session_and_frees_its_time(session: Session) -> None:
    terms = a_lesson(session)
    one, other = promise(session, terms, LESSON), promise(session, terms, LESSON, seats=2)
    availability.release(session, one, at=NOW)
    assert len(live_holds(session)) == 1
    for _ in range(2):
        availability.release(session, other, at=NOW)
    assert live_holds(session) == []
    promise(session, an_offer(session), on(25, "09:00"))
    assert broken(session) == {}


def test_a_session_may_begin_again_after_it_ended(session: Session) -> None:
    terms = a_lesson(session)
    availability.release(session, promise(session, terms, LESSON), at=NOW)
    promise(session, terms, LESSON)
    assert len(session.exec(select(GroupSession)).all()) == 2
    assert broken(session) == {}


def test_expired_seats_give_way_and_firm_ones_do_not(session: Session) -> None:
    terms = a_lesson(session, seats=2)
    firm = promise(session, terms, LESSON, expires_at=SOON)
    promise(session, terms, LESSON, expires_at=SOON)
    availability.confirm(session, firm)
    promise(session, terms, LESSON, at=SOON)
    with pytest.raises(SeatsTaken):
        promise(session, terms, LESSON, at=SOON)
    assert broken(session) == {}


def test_the_sweep_ends_a_session_of_which_all_seats_expired(session: Session) -> None:
    terms = a_lesson(session)
    promise(session, terms, LESSON, expires_at=SOON, seats=3)
    assert availability.release_expired(session, at=SOON) == 1
    assert live_holds(session) == []
    assert broken(session) == {}


def test_a_booking_takes_more_seats_by_moving_to_them(session: Session) -> None:
    terms = a_lesson(session, seats=3)
    promise(session, terms, LESSON)
    booking_id = promise(session, terms, LESSON)
    for wanted, left in [(2, 0), (1, 1)]:
        availability.move(
            session, terms=terms, booking_id=booking_id, during=LESSON, seats=wanted, option_ids=[], at=NOW
        )
        assert seats_left(session, terms).get("25 09:00", 0) == left
    assert broken(session) == {}


def test_a_session_of_another_length_cannot_be_joined(session: Session) -> None:
    terms = a_lesson(session)
    promise(session, terms, LESSON)
    with pytest.raises(NotBookableThen):
        promise(session, terms, on(25, "09:00", 2))


def test_seats_of_two_providers_have_nothing_to_do_with_each_other(session: Session) -> None:
    ellen, farah = (
        a_lesson(session, seats=1),
        an_offer(session, category="lesson", seats=1, provider=cast.farah(session)),
    )
    promise(session, ellen, LESSON)
    promise(session, farah, LESSON)
    assert len(live_holds(session)) == 2
    assert starts(availability.slots(session, ellen, a_day(25), at=NOW)).count("25 09:00") == 0
