"""What the world may learn of where an offer is, and what it may not."""

from hashlib import sha256
from math import asin, cos, radians, sin, sqrt
from statistics import fmean

from h3.api.basic_int import cell_to_latlng, latlng_to_cell
from hypothesis import given
from hypothesis import strategies as st

from domain.offers.place import RESOLUTION, blurred, cells

EARTH_METRES = 6_371_000
HAKANIEMI = (60.17938, 24.95152)
latitudes = st.floats(-89.5, 89.5)
longitudes = st.floats(-180, 180)
secrets = st.binary(min_size=32, max_size=32)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    (south, west), (north, east) = [tuple(map(radians, point)) for point in (one, other)]
    square = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(min(1.0, square)))


@given(latitudes, longitudes, secrets)
def test_the_shown_point_is_near_and_always_the_same(
    latitude: float, longitude: float, secret: bytes
) -> None:
    shown = blurred(latitude, longitude, secret)
    assert metres((latitude, longitude), shown) <= 300
    assert shown == blurred(latitude, longitude, secret)
    assert -90 <= shown[0] <= 90
    assert -180 <= shown[1] <= 180


@given(latitudes, longitudes, secrets, st.floats(-0.001, 0.001), st.floats(-0.001, 0.001))
def test_nothing_shown_depends_on_where_in_its_cell_the_true_point_is(
    latitude: float, longitude: float, secret: bytes, north: float, east: float
) -> None:
    cell = latlng_to_cell(latitude, longitude, RESOLUTION)
    other = (latitude + north, longitude + east)
    if latlng_to_cell(*other, RESOLUTION) == cell:
        assert blurred(latitude, longitude, secret) == blurred(*other, secret)


def test_averaging_a_thousand_offers_of_one_address_finds_the_middle_of_the_cell_and_not_the_door() -> None:
    shown = [blurred(*HAKANIEMI, sha256(b"%d" % offer).digest()) for offer in range(1_000)]
    mean = (fmean(point[0] for point in shown), fmean(point[1] for point in shown))
    middle = cell_to_latlng(latlng_to_cell(*HAKANIEMI, RESOLUTION))
    assert len(set(shown)) > 900
    assert metres(mean, middle) < 20
    assert metres(mean, HAKANIEMI) > 50


@given(latitudes, longitudes)
def test_cells_fit_the_signed_integers_of_the_database(latitude: float, longitude: float) -> None:
    assert all(0 < cell < 2**63 for cell in cells(latitude, longitude))
