"""Who is free, held to the walk over every minute that availability is held to, and told as sentences."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from h3.api.basic_int import latlng_to_cell
from sqlmodel import Session, select

from domain import availability, offers, surge
from domain.availability import Hold, HoldKind
from domain.availability.intervals import union
from domain.availability.opening_hours import ExceptionKind, ScheduleException, ScheduleRule
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.spans import Span
from domain.surge.supply import FRESH, supply
from tests import cast
from tests.domain.availability import oracle
from tests.domain.availability.cases import a_case, changes_of
from tests.domain.surge.towns import HERE, HOURLY, MINUTE, NOON, town

NOTICES = {HOURLY: 60}
PLACES = [(60.0 + 0.05 * row, 24.0 + 0.1 * column) for row in range(4) for column in range(3)]
ELSEWHERE = latlng_to_cell(60.3, 25.2, 7)
# They change by an hour, by half an hour, at midnight, and never; each around a change and on a plain day.
_RARE = [pytest.param(zone, marks=pytest.mark.long) for zone in ("America/Santiago", "Asia/Kathmandu")]
ZONES = ["Europe/Helsinki", "Australia/Lord_Howe", *_RARE]


def counts(session, market, at):
    """Idle, soon and left by cell."""
    return {one.cell: (one.idle, one.soon, one.left) for one in supply(session, market.id, NOTICES, at=at)}


@pytest.mark.parametrize("zone", ZONES)
def test_supply_equals_the_walk_over_every_minute(session: Session, zone: str):
    chance, market = Random(zone), town(session)
    days = [*changes_of(zone, 2026, 2028)[:2], date(2027, 5, 12)]
    for around in days:
        minutes = oracle.minutes_around(zone, around)
        providers = [_a_provider(session, chance, zone, around, place) for place in range(len(PLACES))]
        session.flush()
        for _ in range(25):
            at = datetime.fromtimestamp((minutes.first + chance.randrange(2_000, 5_000)) * 60, UTC)
            expected = {cell: _walked(minutes, calendar, at) for cell, calendar in providers}
            assert counts(session, market, at) == expected, (zone, around, at)


def test_a_provider_who_is_somewhere_counts_there_for_ten_minutes(session: Session):
    market, ellen = _ellen(session)
    assert counts(session, market, NOON) == {HERE: (1, 0, 0)}
    surge.be_present(session, ellen.id, latitude=60.3, longitude=25.2, by=ellen.user_id, at=NOON)
    assert counts(session, market, NOON + 9 * MINUTE) == {ELSEWHERE: (1, 0, 0)}
    assert counts(session, market, NOON + 10 * MINUTE) == {HERE: (1, 0, 0)}


def test_a_provider_who_left_counts_as_left_for_ten_minutes_and_then_not_until_they_are_back(
    session: Session,
):
    market, ellen = _ellen(session)
    surge.be_present(session, ellen.id, latitude=60.3, longitude=25.2, by=ellen.user_id, at=NOON)
    surge.leave(session, ellen.id, by=ellen.user_id, at=NOON + MINUTE)
    assert counts(session, market, NOON + 5 * MINUTE) == {ELSEWHERE: (0, 0, 1)}
    assert counts(session, market, NOON + 20 * MINUTE) == {ELSEWHERE: (0, 0, 0)}
    assert counts(session, market, NOON + timedelta(hours=13)) == {HERE: (1, 0, 0)}
    surge.be_present(
        session, ellen.id, latitude=60.3, longitude=25.2, by=ellen.user_id, at=NOON + 30 * MINUTE
    )
    assert counts(session, market, NOON + 31 * MINUTE) == {ELSEWHERE: (1, 0, 0)}


def test_what_is_promised_is_not_free_and_what_expired_is(session: Session):
    market, ellen = _ellen(session)
    calendar = availability.get_provider_calendar(session, ellen.id)
    _hold(session, calendar.number, NOON, NOON + timedelta(hours=1), expires_at=NOON + 5 * MINUTE)
    assert counts(session, market, NOON + MINUTE) == {HERE: (0, 0, 0)}
    assert counts(session, market, NOON + 6 * MINUTE) == {HERE: (1, 0, 0)}


def test_what_is_free_within_ten_minutes_counts_as_soon(session: Session):
    market, ellen = _ellen(session)
    _hold(session, availability.get_provider_calendar(session, ellen.id).number, NOON, NOON + 30 * MINUTE)
    assert counts(session, market, NOON + 15 * MINUTE) == {HERE: (0, 0, 0)}
    assert counts(session, market, NOON + 20 * MINUTE) == {HERE: (0, 1, 0)}


def test_hidden_offers_and_those_that_want_a_day_of_notice_are_no_supply(session: Session):
    market, ellen = _ellen(session)
    by = Actor(ActorKind.USER, ellen.user_id)
    second = cast.offer(session, notice_minutes=24 * 60)
    assert counts(session, market, NOON) == {HERE: (1, 0, 0)}
    (first,) = [offer for offer in _offers_of(session, ellen) if offer.id != second.id]
    offers.pause(session, first.id, by=by, at=NOON)
    session.flush()
    assert counts(session, market, NOON) == {}


def test_one_person_with_offers_in_two_places_is_shared_out(session: Session):
    market, _ = _ellen(session)
    cast.offer(session, latitude=60.3, longitude=25.2)
    assert counts(session, market, NOON) == {HERE: (0.5, 0, 0), ELSEWHERE: (0.5, 0, 0)}


def _ellen(session):
    market, ellen = town(session), cast.ellen(session)
    cast.offer(session)
    cast.open_always(session, ellen)
    session.flush()
    return market, ellen


def _offers_of(session, profile):
    return [found for found in session.exec(select(offers.Offer)) if found.profile_id == profile.id]


def _hold(session, number, start, end, *, expires_at=None):
    session.add(
        Hold(
            resource_number=number,
            during=Span(start, end),
            kind=HoldKind.BLOCKED,
            created_at=start,
            expires_at=expires_at,
        )
    )
    session.flush()


def _a_provider(session, chance, zone, around, place):
    """A provider with hours and promises drawn by chance; answers their cell and their calendar."""
    latitude, longitude = PLACES[place]
    profile = cast.provider(session, f"P{place} {zone} {around}")
    for offer in [
        one for one in session.exec(select(offers.Offer)) if (one.latitude, one.longitude) == PLACES[place]
    ]:
        offers.pause(session, offer.id, by=Actor(ActorKind.USER, offer.provider_user_id), at=NOON)
    cast.offer(session, provider=profile, latitude=latitude, longitude=longitude)
    case = a_case(chance, zone, around)
    schedule = case.calendar.schedules[0]
    resource = availability.open_calendar(
        session, profile.id, by=Actor(ActorKind.USER, profile.user_id), at=NOON
    )
    resource.time_zone = zone
    session.add_all(
        ScheduleRule(
            resource_id=resource.id, weekday=rule.weekday, opens=rule.opens, closes=rule.closes,
            first_on=rule.first_on, last_on=rule.last_on,
        )
        for rule in schedule.weekly
        if rule.first_on is None or rule.last_on is None or rule.first_on <= rule.last_on
    )  # fmt: skip
    for kind, rows in ((ExceptionKind.OPEN, schedule.opened), (ExceptionKind.CLOSED, schedule.closed)):
        session.add_all(
            ScheduleException(
                resource_id=resource.id, kind=kind, first_on=row.first_on, last_on=row.last_on,
                opens=row.opens, closes=row.closes, note="", created_at=NOON,
            )
            for row in rows
        )  # fmt: skip
    session.flush()
    busy = union([(start // 60 * 60, end // 60 * 60) for start, end in case.calendar.busy])
    for start, end in busy:
        _hold(session, resource.number, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
    return latlng_to_cell(latitude, longitude, 7), availability_of(schedule, busy)


def availability_of(schedule, busy):
    """A calendar of one resource, as the oracle reads it."""
    from domain.availability.slots.slot_rules import Calendar

    return Calendar(schedules=[schedule], busy=busy, sessions=[])


def _walked(minutes, calendar, at):
    """Idle, soon and left by looking at three minutes."""
    opened, busy = oracle._opened(minutes, calendar), oracle._busy(minutes, calendar)
    before, now, soon = (
        int(moment.timestamp()) // 60 - minutes.first for moment in (at - FRESH, at, at + FRESH)
    )
    idle = bool(opened[now] and not busy[now])
    return (
        float(idle),
        float(not idle and opened[soon] and not busy[soon]),
        float(
            not idle
            and not busy[now]
            and not (opened[soon] and not busy[soon])
            and opened[before]
            and not busy[before]
        ),
    )
