"""Which starts may be booked, told on one Saturday with everything on it."""

from datetime import UTC, date, datetime, time

import pytest

from domain.availability.lengths import Lasting, Stay
from domain.availability.rules import Ask, Calendar, Reason, Session, Slot, explain, slot_at, slots
from domain.availability.schedules import Schedule, WeeklyRule
from domain.availability.wall_time import Wall

HOUR = 3600
DAY = 24 * HOUR


def instant(text: str) -> int:
    return int(datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC).timestamp())


MORNING = instant("21T08:00"), instant("21T12:00")
EARLIER = instant("20T08:00")
# Open from 08:00 to 12:00 UTC and every day alike; promised from 09:00 to 10:00.
DAILY = [WeeklyRule(weekday, time(8), time(12)) for weekday in range(7)]
CALENDAR = Calendar([Schedule("Etc/UTC", weekly=DAILY)], busy=[(instant("21T09:00"), instant("21T10:00"))])
AN_HOUR = Ask(length=Lasting(HOUR, 1800), zone="Etc/UTC", horizon=30 * DAY)


def times(found: list[Slot]) -> list[str]:
    return [datetime.fromtimestamp(slot.start, UTC).strftime("%H:%M") for slot in found]


def test_a_start_may_be_booked_where_the_whole_service_is_open_and_free() -> None:
    assert times(slots(CALENDAR, AN_HOUR, MORNING, at=EARLIER)) == ["08:00", "10:00", "10:30", "11:00"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1800, 0, ["08:00", "10:30", "11:00"]),  # a way to come
        (0, 1800, ["10:00", "10:30", "11:00"]),  # a kitchen to clean; it may be cleaned after closing time
    ],
)
def test_buffers_are_kept_free_on_their_own_side(before: int, after: int, expected: list[str]) -> None:
    ask = Ask(
        length=Lasting(HOUR, 1800), zone="Etc/UTC", horizon=30 * DAY, buffer_before=before, buffer_after=after
    )
    assert times(slots(CALENDAR, ask, MORNING, at=EARLIER)) == expected


@pytest.mark.parametrize(
    ("start", "ask", "at", "seats", "reasons"),
    [
        ("21T08:00", AN_HOUR, "20T08:00", 1, []),
        ("21T08:10", AN_HOUR, "20T08:00", 1, ["unaligned"]),
        ("21T07:30", AN_HOUR, "20T08:00", 1, ["closed"]),
        ("21T11:30", AN_HOUR, "20T08:00", 1, ["closed"]),
        ("21T08:30", AN_HOUR, "20T08:00", 1, ["busy"]),
        (
            "21T08:00",
            Ask(Lasting(HOUR, 1800), "Etc/UTC", 30 * DAY, buffer_after=60),
            "20T08:00",
            1,
            ["buffer"],
        ),
        ("21T08:00", Ask(Lasting(HOUR, 1800), "Etc/UTC", 30 * DAY, notice=DAY), "20T08:00", 1, []),
        ("21T08:00", Ask(Lasting(HOUR, 1800), "Etc/UTC", 30 * DAY, notice=DAY), "20T08:01", 1, ["notice"]),
        ("21T08:00", Ask(Lasting(HOUR, 1800), "Etc/UTC", DAY), "20T08:00", 1, []),
        ("21T08:00", Ask(Lasting(HOUR, 1800), "Etc/UTC", DAY), "20T07:59", 1, ["horizon"]),
        ("21T08:00", AN_HOUR, "20T08:00", 2, ["full"]),
        (
            "21T07:30",
            Ask(Lasting(2 * HOUR, 1800), "Etc/UTC", 0, buffer_after=HOUR),
            "20T08:00",
            3,
            ["closed", "busy", "buffer", "horizon", "full"],
        ),
    ],
)
def test_one_start_is_answered_with_all_that_refuses_it(
    start: str, ask: Ask, at: str, seats: int, reasons: list[str]
) -> None:
    found = slot_at(CALENDAR, ask, instant(start), at=instant(at), seats=seats)
    assert found.start == instant(start)
    assert [reason.value for reason in found.refused] == reasons


def test_a_session_that_stands_is_offered_until_its_seats_are_gone() -> None:
    """Although its own promise fills the calendar; where the hours say closed by now, nobody joins it."""
    early, middle, late = instant("21T06:00"), instant("21T08:00"), instant("21T09:00")
    sessions = [
        Session(start, start + HOUR, left, held=((start, start + HOUR),))
        for start, left in ((early, 2), (middle, 2), (late, 1))
    ]
    calendar = Calendar(CALENDAR.schedules, CALENDAR.busy[:0], sessions)
    ask = Ask(Lasting(HOUR, HOUR), "Etc/UTC", 30 * DAY, seats=4)
    day = instant("21T00:00"), instant("22T00:00")
    found = slots(calendar, ask, day, at=EARLIER, seats=2)
    assert [(time, slot.seats_left) for time, slot in zip(times(found), found, strict=True)] == [
        ("08:00", 2), ("10:00", 4), ("11:00", 4),
    ]  # fmt: skip
    assert slot_at(calendar, ask, early, at=EARLIER, seats=2).refused == (Reason.CLOSED,)
    assert slot_at(calendar, ask, late, at=EARLIER, seats=2).refused == (Reason.FULL,)


def test_explaining_a_morning_names_the_reason_at_every_start() -> None:
    found = explain(CALENDAR, AN_HOUR, MORNING, at=EARLIER)
    assert [slot.refused for slot in found] == [
        (), (Reason.BUSY,), (Reason.BUSY,), (Reason.BUSY,), (), (), (), (Reason.CLOSED,),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 11, 21), 20), (date(2027, 3, 27), 19), (date(2026, 10, 24), 21)]
)
def test_a_stay_lasts_what_the_clock_makes_of_it(day: date, hours: int) -> None:
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    during = midnight, midnight + DAY
    stays = list(Stay(1, time(15), time(11)).starting(Wall("Europe/Helsinki", during), during))
    assert [(end - start) // HOUR for start, end in stays] == [hours]


def test_a_service_of_two_hours_lasts_two_hours_when_the_clock_is_put_back() -> None:
    night = Schedule("Europe/Helsinki", weekly=[WeeklyRule(6, time(2), time(5))])
    ask = Ask(length=Lasting(2 * HOUR, HOUR), zone="Europe/Helsinki", horizon=30 * DAY)
    midnight = int(datetime(2026, 10, 24, 21, tzinfo=UTC).timestamp())
    found = slots(Calendar([night]), ask, (midnight, midnight + DAY), at=midnight - DAY)
    # Four hours are open; 02:00 to the first 04:00-that-is-03:00, 03:00, and no start at the second 03:00.
    assert times(found) == ["23:00", "00:00"]
    assert all(slot.end - slot.start == 2 * HOUR for slot in found)


def test_a_date_that_never_was_has_no_stay() -> None:
    """Samoa went from 29 to 31 December 2011 at 10:00 UTC, so the first night was cut short."""
    during = (
        int(datetime(2011, 12, 29, tzinfo=UTC).timestamp()),
        int(datetime(2012, 1, 1, tzinfo=UTC).timestamp()),
    )
    stays = list(Stay(1, time(12), time(10)).starting(Wall("Pacific/Apia", during), during))
    assert [datetime.fromtimestamp(start, UTC).day for start, _ in stays] == [29, 30, 31]
    assert [(end - start) // HOUR for start, end in stays] == [12, 22, 22]
