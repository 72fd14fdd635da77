"""Group sessions: seats of one start, begun by the first and ended by the last."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from domain import availability, offers
from domain.availability import SlotUnavailableReason, opening_hours
from domain.availability.errors import SeatsTaken, SlotTaken, StartNotBookable
from domain.availability.models import GroupSession
from domain.availability.opening_hours import ExceptionKind
from domain.foundation.spans import Span
from domain.offers import OptionContent, OptionPer, Terms
from tests import cast
from tests.domain.availability.availability_factory import (
    EVERY_DAY,
    NOW,
    a_day,
    closed,
    live_holds,
    make_calendar,
    make_hold,
    make_offer,
    make_thing,
    on,
    provider_of,
    slot_starts,
)
from tests.domain.availability.truths import broken

SOON = NOW + timedelta(minutes=15)
LESSON = on(25, "09:00", 0.75)


def a_lesson(session: Session, seats: int = 6) -> Terms:
    return make_offer(session, category="lesson", seats=seats)


def seats_left(session: Session, terms: Terms) -> dict[str, int]:
    found = availability.list_bookable_slots(session, terms, on(25, "08:00", 2), at=NOW)
    return dict(zip(slot_starts(found), [slot.seats_left for slot in found], strict=True))


def test_the_first_seat_begins_a_session_and_the_others_share_its_time(session: Session) -> None:
    terms = a_lesson(session)
    make_hold(session, terms, LESSON, seats=2)
    make_hold(session, terms, LESSON, seats=3)
    assert len(live_holds(session)) == 1
    assert seats_left(session, terms)["25 09:00"] == 1
    assert "25 09:30" not in seats_left(session, terms)
    assert broken(session) == {}


def test_no_more_seats_are_given_than_there_are(session: Session) -> None:
    terms = a_lesson(session, seats=2)
    make_hold(session, terms, LESSON, seats=2)
    with pytest.raises(SeatsTaken) as refusal:
        make_hold(session, terms, LESSON)
    assert refusal.value.extras["seats_left"] == 0
    with pytest.raises(SeatsTaken):
        make_hold(session, terms, on(25, "11:00", 0.75), seats=3)


def test_a_session_keeps_other_offers_and_other_starts_away(session: Session) -> None:
    lesson, ironing = a_lesson(session), make_offer(session)
    make_hold(session, lesson, LESSON)
    with pytest.raises(SlotTaken):
        make_hold(session, ironing, on(25, "09:00"))
    with pytest.raises(SlotTaken):
        make_hold(session, lesson, on(25, "09:30", 0.75))


def test_the_last_seat_given_back_ends_the_session_and_frees_its_time(session: Session) -> None:
    terms = a_lesson(session)
    one, other = make_hold(session, terms, LESSON), make_hold(session, terms, LESSON, seats=2)
    availability.release_hold(session, one, at=NOW)
    assert len(live_holds(session)) == 1
    for _ in range(2):
        availability.release_hold(session, other, at=NOW)
    assert live_holds(session) == []
    make_hold(session, make_offer(session), on(25, "09:00"))
    assert broken(session) == {}


def test_a_session_may_begin_again_after_it_ended(session: Session) -> None:
    terms = a_lesson(session)
    availability.release_hold(session, make_hold(session, terms, LESSON), at=NOW)
    make_hold(session, terms, LESSON)
    assert len(session.exec(select(GroupSession)).all()) == 2
    assert broken(session) == {}


def test_expired_seats_give_way_and_firm_ones_do_not(session: Session) -> None:
    terms = a_lesson(session, seats=2)
    firm = make_hold(session, terms, LESSON, expires_at=SOON)
    make_hold(session, terms, LESSON, expires_at=SOON)
    availability.confirm_hold(session, firm)
    make_hold(session, terms, LESSON, at=SOON)
    with pytest.raises(SeatsTaken):
        make_hold(session, terms, LESSON, at=SOON)
    assert broken(session) == {}


def test_the_sweep_ends_a_session_of_which_all_seats_expired(session: Session) -> None:
    terms = a_lesson(session)
    make_hold(session, terms, LESSON, expires_at=SOON, seats=3)
    assert availability.release_expired_holds(session, at=SOON) == 1
    assert live_holds(session) == []
    assert broken(session) == {}


def test_a_booking_takes_more_seats_by_moving_to_them(session: Session) -> None:
    terms = a_lesson(session, seats=3)
    make_hold(session, terms, LESSON)
    booking_id = make_hold(session, terms, LESSON)
    for wanted, left in [(2, 0), (1, 1)]:
        availability.move_hold(
            session, terms=terms, booking_id=booking_id, during=LESSON, seats=wanted, option_ids=[], at=NOW
        )
        assert seats_left(session, terms).get("25 09:00", 0) == left
    assert broken(session) == {}


def test_a_session_of_another_length_cannot_be_joined(session: Session) -> None:
    terms = a_lesson(session)
    make_hold(session, terms, LESSON)
    with pytest.raises(StartNotBookable):
        make_hold(session, terms, on(25, "09:00", 2))


def test_seats_of_two_providers_have_nothing_to_do_with_each_other(session: Session) -> None:
    ellen, farah = (
        a_lesson(session, seats=1),
        make_offer(session, category="lesson", seats=1, provider=cast.farah(session)),
    )
    make_hold(session, ellen, LESSON)
    make_hold(session, farah, LESSON)
    assert len(live_holds(session)) == 2
    assert (
        slot_starts(availability.list_bookable_slots(session, ellen, a_day(25), at=NOW)).count("25 09:00")
        == 0
    )


def _close_the_date(session: Session, terms: Terms) -> Terms:
    calendar, by = make_calendar(session, cast.ellen(session)), provider_of(cast.ellen(session))
    opening_hours.add_exception(session, calendar.id, ExceptionKind.CLOSED, closed(25), by=by, at=NOW)
    return terms


def _change_the_hours(session: Session, terms: Terms) -> Terms:
    calendar, by = make_calendar(session, cast.ellen(session)), provider_of(cast.ellen(session))
    opening_hours.set_schedule(session, calendar.id, [EVERY_DAY[0]], by=by, at=NOW)
    return terms


def _need_a_thing_that_is_blocked(session: Session, terms: Terms) -> Terms:
    ellen = cast.ellen(session)
    sauna, by = make_thing(session, ellen), provider_of(ellen)
    needed = [sauna.id, make_calendar(session, ellen).id]
    availability.set_required_resources(session, terms.offer_id, needed, by=by, at=NOW)
    availability.block_time(session, sauna.id, on(25, "09:15"), by=by, at=NOW)
    return terms


def _widen_the_buffer_over_a_neighbour(session: Session, terms: Terms) -> Terms:
    make_hold(session, make_offer(session), on(25, "10:00"))
    return replace(terms, buffer_after_minutes=60)


CHANGES: dict[str, tuple[Callable[[Session, Terms], Terms], list[SlotUnavailableReason]]] = {
    "the date is closed": (_close_the_date, [SlotUnavailableReason.CLOSED]),
    "the weekly hours are changed": (_change_the_hours, [SlotUnavailableReason.CLOSED]),
    "another resource is needed": (_need_a_thing_that_is_blocked, [SlotUnavailableReason.BUSY]),
    "the buffer is longer": (_widen_the_buffer_over_a_neighbour, [SlotUnavailableReason.BUFFER]),
    "the notice is longer": (
        lambda _, terms: replace(terms, notice_minutes=3 * 1440),
        [SlotUnavailableReason.NOTICE],
    ),
    "the horizon is shorter": (
        lambda _, terms: replace(terms, horizon_days=1),
        [SlotUnavailableReason.HORIZON],
    ),
    "the length is another": (
        lambda _, terms: replace(terms, duration_minutes=60),
        [SlotUnavailableReason.UNALIGNED],
    ),
    "there are fewer seats": (lambda _, terms: replace(terms, seats=1), [SlotUnavailableReason.FULL]),
    "there are fewer seats than taken": (
        lambda _, terms: replace(terms, seats=0),
        [SlotUnavailableReason.FULL],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_joins_a_session_is_refused_what_a_new_promise_is_refused(
    session: Session, change: str
) -> None:
    terms = a_lesson(session)
    first = make_hold(session, terms, LESSON)
    make, reasons = CHANGES[change]
    changed = make(session, terms)
    found = availability.list_all_slots(session, changed, on(25, "09:00", 0.25), at=NOW)
    assert [list(slot.reasons) for slot in found] == [reasons]
    assert "25 09:00" not in seats_left(session, changed)
    assert reasons == [*availability.check_slot(session, changed, _asked(changed), at=NOW).reasons]
    with pytest.raises((StartNotBookable, SlotTaken, SeatsTaken)), session.begin_nested():
        make_hold(session, changed, _asked(changed))
    availability.confirm_hold(session, first)
    assert broken(session) == {}


def _asked(terms: Terms) -> Span:
    return on(25, "09:00", terms.shortest_minutes / 60)


def test_fewer_seats_than_are_sold_stay_sold_and_nothing_more_is_sold(session: Session) -> None:
    terms = a_lesson(session, seats=6)
    bookings = [make_hold(session, terms, LESSON, seats=2) for _ in "ab"]
    fewer = replace(terms, seats=3)
    assert "25 09:00" not in seats_left(session, fewer)
    with pytest.raises(SeatsTaken), session.begin_nested():
        make_hold(session, fewer, LESSON)
    availability.release_hold(session, bookings[0], at=NOW)
    assert seats_left(session, fewer)["25 09:00"] == 1
    make_hold(session, fewer, LESSON)
    with pytest.raises(SeatsTaken), session.begin_nested():
        make_hold(session, fewer, LESSON)
    assert broken(session) == {}


def test_a_full_session_takes_more_when_the_offer_has_more_seats(session: Session) -> None:
    terms = a_lesson(session, seats=2)
    make_hold(session, terms, LESSON, seats=2)
    more = replace(terms, seats=8)
    assert seats_left(session, more)["25 09:00"] == 6
    make_hold(session, more, LESSON, seats=6)
    with pytest.raises(SeatsTaken), session.begin_nested():
        make_hold(session, more, LESSON)
    assert broken(session) == {}


def test_the_database_holds_the_capacity_of_a_session(session: Session) -> None:
    terms = a_lesson(session, seats=2)
    make_hold(session, terms, LESSON, seats=2)
    with pytest.raises(IntegrityError, match="sessions_are_not_oversold"):
        session.execute(text("UPDATE group_sessions SET taken = taken + 1"))


@pytest.mark.parametrize("wanted", [1, 2])
def test_a_booking_keeps_its_seats_whatever_changed_and_takes_no_more(session: Session, wanted: int) -> None:
    terms = a_lesson(session, seats=6)
    make_hold(session, terms, LESSON, seats=3)
    booking_id = make_hold(session, terms, LESSON, seats=2)
    fewer = replace(_close_the_date(session, terms), seats=2, horizon_days=0)

    def move(seats: int) -> None:
        availability.move_hold(
            session, terms=fewer, booking_id=booking_id, during=LESSON, seats=seats, option_ids=[], at=NOW
        )

    with pytest.raises((SeatsTaken, StartNotBookable)), session.begin_nested():
        move(3)
    move(wanted)
    assert broken(session) == {}


def test_a_session_holds_what_the_options_of_those_who_join_it_need(session: Session) -> None:
    terms, ellen = a_lesson(session), cast.ellen(session)
    by, sauna = provider_of(ellen), make_thing(session, ellen)
    content = OptionContent(
        title="With sauna", price_amount=1_000, per=OptionPer.BOOKING, minutes=0, most=1, position=1
    )
    option = offers.add_option(session, terms.offer_id, content, by=by, at=NOW)
    availability.set_required_resources(
        session, terms.offer_id, [sauna.id], option_id=option.id, by=by, at=NOW
    )
    terms = offers.terms(session, terms.offer_id)
    make_hold(session, terms, LESSON)
    for _ in "ab":
        make_hold(session, terms, LESSON, option_ids=[option.id])
    assert len(live_holds(session)) == 2
    with pytest.raises(SlotTaken), session.begin_nested():
        availability.block_time(session, sauna.id, on(25, "09:30"), by=by, at=NOW)
    availability.block_time(session, sauna.id, on(25, "12:00"), by=by, at=NOW)
    make_hold(session, terms, on(25, "12:00", 0.75))
    with pytest.raises(SlotTaken), session.begin_nested():
        make_hold(session, terms, on(25, "12:00", 0.75), option_ids=[option.id])
    assert broken(session) == {}
