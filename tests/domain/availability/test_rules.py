"""Which starts may be booked, told on one Saturday with everything on it."""

from datetime import UTC, date, datetime, time

import pytest

from domain.availability.opening_hours.schedules import Schedule, WeeklyRule
from domain.availability.slots.durations import FixedDuration, Stay
from domain.availability.slots.slot_rules import (
    Calendar,
    ScheduledSession,
    Slot,
    SlotQuery,
    SlotUnavailableReason,
    bookable_slots,
    evaluate_slot,
    explain_slots,
)
from domain.availability.wall_time import WallClock

HOUR = 3600
DAY = 24 * HOUR


def instant(text: str) -> int:
    return int(datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC).timestamp())


MORNING = instant("21T08:00"), instant("21T12:00")
EARLIER = instant("20T08:00")
# Open from 08:00 to 12:00 UTC and every day alike; promised from 09:00 to 10:00.
DAILY = [WeeklyRule(weekday, time(8), time(12)) for weekday in range(7)]
CALENDAR = Calendar([Schedule("Etc/UTC", weekly=DAILY)], busy=[(instant("21T09:00"), instant("21T10:00"))])
AN_HOUR = SlotQuery(length=FixedDuration(HOUR, 1800), zone="Etc/UTC", horizon=30 * DAY)


def times(found: list[Slot]) -> list[str]:
    return [datetime.fromtimestamp(slot.start, UTC).strftime("%H:%M") for slot in found]


def test_a_start_may_be_booked_where_the_whole_service_is_open_and_free() -> None:
    assert times(bookable_slots(CALENDAR, AN_HOUR, MORNING, at=EARLIER)) == [
        "08:00",
        "10:00",
        "10:30",
        "11:00",
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1800, 0, ["08:00", "10:30", "11:00"]),  # a way to come
        (0, 1800, ["10:00", "10:30", "11:00"]),  # a kitchen to clean; it may be cleaned after closing time
    ],
)
def test_buffers_are_kept_free_on_their_own_side(before: int, after: int, expected: list[str]) -> None:
    query = SlotQuery(
        length=FixedDuration(HOUR, 1800),
        zone="Etc/UTC",
        horizon=30 * DAY,
        buffer_before=before,
        buffer_after=after,
    )
    assert times(bookable_slots(CALENDAR, query, MORNING, at=EARLIER)) == expected


@pytest.mark.parametrize(
    ("start", "query", "at", "seats", "reasons"),
    [
        ("21T08:00", AN_HOUR, "20T08:00", 1, []),
        ("21T08:10", AN_HOUR, "20T08:00", 1, ["unaligned"]),
        ("21T07:30", AN_HOUR, "20T08:00", 1, ["closed"]),
        ("21T11:30", AN_HOUR, "20T08:00", 1, ["closed"]),
        ("21T08:30", AN_HOUR, "20T08:00", 1, ["busy"]),
        (
            "21T08:00",
            SlotQuery(FixedDuration(HOUR, 1800), "Etc/UTC", 30 * DAY, buffer_after=60),
            "20T08:00",
            1,
            ["buffer"],
        ),
        (
            "21T08:00",
            SlotQuery(FixedDuration(HOUR, 1800), "Etc/UTC", 30 * DAY, notice=DAY),
            "20T08:00",
            1,
            [],
        ),
        (
            "21T08:00",
            SlotQuery(FixedDuration(HOUR, 1800), "Etc/UTC", 30 * DAY, notice=DAY),
            "20T08:01",
            1,
            ["notice"],
        ),
        ("21T08:00", SlotQuery(FixedDuration(HOUR, 1800), "Etc/UTC", DAY), "20T08:00", 1, []),
        ("21T08:00", SlotQuery(FixedDuration(HOUR, 1800), "Etc/UTC", DAY), "20T07:59", 1, ["horizon"]),
        ("21T08:00", AN_HOUR, "20T08:00", 2, ["full"]),
        (
            "21T07:30",
            SlotQuery(FixedDuration(2 * HOUR, 1800), "Etc/UTC", 0, buffer_after=HOUR),
            "20T08:00",
            3,
            ["closed", "busy", "buffer", "horizon", "full"],
        ),
    ],
)
def test_one_start_is_answered_with_all_that_refuses_it(
    start: str, query: SlotQuery, at: str, seats: int, reasons: list[str]
) -> None:
    found = evaluate_slot(CALENDAR, query, instant(start), at=instant(at), seats=seats)
    assert found.start == instant(start)
    assert [reason.value for reason in found.reasons] == reasons


