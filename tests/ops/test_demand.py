"""A row of pickups becomes the same request in every life of a replay, on the same day of the week."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.replay import demand
from ops.replay.demand import GRID, LEAD, LONGEST, Pickup

NEW_YORK = ZoneInfo("America/New_York")
HEADER = "picked_up_at,latitude,longitude\n"

pickups = st.builds(
    Pickup,
    line=st.just(2),
    wall=st.datetimes(datetime(2014, 4, 1), datetime(2014, 7, 31)),  # noqa: DTZ001 -- local time is what the file tells
    latitude=st.floats(40, 41),
    longitude=st.floats(-75, -73),
)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_the_first_day_moves_to_the_same_weekday_and_season_of_the_replay_year(day: date) -> None:
    moved = demand.replay_day(day)
    assert moved.weekday() == day.weekday()
    same_date = day + (date(demand.REPLAY_YEAR, 1, 1) - date(day.year, 1, 1))
    assert abs(moved - same_date) <= timedelta(days=3)


@given(st.lists(pickups, min_size=1, max_size=8), st.integers(0, 9))
def test_rides_lie_on_the_grid_after_they_are_asked_for_and_are_drawn_the_same_again(
    told: list[Pickup], seed: int
) -> None:
    told.sort(key=lambda pickup: pickup.wall)
    asked = demand.requests(told, first_on=date(2026, 11, 24), zone=NEW_YORK, seed=seed)
    assert asked == demand.requests(told, first_on=date(2026, 11, 24), zone=NEW_YORK, seed=seed)
    for request in asked:
        assert LEAD <= request.start - request.at < LEAD + GRID
        assert (request.start.minute % 5, request.start.second, request.start.microsecond) == (0, 0, 0)
        assert timedelta(0) < request.end - request.start <= LONGEST
        assert (request.end - request.start) % GRID == timedelta(0)
        assert request.kilometres >= 1
        assert request.at.tzinfo is UTC


def test_the_time_on_the_wall_stays_and_so_does_the_distance_of_days() -> None:
    told = [Pickup(2, datetime(2014, 4, 1, 8), 40.7, -74), Pickup(3, datetime(2014, 4, 2, 8), 40.7, -74)]  # noqa: DTZ001 -- local
    first, second = demand.requests(told, first_on=date(2026, 11, 24), zone=NEW_YORK, seed=1)
    assert first.at.astimezone(NEW_YORK).isoformat() == "2026-11-24T08:00:00-05:00"
    assert second.at - first.at == timedelta(days=1)


def test_rows_that_are_no_request_are_named_and_the_rest_is_sorted(tmp_path: Path) -> None:
    file = tmp_path / "demand.csv"
    file.write_text(
        HEADER
        + "2014-04-02T09:00,40.7,-74\n"
        + "2014-04-01T09:00,40.7,-74\n"
        + "yesterday,40.7,-74\n"
        + "2014-04-02T09:00Z,40.7,-74\n"
        + "2014-04-02T09:00,140.7,-74\n"
        + "2014-04-02T09:00,40.7\n"
        + "2014-04-02T08:00,40.7,-74\n"
    )
    found, refused = demand.read(file, most=10, since=date(2014, 4, 2))
    assert [pickup.line for pickup in found] == [8, 2]
    assert [row.line for row in refused] == [4, 5, 6, 7]
    assert [pickup.line for pickup in demand.read(file, most=1, since=None)[0]] == [2]


@pytest.mark.parametrize("file", ["no/such/file.csv", "."])
def test_a_file_that_is_not_there_is_refused_in_words(file: str) -> None:
    with pytest.raises(demand.reading.FileUnreadableError, match=r"There is no file|cannot be read"):
        demand.read(Path(file), most=1, since=None)
