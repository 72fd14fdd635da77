"""Where an offer is: the cells that group it with its neighbours, and the point the world is shown instead.

The shown point is the centre of the small cell the true point lies in, moved a little by a secret of the
offer. It is the same whenever anybody asks. Averaging the points of many offers at one address leads to the
centre of the cell and no further, for nothing that is shown depends on where within its cell the true point
is. Whoever measures a distance for the world must measure it from the shown point: from enough distances to
the true one, anybody could find it.
"""

from collections.abc import Sequence
from math import cos, pi, radians, sin, sqrt
from typing import NamedTuple

from h3.api.basic_int import cell_to_boundary, cell_to_latlng, latlng_to_cell

RESOLUTION = 9  # cells some 200 m from centre to corner: a few blocks, never one house
NEIGHBOURHOOD_RESOLUTION = 7  # cells some 1.4 km wide: what pricing compares demand and supply in
WANDER_METRES = 50.0  # how far the offer's secret moves the point; in all it is within 300 m of the true one
METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6,371 km
_DECIMALS = 5  # of a degree: about a metre
_NEAREST_TO_A_POLE = 1e-6  # the cosine below which a metre is no longer turned into degrees of longitude
_LARGEST = 2**64
_HALF_A_TURN = 180.0
# By how much a shown point may lie outside the cell of resolution 7 that the true one lies in, in degrees of
# latitude: the edges of the small cells do not follow those of the large ones.
_BEYOND = 0.01


class Bounds(NamedTuple):
    """Degrees between which something lies."""

    south: float
    north: float
    west: float
    east: float


def cells(latitude: float, longitude: float) -> tuple[int, int]:
    """The H3 cells of the point at resolutions 9 and 7, as signed 64-bit integers (the top bit is zero)."""
    return (
        latlng_to_cell(latitude, longitude, RESOLUTION),
        latlng_to_cell(latitude, longitude, NEIGHBOURHOOD_RESOLUTION),
    )


def bounds(cells: Sequence[int]) -> Bounds:
    """Between which degrees the shown points of all that is in these cells lie; where it is narrow.

    An index finds by them, and the cells decide. Around a pole and across the 180th meridian all longitudes
    count.
    """
    corners = [corner for cell in cells for corner in cell_to_boundary(cell)]
    south, north = min(corner[0] for corner in corners), max(corner[0] for corner in corners)
    west, east = min(corner[1] for corner in corners), max(corner[1] for corner in corners)
    beyond = _BEYOND / max(min(cos(radians(south)), cos(radians(north))), _NEAREST_TO_A_POLE)
    west, east = west - beyond, east + beyond
    if east - west > _HALF_A_TURN or west < -_HALF_A_TURN or east > _HALF_A_TURN:
        west, east = -_HALF_A_TURN, _HALF_A_TURN
    return Bounds(south - _BEYOND, north + _BEYOND, west, east)


def blurred(latitude: float, longitude: float, secret: bytes) -> tuple[float, float]:
    """The point the world is shown, in degrees; `secret` holds at least 16 bytes that only the offer has."""
    middle_latitude, middle_longitude = cell_to_latlng(latlng_to_cell(latitude, longitude, RESOLUTION))
    distance = WANDER_METRES * sqrt(int.from_bytes(secret[:8], "big") / _LARGEST)
    bearing = 2 * pi * int.from_bytes(secret[8:16], "big") / _LARGEST
    north, east = distance * cos(bearing), distance * sin(bearing)
    shown_latitude = max(-90.0, min(90.0, middle_latitude + north / METRES_PER_DEGREE))
    width = METRES_PER_DEGREE * max(cos(radians(middle_latitude)), _NEAREST_TO_A_POLE)
    shown_longitude = (middle_longitude + east / width + 180.0) % 360.0 - 180.0
    return round(shown_latitude, _DECIMALS), round(shown_longitude, _DECIMALS)
