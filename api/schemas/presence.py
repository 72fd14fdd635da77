"""Presence on the wire: a point goes in, and none ever comes out."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import RequestBody

Latitude = Annotated[
    float, Field(ge=-90, le=90, allow_inf_nan=False, description="WGS 84.", examples=[60.17938])
]
Longitude = Annotated[
    float, Field(ge=-180, le=180, allow_inf_nan=False, description="WGS 84.", examples=[24.95152])
]


class PresenceRequest(RequestBody):
    """Where a provider is now."""

    model_config = RequestBody.example({"latitude": 60.17938, "longitude": 24.95152})

    latitude: Latitude
    longitude: Longitude