def test_a_session_that_stands_is_offered_until_its_seats_are_gone() -> None:
    """Although its own promise fills the calendar; where the hours say closed by now, nobody joins it."""
    early, middle, late = instant("21T06:00"), instant("21T08:00"), instant("21T09:00")
    sessions = [
        ScheduledSession(start, start + HOUR, left, held=((start, start + HOUR),))
        for start, left in ((early, 2), (middle, 2), (late, 1))
    ]
    calendar = Calendar(CALENDAR.schedules, CALENDAR.busy[:0], sessions)
    query = SlotQuery(FixedDuration(HOUR, HOUR), "Etc/UTC", 30 * DAY, seats=4)
    day = instant("21T00:00"), instant("22T00:00")
    found = bookable_slots(calendar, query, day, at=EARLIER, seats=2)
    assert [(time, slot.seats_left) for time, slot in zip(times(found), found, strict=True)] == [
        ("08:00", 2), ("10:00", 4), ("11:00", 4),
    ]  # fmt: skip
    assert evaluate_slot(calendar, query, early, at=EARLIER, seats=2).reasons == (
        SlotUnavailableReason.CLOSED,
    )
    assert evaluate_slot(calendar, query, late, at=EARLIER, seats=2).reasons == (SlotUnavailableReason.FULL,)


def test_explaining_a_morning_names_the_reason_at_every_start() -> None:
    found = explain_slots(CALENDAR, AN_HOUR, MORNING, at=EARLIER)
    assert [slot.reasons for slot in found] == [
        (),
        (SlotUnavailableReason.BUSY,),
        (SlotUnavailableReason.BUSY,),
        (SlotUnavailableReason.BUSY,),
        (),
        (),
        (),
        (SlotUnavailableReason.CLOSED,),
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 11, 21), 20), (date(2027, 3, 27), 19), (date(2026, 10, 24), 21)]
)
def test_a_stay_lasts_what_the_clock_makes_of_it(day: date, hours: int) -> None:
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    during = midnight, midnight + DAY
    stays = list(Stay(1, time(15), time(11)).starts_within(WallClock("Europe/Helsinki", during), during))
    assert [(end - start) // HOUR for start, end in stays] == [hours]


def test_a_service_of_two_hours_lasts_two_hours_when_the_clock_is_put_back() -> None:
    night = Schedule("Europe/Helsinki", weekly=[WeeklyRule(6, time(2), time(5))])
    query = SlotQuery(length=FixedDuration(2 * HOUR, HOUR), zone="Europe/Helsinki", horizon=30 * DAY)
    midnight = int(datetime(2026, 10, 24, 21, tzinfo=UTC).timestamp())
    found = bookable_slots(Calendar([night]), query, (midnight, midnight + DAY), at=midnight - DAY)
    # Four hours are open; 02:00 to the first 04:00-that-is-03:00, 03:00, and no start at the second 03:00.
    assert times(found) == ["23:00", "00:00"]
    assert all(slot.end - slot.start == 2 * HOUR for slot in found)


def test_a_date_that_never_was_has_no_stay() -> None:
    """Samoa went from 29 to 31 December 2011 at 10:00 UTC, so the first night was cut short."""
    during = (
        int(datetime(2011, 12, 29, tzinfo=UTC).timestamp()),
        int(datetime(2012, 1, 1, tzinfo=UTC).timestamp()),
    )
    stays = list(Stay(1, time(12), time(10)).starts_within(WallClock("Pacific/Apia", during), during))
    assert [datetime.fromtimestamp(start, UTC).day for start, _ in stays] == [29, 30, 31]
    assert [(end - start) // HOUR for start, end in stays] == [12, 22, 22]
