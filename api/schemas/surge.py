"""Maps, emergencies, snapshots and what-ifs of surge on the wire."""

from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, StringConstraints

from api.schemas.common import Instant, RequestBody, View
from api.schemas.markets import Slug
from domain import surge
from domain.foundation import ids
from domain.foundation.ids import SurgeSnapshotId
from domain.pricing import written
from domain.surge import Absence, Corners, PriceMap
from domain.surge.errors import MapUnfit

_NUMBER = r"-?\d{1,3}(\.\d{1,12})?"
_GLOBE = (180.0, 90.0, 180.0, 90.0)
Position = tuple[float, float]


class MapQuery(RequestBody):
    """Which map: of a category of a market, and which part of it."""

    market: Slug
    category: Slug
    bbox: Annotated[str, StringConstraints(pattern=f"^{_NUMBER}(,{_NUMBER}){{3}}$")] | None = Field(
        default=None,
        description="West, south, east, north in degrees (RFC 7946, section 5); west may lie east of east, "
        "over the 180th meridian.",
        examples=["24.9,60.1,25.0,60.2"],
    )

    def corners(self) -> Corners | None:
        """The part that is asked for; raises `MapUnfit` for one that is not on the globe."""
        if self.bbox is None:
            return None
        degrees = [float(part) for part in self.bbox.split(",")]
        found = Corners(*degrees)
        is_outside = any(abs(value) > most for value, most in zip(degrees, _GLOBE, strict=True))
        if is_outside or found.south > found.north:
            raise MapUnfit("Say west, south, east, north; longitude comes first.", field="bbox")
        return found


class PolygonView(View):
    """Closed rings of positions, longitude first."""

    type: Literal["Polygon"]
    coordinates: list[list[Position]]


class MultiPolygonView(View):
    """A cell on both sides of the 180th meridian."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[list[Position]]]


class HexagonView(View):
    """What a hexagon tells."""

    multiplier: str = Field(description="What demand makes of prices here.", examples=["1.30"])
    reasons: list[str] = Field(description="Codes, as in a quote's explanation.")
    free: str = Field(description="Providers free here and around, in a range.", examples=["3–5"])
    usual: str = Field(description="As many as there usually are at this hour of the week.")


class FeatureView(View):
    """A hexagon. Its id is that of the H3 cell."""

    type: Literal["Feature"]
    id: str = Field(examples=["871126d35ffffff"])
    geometry: Annotated[PolygonView | MultiPolygonView, Field(discriminator="type")]
    properties: HexagonView


class SurgeMapView(View):
    """A GeoJSON FeatureCollection (RFC 7946); beside its features stands what they are of."""

    type: Literal["FeatureCollection"]
    features: list[FeatureView]
    category: str
    absence: Absence | None = Field(description="Why there are no hexagons; null where there are.")
    snapshot_id: SurgeSnapshotId | None
    tick_at: Instant | None = Field(description="When prices were counted.")

    @staticmethod
    def written(found: PriceMap) -> bytes:
        """The map as this view's bytes; thousands of views would cost ten times as much."""
        told = {
            "type": "FeatureCollection",
            "features": [_feature(hexagon) for hexagon in found.hexagons],
            "category": found.category,
            "absence": found.absence,
            "snapshot_id": found.snapshot_id and ids.encode("snp", found.snapshot_id),
            "tick_at": found.tick_at,
        }
        return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def _feature(hexagon: surge.Hexagon) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": f"{hexagon.cell:x}",
        "geometry": surge.geometry(hexagon.cell),
        "properties": {
            "multiplier": written(hexagon.multiplier_bp),
            "reasons": surge.codes(hexagon.reasons),
            "free": hexagon.free,
            "usual": hexagon.usual,
        },
    }
