"""Slots as they are read from the tables."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from domain import availability
from domain.availability import opening_hours
from domain.availability.errors import DurationNotOffered, InvalidTimeRange
from domain.availability.opening_hours import ExceptionKind, WeeklyRule
from domain.foundation.spans import Span
from tests import cast
from tests.domain.availability.availability_factory import (
    EVERY_DAY,
    NOW,
    a_day,
    closed,
    make_hold,
    make_offer,
    make_thing,
    on,
    provider_of,
    slot_starts,
)

AFTERNOON = [WeeklyRule(weekday, time(14), time(17)) for weekday in range(7)]  # 12:00 to 15:00 UTC


def test_slots_are_what_hours_exceptions_and_promises_leave(session: Session) -> None:
    """An hour is promised on the 25th, the 26th is closed, the 27th open from midnight, 22:00 UTC."""
    terms = make_offer(session, AFTERNOON)
    ellen = cast.ellen(session)
    resource = availability.get_provider_calendar(session, ellen.id)
    make_hold(session, terms, on(25, "13:00"))
    for kind, dates in [(ExceptionKind.CLOSED, closed(26)), (ExceptionKind.OPEN, closed(27))]:
        opening_hours.add_exception(session, resource.id, kind, dates, by=provider_of(ellen), at=NOW)
    found = availability.list_bookable_slots(session, terms, a_day(25, days=2), at=NOW)
    assert slot_starts(found) == ["25 12:00", "25 14:00", "26 22:00", "26 22:30", "26 23:00", "26 23:30"]


def test_a_longer_service_and_its_options_need_more_room(session: Session) -> None:
    terms = make_offer(session, AFTERNOON)
    day = a_day(25)
    assert slot_starts(availability.list_bookable_slots(session, terms, day, at=NOW, minutes=120)) == [
        "25 12:00",
        "25 12:30",
        "25 13:00",
    ]
    assert slot_starts(availability.list_bookable_slots(session, terms, day, at=NOW, minutes=180)) == [
        "25 12:00"
    ]


def test_what_is_refused_says_why(session: Session) -> None:
    terms = make_offer(session, AFTERNOON, buffer_after_minutes=30, notice_minutes=60 * 51 + 30)
    make_hold(session, terms, on(26, "13:30"))
    found = availability.list_all_slots(session, terms, on(25, "11:30", 2), at=NOW)
    assert [(slot_starts([slot])[0], [str(reason) for reason in slot.reasons]) for slot in found] == [
        ("25 11:30", ["closed", "notice"]),
        ("25 12:00", ["notice"]),
        ("25 12:30", []),
        ("25 13:00", []),
    ]
    found = availability.list_all_slots(session, terms, on(26, "12:00", 2), at=NOW)
    assert [[str(reason) for reason in slot.reasons] for slot in found] == [
        [],
        ["buffer"],
        ["busy", "buffer"],
        ["busy", "buffer"],
    ]


def test_an_expired_promise_is_as_good_as_none(session: Session) -> None:
    terms = make_offer(session, AFTERNOON)
    make_hold(session, terms, on(25, "12:00", 3), expires_at=NOW + timedelta(minutes=15))
    assert availability.list_bookable_slots(session, terms, a_day(25), at=NOW) == []
    later = NOW + timedelta(minutes=15)
    assert len(availability.list_bookable_slots(session, terms, a_day(25), at=later)) == 5


def test_a_provider_without_a_calendar_or_hours_has_no_slots(session: Session) -> None:
    terms = availability.resources.offers.terms(session, cast.offer(session).id)
    assert availability.list_bookable_slots(session, terms, a_day(25), at=NOW) == []
    assert availability.list_bookable_slots(session, make_offer(session, []), a_day(25), at=NOW) == []


def test_an_offer_may_need_a_thing_and_its_provider_at_once(session: Session) -> None:
    """The sauna is there around the clock; Ellen is there in the afternoon, and busy for an hour of it."""
    terms, ellen = make_offer(session, AFTERNOON), cast.ellen(session)
    sauna, calendar = make_thing(session, ellen), availability.get_provider_calendar(session, ellen.id)
    make_hold(session, terms, on(25, "12:00"))
    by = provider_of(ellen)
    availability.set_required_resources(session, terms.offer_id, [sauna.id], by=by, at=NOW)
    assert len(availability.list_bookable_slots(session, terms, a_day(25), at=NOW)) == 48
    availability.set_required_resources(session, terms.offer_id, [sauna.id, calendar.id], by=by, at=NOW)
    assert slot_starts(availability.list_bookable_slots(session, terms, a_day(25), at=NOW)) == [
        "25 13:00",
        "25 13:30",
        "25 14:00",
    ]
    availability.block_time(session, sauna.id, on(25, "13:15"), by=by, at=NOW)
    assert slot_starts(availability.list_bookable_slots(session, terms, a_day(25), at=NOW)) == []


def test_stays_are_offered_by_check_in_and_last_until_check_out(session: Session) -> None:
    terms = make_offer(
        session, [WeeklyRule(weekday, time(0), time(0)) for weekday in range(7)], category="stay"
    )
    make_hold(
        session, terms, Span(datetime(2026, 11, 26, 13, tzinfo=UTC), datetime(2026, 11, 27, 9, tzinfo=UTC))
    )
    found = availability.list_bookable_slots(session, terms, a_day(24, days=5), at=NOW, minutes=2 * 1440)
    assert slot_starts(found) == ["24 13:00", "27 13:00", "28 13:00"]
    assert availability.from_epoch_seconds(found[0].end) == datetime(2026, 11, 26, 9, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [30, 241])
def test_a_length_that_is_not_offered_is_refused(session: Session, minutes: int) -> None:
    with pytest.raises(DurationNotOffered):
        availability.list_bookable_slots(session, make_offer(session), a_day(25), at=NOW, minutes=minutes)


def test_one_look_is_capped(session: Session) -> None:
    with pytest.raises(InvalidTimeRange):
        availability.list_bookable_slots(
            session, make_offer(session), Span(NOW, NOW + timedelta(days=94)), at=NOW
        )


def test_free_offers_are_found_in_two_statements_however_many_they_are(session: Session) -> None:
    free = [make_offer(session, provider=cast.provider(session, f"P{n}")) for n in range(6)]
    taken = make_offer(session, provider=cast.farah(session))
    never = make_offer(session, [], provider=cast.ellen(session))
    make_hold(session, taken, on(25, "09:00", 4))
    statements: list[str] = []
    wanted = [terms.offer_id for terms in [*free, taken, never]]

    def note(*told: object) -> None:
        statements.append(str(told[2]))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    found = availability.free_offer_ids(session, wanted, on(25, "09:00", 2), at=NOW)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    assert found == {terms.offer_id for terms in free}
    assert len(statements) == 2


def test_each_offer_is_asked_for_its_own_span_in_one_statement(session: Session) -> None:
    free = make_offer(session, provider=cast.provider(session, "P1"))
    taken = make_offer(session, provider=cast.farah(session))
    never = make_offer(session, [], provider=cast.ellen(session))
    make_hold(session, taken, on(25, "09:00", 4))
    during = {
        free.offer_id: (free, on(25, "09:00", 2)),
        taken.offer_id: (taken, on(25, "12:00", 2)),
        never.offer_id: (never, on(25, "09:00", 2)),
    }
    statements: list[str] = []

    def note(*told: object) -> None:
        statements.append(str(told[2]))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    found = availability.bookable_offer_ids(session, during, at=NOW)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    assert found == {free.offer_id}
    assert len(statements) == 1
    later = {taken.offer_id: (taken, on(25, "13:00", 2))}
    assert availability.bookable_offer_ids(session, later, at=NOW) == {taken.offer_id}
    assert availability.bookable_offer_ids(session, later, at=NOW, seats=2) == set()
    assert availability.bookable_offer_ids(session, {}, at=NOW) == set()


def test_a_stay_is_free_when_all_its_nights_are(session: Session) -> None:
    always = [WeeklyRule(weekday, time(0), time(0)) for weekday in range(7)]
    terms = make_offer(session, always, category="stay")
    make_hold(
        session, terms, Span(datetime(2026, 11, 26, 13, tzinfo=UTC), datetime(2026, 11, 27, 9, tzinfo=UTC))
    )
    nights = {(24, 2): True, (25, 2): False, (27, 3): True, (24, 0): False, (24, 12): False}
    for (day, count), free in nights.items():
        during = Span(
            datetime(2026, 11, day, tzinfo=UTC),
            datetime(2026, 11, day, 1, tzinfo=UTC) + timedelta(days=count),
        )
        found = availability.free_offer_ids(session, [terms.offer_id], during, at=NOW)
        assert (found == {terms.offer_id}) is free, (day, count)


def test_the_hours_of_a_day_hold_across_the_change_of_clocks(session: Session) -> None:
    """In Helsinki 10 o'clock is 08:00 UTC in winter and 07:00 UTC from 28 March on."""
    terms = make_offer(session, EVERY_DAY, horizon_days=730)
    spring = Span(datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC))
    firsts = [
        slot
        for slot in slot_starts(availability.list_bookable_slots(session, terms, spring, at=NOW))
        if slot.endswith(("07:00", "08:00"))
    ]
    assert firsts == ["27 08:00", "28 07:00", "28 08:00"]
