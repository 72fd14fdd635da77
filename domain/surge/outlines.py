"""The outline of a cell as GeoJSON has it (RFC 7946). Pure.

Positions are longitude before latitude, rings are closed and run anticlockwise (section 3.1.6), and nothing
crosses the 180th meridian: what lies on both sides of it is cut there (section 3.1.9). A cell around a pole
is drawn as the strip between its border and the pole, which is how a flat map shows it.

One way for all: the border's longitudes are unwrapped, so that each is near the one before it; then every
full turn of the globe is a window, and what is seen through each is brought back to −180…180.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from h3.api.basic_int import cell_to_boundary

Position = tuple[float, float]  # longitude, latitude in degrees (WGS 84)
Ring = tuple[Position, ...]

TURN = 360.0
HALF = 180.0
POLE = 90.0
DECIMALS = 6  # of a degree: a tenth of a metre, as RFC 7946 advises in section 11.2
MOST_KNOWN = 20_000  # outlines a process keeps in mind: some markets' cells, a few megabytes
_WINDOWS = (-TURN, 0.0, TURN)
_LEAST_CORNERS = 3


@lru_cache(maxsize=MOST_KNOWN)
def outline(cell: int) -> tuple[Ring, ...]:
    """The cell's border: one ring, or one for each side of the 180th meridian it lies on."""
    border = _unwrapped([(longitude, latitude) for latitude, longitude in cell_to_boundary(cell)])
    return tuple(ring for window in _WINDOWS for ring in _seen(border, window))


def geometry(cell: int) -> dict[str, object]:
    """The cell as a GeoJSON geometry: a Polygon, or a MultiPolygon where the 180th meridian cuts it."""
    rings = outline(cell)
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": [rings[0]]}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def _unwrapped(corners: Sequence[Position]) -> list[Position]:
    """The corners with longitudes that never jump; around a pole the pole's edge is added."""
    found = [corners[0]]
    for longitude, latitude in [*corners[1:], corners[0]]:
        turns = round((longitude - found[-1][0]) / TURN)
        found.append((longitude - turns * TURN, latitude))
    last = found.pop()
    if abs(last[0] - found[0][0]) < HALF:
        return found
    pole = POLE if corners[0][1] > 0 else -POLE
    return [*found, last, (last[0], pole), (found[0][0], pole)]


def _seen(border: Sequence[Position], window: float) -> Iterator[Ring]:
    """What of the border lies within 180° of the window's middle, brought back to the globe's longitudes."""
    west, east = window - HALF, window + HALF
    kept = _cut(_cut(border, west, keep=1.0), east, keep=-1.0)
    corners = [
        (round(longitude - window, DECIMALS), round(latitude, DECIMALS)) for longitude, latitude in kept
    ]
    distinct = [here for here, after in pairwise([*corners, *corners[:1]]) if here != after]
    if len(distinct) >= _LEAST_CORNERS:
        yield (*distinct, distinct[0])


def _cut(border: Sequence[Position], meridian: float, *, keep: float) -> list[Position]:
    """The part east (`keep` 1) or west (−1) of a meridian: Sutherland and Hodgman (1974), one edge of it."""
    found: list[Position] = []
    for here, after in pairwise([*border, *border[:1]]):
        inside, stays = keep * (here[0] - meridian) >= 0, keep * (after[0] - meridian) >= 0
        if inside:
            found.append(here)
        if inside is not stays:
            part = (meridian - here[0]) / (after[0] - here[0])
            found.append((meridian, here[1] + part * (after[1] - here[1])))
    return found
