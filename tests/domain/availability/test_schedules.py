"""Opening hours as a neighbour would check them against the clock in the kitchen."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.availability.intervals import Interval
from domain.availability.opening_hours.schedules import DatedException, Schedule, WeeklyRule, open_intervals

SATURDAY, SUNDAY = 5, 6
CLOCKS_FORWARD = date(2027, 3, 28)  # a Sunday: in Helsinki 03:00 to 04:00 never happens
CLOCKS_BACK = date(2026, 10, 25)  # a Sunday: 03:00 to 04:00 happens twice


def on(day: date, schedule: Schedule) -> list[str]:
    """What is open in the 24 hours of a UTC date, as its clock shows it."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return [_shown(each, midnight) for each in open_intervals(schedule, (midnight, midnight + 86_400))]


def _shown(interval: Interval, midnight: int) -> str:
    return "-".join(f"{(end - midnight) // 3600:02}:{(end - midnight) // 60 % 60:02}" for end in interval)


def weekly(weekday: int, opens: time, closes: time, **dates: date) -> Schedule:
    return Schedule("Europe/Helsinki", weekly=[WeeklyRule(weekday, opens, closes, **dates)])


@pytest.mark.parametrize(
    ("day", "opens", "closes", "expected"),
    [
        (CLOCKS_FORWARD, time(1), time(6), ["00:00-03:00"]),  # four hours lie between these five readings
        (CLOCKS_FORWARD, time(3, 30), time(6), ["01:00-03:00"]),  # opens as the clock jumps over 03:30
        (CLOCKS_FORWARD, time(3, 10), time(3, 50), []),  # there is no such time that day
        (CLOCKS_BACK, time(1), time(6), ["00:00-04:00"]),  # from 22:00Z the day before, six hours in all
        (CLOCKS_BACK, time(3, 10), time(3, 50), ["00:10-00:50"]),  # the first of the two
        (CLOCKS_BACK, time(3, 30), time(6), ["00:30-04:00"]),  # from the first 03:30 through the second
    ],
)
def test_a_window_opens_and_closes_by_the_clock_on_the_wall(
    day: date, opens: time, closes: time, expected: list[str]
) -> None:
    assert on(day, weekly(SUNDAY, opens, closes)) == expected


def test_a_window_that_closes_no_later_than_it_opens_crosses_midnight() -> None:
    assert on(CLOCKS_FORWARD, weekly(SATURDAY, time(22), time(5))) == ["00:00-02:00"]


def test_midnight_to_midnight_is_the_whole_local_day() -> None:
    assert on(date(2026, 11, 21), weekly(SATURDAY, time(0), time(0))) == ["00:00-22:00"]


def test_the_dates_of_a_rule_are_the_first_and_last_days_on_which_it_opens() -> None:
    for first_on, last_on, expected in [(7, 7, True), (8, None, False), (None, 6, False), (1, 9, True)]:
        dates = {"first_on": first_on, "last_on": last_on}
        given = {name: date(2026, 11, day) for name, day in dates.items() if day}
        found = on(date(2026, 11, 7), weekly(SATURDAY, time(12), time(14), **given))
        assert found == (["10:00-12:00"] if expected else [])


def test_an_open_exception_adds_and_a_closed_one_has_the_last_word() -> None:
    day = date(2026, 11, 21)
    schedule = Schedule(
        "Europe/Helsinki",
        weekly=[WeeklyRule(SATURDAY, time(10), time(12))],
        opened=[DatedException(day, day, time(14), time(18))],
        closed=[DatedException(day, day, time(11), time(15))],
    )
    assert on(day, schedule) == ["08:00-09:00", "13:00-16:00"]


def test_a_closed_exception_without_times_closes_each_whole_day_from_first_to_last() -> None:
    holiday = DatedException(date(2026, 11, 20), date(2026, 11, 22))
    daily = [WeeklyRule(weekday, time(10), time(12)) for weekday in range(7)]
    schedule = Schedule("Europe/Helsinki", weekly=daily, closed=[holiday])
    found = [day for day in range(18, 26) if on(date(2026, 11, day), schedule)]
    assert found == [18, 19, 23, 24, 25]


NIGHTLY = [WeeklyRule(weekday, time(16), time(2)) for weekday in range(7)]
NEW_YEARS_EVE = date(2026, 12, 31)


def shifts(**exceptions: list[DatedException]) -> list[str]:
    """What is open from 30 December to 2 January, in the wall time of Helsinki; shifts run from 16 to 02."""
    helsinki = ZoneInfo("Europe/Helsinki")
    begin, end = (int(datetime(2026, 12, 30, 12, tzinfo=UTC).timestamp()) + 86_400 * day for day in (0, 3))
    found = open_intervals(Schedule("Europe/Helsinki", NIGHTLY, **exceptions), (begin, end))
    return [
        "-".join(f"{datetime.fromtimestamp(each, helsinki):%d %H:%M}" for each in interval)
        for interval in found
    ]


def test_a_closed_date_takes_the_whole_of_each_window_that_opens_on_it_and_no_other() -> None:
    evening = DatedException(NEW_YEARS_EVE, NEW_YEARS_EVE)
    assert shifts(closed=[evening]) == ["30 16:00-31 02:00", "01 16:00-02 02:00"]


def test_a_closed_date_takes_the_whole_of_an_extra_window_that_opens_on_it() -> None:
    extra = DatedException(NEW_YEARS_EVE, NEW_YEARS_EVE, time(20), time(6))
    closed = DatedException(NEW_YEARS_EVE, NEW_YEARS_EVE)
    assert shifts(opened=[extra], closed=[closed]) == ["30 16:00-31 02:00", "01 16:00-02 02:00"]


def test_closed_hours_are_taken_by_the_clock_whichever_date_the_window_belongs_to() -> None:
    after_midnight = DatedException(date(2027, 1, 1), date(2027, 1, 1), time(0), time(1))
    across = DatedException(NEW_YEARS_EVE, NEW_YEARS_EVE, time(22), time(1))
    rest = ["30 16:00-31 02:00", "31 16:00-01 00:00", "01 01:00-01 02:00", "01 16:00-02 02:00"]
    assert shifts(closed=[after_midnight]) == rest
    assert shifts(closed=[across]) == [rest[0], "31 16:00-31 22:00", *rest[2:]]


def test_a_window_that_opens_on_an_open_date_is_not_cut_by_the_closed_date_before_it() -> None:
    day_before = DatedException(date(2026, 12, 30), date(2026, 12, 30))
    assert shifts(closed=[day_before]) == ["31 16:00-01 02:00", "01 16:00-02 02:00"]
