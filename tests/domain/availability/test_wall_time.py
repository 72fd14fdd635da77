"""What the clock on the wall reads, and when it reads it, at the changes people live through."""

from datetime import UTC, date, datetime, time

import pytest

from domain.availability.wall_time import WallClock, date_of, day_of, wall_time


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def label(text: str) -> int:
    shown = datetime.fromisoformat(text)
    return wall_time(day_of(shown.date()), shown.time())


def a_wall(zone: str, around: str) -> WallClock:
    return WallClock(zone, (instant(around), instant(around)))


@pytest.mark.parametrize(
    ("zone", "shown", "expected"),
    [
        ("Europe/Helsinki", "2026-11-23T09:00", "2026-11-23T07:00"),
        ("Europe/Helsinki", "2027-03-28T02:59", "2027-03-28T00:59"),
        ("Europe/Helsinki", "2027-03-28T03:30", "2027-03-28T01:00"),  # in the gap: the jump itself
        ("Europe/Helsinki", "2027-03-28T04:00", "2027-03-28T01:00"),
        ("Europe/Helsinki", "2026-10-25T03:30", "2026-10-25T00:30"),  # shown twice: the first
        ("Europe/Helsinki", "2026-10-25T04:00", "2026-10-25T02:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),  # a gap of half an hour
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),  # a fold of half an hour
        ("America/Santiago", "2027-09-05T00:00", "2027-09-05T04:00"),  # a day without its first hour
        ("America/Santiago", "2027-04-03T23:30", "2027-04-04T02:30"),  # a day with two last hours
        ("America/Santiago", "2027-04-04T00:00", "2027-04-04T04:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a date that never was
    ],
)
def test_a_reading_has_the_first_instant_that_shows_it_or_something_later(
    zone: str, shown: str, expected: str
) -> None:
    assert a_wall(zone, expected).first_instant(label(shown)) == instant(expected)


def test_the_clock_reads_what_people_see() -> None:
    wall = a_wall("Europe/Helsinki", "2027-03-28T01:00")
    assert wall.wall_time_at(instant("2027-03-28T00:59")) == label("2027-03-28T02:59")
    assert wall.wall_time_at(instant("2027-03-28T01:00")) == label("2027-03-28T04:00")


@pytest.mark.parametrize(
    ("zone", "start", "end", "step", "expected"),
    [
        ("Europe/Helsinki", "2027-03-28T00:00", "2027-03-28T02:00", 30, ["00:00", "00:30", "01:00", "01:30"]),
        # 03:00 and 03:30 are shown at 00:00Z and again at 01:00Z; only the first are starts.
        ("Europe/Helsinki", "2026-10-25T00:00", "2026-10-25T03:00", 30, ["00:00", "00:30", "02:00", "02:30"]),
        # Begun within the repeated hour, which looks as if it were new.
        ("Europe/Helsinki", "2026-10-25T01:10", "2026-10-25T02:30", 15, ["02:00", "02:15"]),
        # The clock is put back from 02:00 to 01:30 at 15:00Z, so the first 02:00 is half an hour later.
        ("Australia/Lord_Howe", "2027-04-03T14:00", "2027-04-03T16:00", 60, ["14:00", "15:30"]),
        ("Asia/Kathmandu", "2027-04-03T14:00", "2027-04-03T16:00", 60, ["14:15", "15:15"]),
    ],
)
def test_starts_stay_on_the_local_grid_over_a_clock_change(
    zone: str, start: str, end: str, step: int, expected: list[str]
) -> None:
    during = instant(start), instant(end)
    found = WallClock(zone, during).grid_instants(step * 60, during)
    assert [datetime.fromtimestamp(each, UTC).strftime("%H:%M") for each in found] == expected


def test_a_wall_refuses_instants_it_was_not_built_for() -> None:
    wall = a_wall("Europe/Helsinki", "2027-03-28T01:00")
    with pytest.raises(AssertionError, match="other instants"):
        wall.wall_time_at(instant("2028-03-28T01:00"))
    with pytest.raises(AssertionError, match="earlier instants"):
        wall.first_instant(label("2028-03-28T01:00"))


def test_days_are_counted_from_1970_and_back() -> None:
    assert day_of(date(1970, 1, 2)) == 1
    assert date_of(day_of(date(2026, 11, 23))) == date(2026, 11, 23)
    assert wall_time(1, time(1, 2, 3)) == 86_400 + 3_723
