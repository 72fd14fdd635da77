"""Calendars, hours, exceptions and blocks, and who may touch them."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import availability
from domain.availability import Resource, ResourceKind, opening_hours
from domain.availability.errors import (
    BlockNotFound,
    ResourceNotFound,
    ScheduleExceptionNotFound,
    ScheduleTooLong,
    SlotTaken,
)
from domain.availability.models import ScheduleRule
from domain.availability.opening_hours import DatedException, ExceptionKind, WeeklyRule
from domain.foundation import events, ids
from domain.foundation.actors import SYSTEM, Actor
from domain.foundation.errors import Stale
from domain.foundation.time_zones import TimeZoneUnknown
from domain.offers.errors import OfferUnknown, OptionUnknown
from domain.providers.errors import ProviderProfileNotFound
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
)

DAY_OFF = DatedException(date(2026, 11, 25), date(2026, 11, 25))


def test_a_calendar_is_opened_once_by_its_provider_or_the_system(session: Session) -> None:
    ellen = cast.ellen(session)
    opened = availability.open_calendar(session, ellen.id, by=SYSTEM, at=NOW)
    assert opened.id == make_calendar(session, ellen).id
    assert (opened.kind, opened.time_zone) == (ResourceKind.TIME, "Europe/Helsinki")
    assert [event.name for event in events.subject_history(session, opened.id)] == ["resource.added"]


def test_resources_are_numbered(session: Session) -> None:
    ellen = cast.ellen(session)
    numbers = [
        resource.number
        for resource in (make_calendar(session, ellen), *[make_thing(session, ellen) for _ in "ab"])
    ]
    assert numbers == sorted(set(numbers))


def test_hours_are_replaced_as_a_whole_and_counted(session: Session) -> None:
    ellen = cast.ellen(session)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    opening_hours.set_schedule(session, calendar.id, EVERY_DAY, by=by, at=NOW)
    changed = opening_hours.set_schedule(
        session,
        calendar.id,
        [WeeklyRule(0, time(22), time(2))],
        by=by,
        at=NOW,
        if_match=2,
        time_zone="Asia/Singapore",
    )
    _, rules = opening_hours.get_schedule(session, calendar.id, by=by)
    assert [(rule.weekday, rule.opens, rule.closes) for rule in rules] == [(0, time(22), time(2))]
    assert (changed.version, changed.time_zone) == (3, "Asia/Singapore")


def test_hours_that_somebody_changed_meanwhile_are_not_overwritten(session: Session) -> None:
    ellen = cast.ellen(session)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    opening_hours.set_schedule(session, calendar.id, EVERY_DAY, by=by, at=NOW, if_match=1)
    with pytest.raises(Stale):
        opening_hours.set_schedule(session, calendar.id, [], by=by, at=NOW, if_match=1)


def test_hours_need_a_zone_that_exists_and_an_end(session: Session) -> None:
    ellen = cast.ellen(session)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    with pytest.raises(TimeZoneUnknown):
        opening_hours.set_schedule(session, calendar.id, [], by=by, at=NOW, time_zone="Europe/Atlantis")
    with pytest.raises(ScheduleTooLong):
        opening_hours.set_schedule(session, calendar.id, EVERY_DAY * 29, by=by, at=NOW)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"weekday": 7}, "on_a_weekday"),
        ({"first_on": date(2026, 2, 1), "last_on": date(2026, 1, 1)}, "end_after_they_begin"),
        ({"opens": time(9, 0, 30)}, "whole_minutes"),
    ],
)
def test_the_database_refuses_hours_that_mean_nothing(
    session: Session, wrong: dict[str, object], constraint: str
) -> None:
    calendar = make_calendar(session, cast.ellen(session))
    row = {"resource_id": calendar.id, "weekday": 0, "opens": time(9), "closes": time(17)} | wrong
    session.add(ScheduleRule(**row))
    with pytest.raises(IntegrityError, match=f"schedule_rules_.*{constraint}"):
        session.flush()


def test_an_exception_holds_until_it_is_removed(session: Session) -> None:
    terms, ellen = make_offer(session), cast.ellen(session)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    made = opening_hours.add_exception(
        session, calendar.id, ExceptionKind.CLOSED, DAY_OFF, by=by, at=NOW, note="Rest"
    )
    assert availability.list_bookable_slots(session, terms, a_day(25), at=NOW) == []
    page = opening_hours.list_exceptions(
        session, calendar.id, by=by, at=NOW, since=date(2026, 11, 25), after=None, limit=20
    )
    assert [(each.id, each.note) for each in page.items] == [(made.id, "Rest")]
    opening_hours.remove_exception(session, calendar.id, made.id, by=by, at=NOW)
    assert availability.list_bookable_slots(session, terms, a_day(25), at=NOW) != []
    with pytest.raises(ScheduleExceptionNotFound):
        opening_hours.remove_exception(session, calendar.id, made.id, by=by, at=NOW)


def test_exceptions_come_in_pages_without_those_that_are_over(session: Session) -> None:
    ellen = cast.ellen(session)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    for day in (20, 25, 26, 27):
        opening_hours.add_exception(session, calendar.id, ExceptionKind.CLOSED, closed(day), by=by, at=NOW)
    first = opening_hours.list_exceptions(
        session, calendar.id, by=by, at=NOW, since=date(2026, 11, 21), after=None, limit=2
    )
    rest = opening_hours.list_exceptions(
        session, calendar.id, by=by, at=NOW, since=date(2026, 11, 21), after=first.next_cursor, limit=2
    )
    assert [each.first_on.day for each in [*first.items, *rest.items]] == [25, 26, 27]
    assert rest.next_cursor is None


@pytest.mark.parametrize(
    ("zone", "listed"), [("Pacific/Kiritimati", [25, 26]), ("Pacific/Pago_Pago", [23, 24, 25, 26])]
)
def test_without_a_date_exceptions_are_listed_from_yesterday_by_the_clock_of_the_resource(
    session: Session, zone: str, listed: list[int]
) -> None:
    ellen = cast.ellen(session)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    opening_hours.set_schedule(session, calendar.id, EVERY_DAY, by=by, at=NOW, time_zone=zone)
    for day in (23, 24, 25, 26):
        opening_hours.add_exception(session, calendar.id, ExceptionKind.CLOSED, closed(day), by=by, at=NOW)
    at = on(25, "10:30").start  # the 26th in Kiritimati, the 24th in Pago Pago
    page = opening_hours.list_exceptions(session, calendar.id, by=by, at=at, after=None, limit=20)
    assert [each.first_on.day for each in page.items] == listed


def test_closing_a_day_cancels_nothing_that_was_promised(session: Session) -> None:
    terms, ellen = make_offer(session), cast.ellen(session)
    make_hold(session, terms, on(25, "09:00"))
    calendar = make_calendar(session, ellen)
    opening_hours.add_exception(
        session, calendar.id, ExceptionKind.CLOSED, DAY_OFF, by=provider_of(ellen), at=NOW
    )
    assert len(live_holds(session)) == 1


def test_blocked_time_is_not_offered_and_promised_time_is_not_blocked(session: Session) -> None:
    terms, ellen = make_offer(session), cast.ellen(session)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    held = availability.block_time(session, calendar.id, a_day(25), by=by, at=NOW, note="Dentist")
    assert availability.list_bookable_slots(session, terms, a_day(25), at=NOW) == []
    for _ in range(2):
        availability.unblock_time(session, calendar.id, held.id, by=by, at=NOW)
    make_hold(session, terms, on(25, "09:00"))
    with pytest.raises(SlotTaken):
        availability.block_time(session, calendar.id, on(25, "09:30"), by=by, at=NOW)


def test_a_booking_is_no_block_that_could_be_lifted(session: Session) -> None:
    terms, ellen = make_offer(session), cast.ellen(session)
    make_hold(session, terms, on(25, "09:00"))
    with pytest.raises(BlockNotFound):
        availability.unblock_time(
            session,
            make_calendar(session, ellen).id,
            live_holds(session)[0].id,
            by=provider_of(ellen),
            at=NOW,
        )


def test_the_provider_sees_what_is_promised_until_it_lapses(session: Session) -> None:
    terms, ellen = make_offer(session), cast.ellen(session)
    soon = NOW + timedelta(minutes=15)
    for clock, expires_at in [("08:00", soon), ("09:00", None)]:
        make_hold(session, terms, on(25, clock), expires_at=expires_at)
    calendar, by = make_calendar(session, ellen), provider_of(ellen)
    for at, hours in [(NOW, [8, 9]), (soon, [9])]:
        found = availability.list_holds(session, calendar.id, a_day(25), by=by, at=at, after=None, limit=10)
        assert [hold.during.start.hour for hold in found.items] == hours


DEEDS: dict[str, Callable[[Session, Resource, Actor], object]] = {
    "set hours": lambda session, mine, by: opening_hours.set_schedule(session, mine.id, [], by=by, at=NOW),
    "read hours": lambda session, mine, by: opening_hours.get_schedule(session, mine.id, by=by),
    "add an exception": lambda session, mine, by: opening_hours.add_exception(
        session, mine.id, ExceptionKind.OPEN, DAY_OFF, by=by, at=NOW
    ),
    "remove an exception": lambda session, mine, by: opening_hours.remove_exception(
        session, mine.id, ids.new(), by=by, at=NOW
    ),
    "block": lambda session, mine, by: availability.block_time(session, mine.id, a_day(25), by=by, at=NOW),
    "unblock": lambda session, mine, by: availability.unblock_time(
        session, mine.id, ids.new(), by=by, at=NOW
    ),
    "read exceptions": lambda session, mine, by: opening_hours.list_exceptions(
        session, mine.id, by=by, at=NOW, since=DAY_OFF.first_on, after=None, limit=1
    ),
    "read promises": lambda session, mine, by: availability.list_holds(
        session, mine.id, a_day(25), by=by, at=NOW, after=None, limit=1
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_touches_the_calendar_of_somebody_else(session: Session, deed: str) -> None:
    mine = make_calendar(session, cast.ellen(session))
    for stranger in (
        provider_of(cast.farah(session)),
        cast.actor(cast.aino(session)),
        cast.actor(cast.otto(session)),
    ):
        with pytest.raises(ResourceNotFound):
            DEEDS[deed](session, mine, stranger)


def test_nobody_opens_calendars_or_adds_things_for_somebody_else(session: Session) -> None:
    ellen, stranger = cast.ellen(session), cast.actor(cast.aino(session))
    with pytest.raises(ProviderProfileNotFound):
        availability.open_calendar(session, ellen.id, by=stranger, at=NOW)
    with pytest.raises(ProviderProfileNotFound):
        availability.add_thing(session, ellen.id, name="Sauna", by=stranger, at=NOW)
    with pytest.raises(ProviderProfileNotFound):
        availability.list_my_resources(session, ellen.id, by=stranger, after=None, limit=1)


def test_an_offer_needs_only_what_its_own_provider_has(session: Session) -> None:
    terms, ellen, farah = make_offer(session), cast.ellen(session), cast.farah(session)
    sauna, boat = make_thing(session, ellen), make_thing(session, farah, "Boat")
    with pytest.raises(ResourceNotFound):
        availability.set_required_resources(
            session, terms.offer_id, [sauna.id, boat.id], by=provider_of(ellen), at=NOW
        )
    with pytest.raises(OfferUnknown):
        availability.set_required_resources(session, terms.offer_id, [boat.id], by=provider_of(farah), at=NOW)
    with pytest.raises(OptionUnknown):
        availability.set_required_resources(
            session, terms.offer_id, [sauna.id], option_id=ids.new(), by=provider_of(ellen), at=NOW
        )


def test_naming_the_needed_resources_again_replaces_them(session: Session) -> None:
    terms, ellen = make_offer(session), cast.ellen(session)
    sauna, by = make_thing(session, ellen), provider_of(ellen)
    hours = len(availability.list_bookable_slots(session, terms, a_day(25), at=NOW))
    for _ in range(2):
        availability.set_required_resources(session, terms.offer_id, [sauna.id, sauna.id], by=by, at=NOW)
    assert len(availability.list_bookable_slots(session, terms, a_day(25), at=NOW)) == 48
    availability.set_required_resources(session, terms.offer_id, [], by=by, at=NOW)
    assert len(availability.list_bookable_slots(session, terms, a_day(25), at=NOW)) == hours
