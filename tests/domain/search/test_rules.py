from datetime import UTC, datetime, timedelta
from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.foundation.spans import Span
from domain.search import Point, Wanted
from domain.search.errors import SearchUnfit
from domain.search.rules import EARTH_METRES, box_around, ts_query

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def walk(start: Point, metres: float, bearing: float) -> Point:
    """Where one comes to by going so far along a great circle."""
    angle, latitude, longitude = metres / EARTH_METRES, radians(start.latitude), radians(start.longitude)
    north = asin(sin(latitude) * cos(angle) + cos(latitude) * sin(angle) * cos(bearing))
    east = longitude + atan2(
        sin(bearing) * sin(angle) * cos(latitude), cos(angle) - sin(latitude) * sin(north)
    )
    return Point(degrees(north), (degrees(east) + 180) % 360 - 180)


@given(
    st.builds(Point, st.floats(-90, 90), st.floats(-180, 180)),
    st.integers(1, 100_000),
    st.floats(0, 1),
    st.floats(0, 6.3),
)
@example(Point(60.17, 24.94), 100_000, 1.0, 1.55)
@example(Point(89.9, 0.0), 20_000, 1.0, 0.0)
@example(Point(-17.0, 179.9), 100_000, 1.0, 1.57)
def test_whoever_walks_no_farther_than_the_circle_stays_in_the_box(
    start: Point, within: int, share: float, bearing: float
) -> None:
    there, box = walk(start, within * share, bearing), box_around(start, within)
    assert box.south <= there.latitude <= box.north
    assert box.west <= there.longitude <= box.east


def test_a_box_is_no_larger_than_it_must_be() -> None:
    box = box_around(Point(60.0, 25.0), 10_000)
    assert box.north - box.south == pytest.approx(0.18, abs=0.01)
    assert box.east - box.west == pytest.approx(0.36, abs=0.01)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Garden", "'garden':*"),
        ("wi-fi & 'or' | (x)", "(('wi' & 'fi') | 'wifi':*) & 'or' & 'x'"),
        ("siivousta kotiin!", "'siivousta':* & 'kotiin':*"),
        ("über:* <-> a\\b", "'über':* & 'a' & 'b'"),
        ("a b c d e f g h i j", "'a' & 'b' & 'c' & 'd' & 'e' & 'f' & 'g' & 'h'"),
        ("3.5", "'3' & '5'"),
        ("東京 師", "'東京':* & '師':*"),
        ("東京都", "'東京' & '京都':*"),
    ],
)
def test_words_are_read_as_beginnings_and_nothing_else_of_what_is_typed(typed: str, read: str) -> None:
    assert ts_query(typed) == read


def test_what_cannot_be_looked_for_is_refused_by_its_field() -> None:
    season = Span(NOW, NOW + timedelta(days=94))
    for field, refused in {
        "within": lambda: Wanted(market="helsinki", within_metres=0),
        "words": lambda: Wanted(market="helsinki", words="!?"),
        "free_to": lambda: Wanted(market="helsinki", during=season),
    }.items():
        with pytest.raises(SearchUnfit) as refusal:
            refused()
        assert refusal.value.field == field
