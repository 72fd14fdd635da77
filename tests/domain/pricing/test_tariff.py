"""The tariff is read on the wall clock and billed in elapsed time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.offers import Unit
from domain.pricing.tariff import Effect, Tariff, clipped, pieces

HELSINKI = "Europe/Helsinki"
ZONES = [HELSINKI, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "America/St_Johns"]

evening = Effect(name="Evening", factor_bp=11_000, from_hour=17, until_hour=22)
friday = Effect(name="Friday", factor_bp=10_500, weekdays=(4,))
night = Effect(name="Night", factor_bp=12_000, from_hour=22, until_hour=5)
summer = Effect(name="Summer", factor_bp=10_800, months=(6, 7))
christmas = Effect(name="Christmas Eve", factor_bp=13_000, dates=(date(2026, 12, 24),))


def cut(
    *effects: Effect, unit: Unit = Unit.HOUR, start: str, minutes: int, zone: str = HELSINKI
) -> list[object]:
    """Pieces as (units, names)."""
    begin = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    units = minutes // 1_440 if unit is Unit.NIGHT else minutes if unit is Unit.HOUR else 1
    found = pieces(
        Tariff(effects=effects),
        category="gardening",
        unit=unit,
        units=units,
        start=begin,
        time_zone=zone,
    )
    return [(piece.units, [effect.name for effect in piece.effects]) for piece in found]


def test_without_a_tariff_there_is_one_piece_without_effects() -> None:
    assert cut(start="2026-11-27T16:00", minutes=90) == [(90, [])]


def test_an_hourly_service_is_cut_where_the_evening_begins() -> None:
    found = cut(evening, friday, start="2026-11-27T16:20", minutes=120)
    assert found == [(40, ["Friday"]), (80, ["Evening", "Friday"])]


def test_a_session_goes_by_its_start() -> None:
    assert cut(evening, unit=Unit.SESSION, start="2026-11-27T16:59", minutes=120) == [(1, [])]
    assert cut(evening, unit=Unit.SESSION, start="2026-11-27T17:00", minutes=120) == [(1, ["Evening"])]


def test_each_night_goes_by_its_evening_and_never_by_hours() -> None:
    found = cut(friday, evening, christmas, unit=Unit.NIGHT, start="2026-12-23T17:00", minutes=3 * 1_440)
    assert found == [(1, []), (1, ["Christmas Eve"]), (1, ["Friday"])]


def test_hours_may_run_over_midnight_and_the_day_is_the_clocks() -> None:
    found = cut(night, friday, start="2026-11-27T21:00", minutes=240)
    assert found == [(60, ["Friday"]), (120, ["Night", "Friday"]), (60, ["Night"])]


@pytest.mark.parametrize(
    "dated", [{"weekdays": (4,)}, {"dates": (date(2026, 11, 27),)}, {"weekdays": (4,), "months": (11,)}]
)
def test_hours_over_midnight_belong_to_the_date_on_which_they_begin(dated: dict[str, Any]) -> None:
    friday_night = Effect(name="Friday night", factor_bp=12_000, from_hour=22, until_hour=2, **dated)
    assert cut(friday_night, start="2026-11-27T00:00", minutes=180) == [(180, [])]
    found = cut(friday_night, start="2026-11-27T21:00", minutes=360)
    assert found == [(120, []), (240, ["Friday night"])]


def test_the_night_of_the_last_day_of_a_month_belongs_to_that_month() -> None:
    november = Effect(name="November nights", factor_bp=12_000, from_hour=22, until_hour=2, months=(11,))
    assert cut(november, start="2026-11-30T23:00", minutes=240) == [(180, ["November nights"]), (60, [])]
    assert cut(november, start="2026-11-01T01:00", minutes=60) == [(60, [])]


def test_an_effect_of_other_categories_is_not_asked() -> None:
    rides = evening.model_copy(update={"categories": ("rides",)})
    assert cut(rides, start="2026-11-27T18:00", minutes=60) == [(60, [])]


def test_months_are_those_of_the_wall_clock() -> None:
    assert cut(summer, start="2026-05-31T23:30", minutes=60) == [(30, []), (30, ["Summer"])]


def test_the_hour_that_comes_twice_is_billed_twice() -> None:
    small_hours = Effect(name="Small hours", factor_bp=12_000, from_hour=3, until_hour=4)
    assert cut(small_hours, start="2026-10-25T02:00", minutes=240) == [(120, []), (120, ["Small hours"])]


def test_the_hour_that_never_comes_is_not_billed() -> None:
    small_hours = Effect(name="Small hours", factor_bp=12_000, from_hour=3, until_hour=4)
    assert cut(small_hours, start="2026-03-29T02:00", minutes=120) == [(120, [])]


def test_a_change_a_minute_past_midnight_is_met_to_the_minute() -> None:
    late = Effect(name="Late", factor_bp=12_000, from_hour=23, until_hour=24)
    found = cut(late, start="2010-11-06T23:30", minutes=120, zone="America/St_Johns")
    assert found == [(30 + 59, ["Late"]), (1 + 30, [])]


hours = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda window: window[0] != window[1])


@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 1)),  # noqa: DTZ001 -- UTC is put on below
    minutes=st.integers(1, 2_000),
    zone=st.sampled_from(ZONES),
    window=hours,
    weekdays=st.lists(st.integers(0, 6), unique=True).map(tuple),
)
@settings(max_examples=100, deadline=None)
def test_the_pieces_agree_with_asking_every_minute(
    start: datetime, minutes: int, zone: str, window: tuple[int, int], weekdays: tuple[int, ...]
) -> None:
    begin = start.replace(second=0, microsecond=0, tzinfo=UTC)
    effects = (
        Effect(name="a", factor_bp=11_000, from_hour=window[0], until_hour=window[1], weekdays=weekdays),
        Effect(name="b", factor_bp=9_000, weekdays=weekdays),
    )
    found = pieces(
        Tariff(effects=effects),
        category="gardening",
        unit=Unit.HOUR,
        units=minutes,
        start=begin,
        time_zone=zone,
    )
    slow: dict[tuple[str, ...], int] = {}
    for minute in range(minutes):
        local = (begin + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
        names = tuple(
            name for name, hours in (("a", window), ("b", (0, 24))) if _meets(local, hours, weekdays)
        )
        slow[names] = slow.get(names, 0) + 1
    assert {tuple(effect.name for effect in piece.effects): piece.units for piece in found} == slow


def _meets(local: datetime, hours: tuple[int, int], weekdays: tuple[int, ...]) -> bool:
    """Whether an hour of the wall clock lies in a window, counted from the midnight before it opens."""
    length = (hours[1] - hours[0]) % 24 or 24
    for weekday, since_midnight in (
        (local.weekday(), local.hour),
        ((local.weekday() - 1) % 7, local.hour + 24),
    ):
        if hours[0] <= since_midnight < hours[0] + length and (not weekdays or weekday in weekdays):
            return True
    return False


@pytest.mark.parametrize(
    ("factors", "together"),
    [([], 10_000), ([11_000, 10_500], 11_500), ([12_000, 12_000], 13_000), ([8_500, 9_000], 8_500)],
)
def test_effects_add_up_and_are_clipped_once(factors: list[int], together: int) -> None:
    assert clipped(factors) == together
    assert clipped(reversed(factors)) == together


@pytest.mark.parametrize(
    "wrong",
    [
        {"factor_bp": 8_499},
        {"factor_bp": 13_001},
        {"factor_bp": 1.1},
        {"from_hour": 3},
        {"from_hour": 3, "until_hour": 3},
        {"weekdays": [7]},
        {"months": [0]},
        {"name": ""},
        {"colour": "red"},
    ],
)
def test_an_effect_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Effect.model_validate({"name": "Evening", "factor_bp": 11_000} | wrong)


def test_two_effects_never_share_a_name() -> None:
    with pytest.raises(ValidationError):
        Tariff(effects=(evening, evening))
