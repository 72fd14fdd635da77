"""What demand makes of prices: the map for everybody, and what the operators of a market see and do."""

from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Header, Query
from sqlmodel import Session

from api.answers import Answer
from api.schemas.surge import MapQuery, SurgeMapView
from api.transaction import Router
from domain import markets, offers, surge
from domain.foundation import ids
from domain.markets.errors import MarketNotFound
from domain.offers.errors import CategoryUnknown
from domain.surge.errors import MapUnfit

router = Router(tags=["surge"])
_UNTIL_THE_NEXT_TICK = "public, max-age=60"
_UNCHANGED: dict[str, Any] = {
    "responses": {"304": {"description": "It is still the map of the ETag in If-None-Match."}}
}


@router.get(
    "/surge/map",
    may="surge.read",
    errors=[CategoryUnknown, MapUnfit, MarketNotFound],
    openapi_extra=_UNCHANGED,
)
def draw_surge_map(
    query: Annotated[MapQuery, Query()],
    session: Session,
    at: datetime,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Answer[SurgeMapView]:
    """See what demand makes of a category's prices around here, as GeoJSON hexagons.

    Everybody sees the same map. Its ETag names the snapshot, which changes every few minutes; until then
    If-None-Match is answered with 304. A map that would tell nothing has no features, and says why.
    """
    market = markets.get_market_by_slug(session, query.market)
    offers.category_by_slug(session, query.category)
    drawn = surge.price_map(surge.in_force(session, market.id), query.category, at=at, within=query.corners())
    headers = {"cache-control": _UNTIL_THE_NEXT_TICK}
    if drawn.snapshot_id is not None and drawn.absence is None:
        headers["etag"] = f'"{ids.encode("snp", drawn.snapshot_id)}"'
        if if_none_match == headers["etag"]:
            return Answer(cast("SurgeMapView", None), headers, status=304)
    return Answer(cast("SurgeMapView", SurgeMapView.written(drawn)), headers)
