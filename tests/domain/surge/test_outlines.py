"""A cell's outline is what RFC 7946 asks for, anywhere on the globe."""

import math
from itertools import pairwise

import pytest
from h3.api.basic_int import cell_to_latlng, get_res0_cells, latlng_to_cell

from domain.surge.outlines import Ring, geometry, outline

KALLIO = latlng_to_cell(60.184, 24.95, 7)
FIJI = latlng_to_cell(-16.8, 179.999, 5)  # lies on both sides of the 180th meridian
NORTH_POLE = latlng_to_cell(90.0, 0.0, 5)
SOUTH_POLE = latlng_to_cell(-90.0, 0.0, 5)
# Cells of every size around places where a map goes wrong, and some where it does not.
PLACES = [
    (60.184, 24.95),
    (0.0, 180.0),
    (-16.8, -179.99),
    (71.0, -180.0),
    (90.0, 0.0),
    (-90.0, 77.0),
    (1.3, 103.8),
]
CELLS = sorted(
    {latlng_to_cell(*place, size) for place in PLACES for size in range(10)} | set(get_res0_cells())
)


def area(ring: Ring) -> float:
    """Twice the area in square degrees; above zero where the ring runs anticlockwise."""
    return sum(here[0] * after[1] - after[0] * here[1] for here, after in pairwise(ring))


def holds(ring: Ring, longitude: float, latitude: float) -> bool:
    """Whether a ray to the east crosses the ring an odd number of times."""
    crossings = 0
    for (x0, y0), (x1, y1) in pairwise(ring):
        if (y0 > latitude) is not (y1 > latitude):
            crossings += x0 + (latitude - y0) / (y1 - y0) * (x1 - x0) > longitude
    return crossings % 2 == 1


@pytest.mark.parametrize("cell", CELLS)
def test_rings_are_closed_run_anticlockwise_and_stay_on_the_map(cell: int) -> None:
    assert outline(cell)
    for ring in outline(cell):
        assert ring[0] == ring[-1]
        assert len(ring) >= 4
        assert area(ring) > 0
        assert all(-180 <= longitude <= 180 and -90 <= latitude <= 90 for longitude, latitude in ring)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_holds_its_own_middle(cell: int) -> None:
    latitude, longitude = cell_to_latlng(cell)
    assert any(holds(ring, longitude, latitude) for ring in outline(cell))


def test_longitude_comes_before_latitude() -> None:
    (ring,) = outline(KALLIO)
    assert all(24 < longitude < 26 and 60 < latitude < 61 for longitude, latitude in ring)


def test_what_the_180th_meridian_cuts_lies_on_both_sides_of_it_and_crosses_nowhere() -> None:
    assert len(outline(FIJI)) == 2
    for ring in outline(FIJI):
        assert max(longitude for longitude, _ in ring) - min(longitude for longitude, _ in ring) < 1
    assert geometry(FIJI)["type"] == "MultiPolygon"
    assert geometry(KALLIO)["type"] == "Polygon"


def test_cutting_loses_nothing() -> None:
    here = latlng_to_cell(-16.8, 179.999, 5)
    whole = sum(area(ring) for ring in outline(here))
    aside = [area(ring) for ring in outline(latlng_to_cell(-16.8, 178.5, 5))]
    assert math.isclose(whole, sum(aside), rel_tol=0.05)


@pytest.mark.parametrize(("cell", "pole"), [(NORTH_POLE, 90), (SOUTH_POLE, -90)])
def test_a_cell_around_a_pole_reaches_it_from_every_longitude(cell: int, pole: int) -> None:
    for longitude in range(-179, 180, 7):
        assert any(holds(ring, longitude, pole * 0.9999) for ring in outline(cell))
    assert {latitude for ring in outline(cell) for _, latitude in ring} & {float(pole)}
