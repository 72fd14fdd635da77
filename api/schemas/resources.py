"""Resources on the wire, and which of them an offer needs."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from api.schemas.common import Instant, Line, RequestBody, View, ZoneName
from domain.availability import OfferResource, Resource, ResourceKind
from domain.foundation.ids import OptionId, ProviderProfileId, ResourceId


class AddThingRequest(RequestBody):
    """A room, a car or another thing that can be promised once at a time."""

    model_config = RequestBody.example({"name": "The sauna"})

    name: Line


class ResourceView(View):
    """Something that can be promised once at a time: a provider's own time, or a thing of theirs."""

    id: ResourceId
    profile_id: ProviderProfileId
    kind: ResourceKind
    name: str
    time_zone: ZoneName
    created_at: Instant

    @classmethod
    def of(cls, row: Resource) -> Self:
        """The resource as its provider sees it."""
        return cls.model_validate(row)


class SetRequiredResourcesRequest(RequestBody):
    """The resources that are needed; none means the provider's own time, or nothing on top for an option."""

    model_config = RequestBody.example({"resource_ids": ["res_01jczk3v9hf8gb2h6v1q4nsx7e"]})

    resource_ids: list[ResourceId] = Field(max_length=20)


class RequiredResourceView(View):
    """A resource that an offer needs, or an option of it on top."""

    option_id: OptionId | None
    resource_id: ResourceId


class RequiredResourcesView(View):
    """The resources that an offer names; while it names none of its own, it needs its provider's time."""

    items: list[RequiredResourceView]

    @classmethod
    def of(cls, rows: Sequence[OfferResource]) -> Self:
        """What is named, the offer's own first."""
        return cls(items=[RequiredResourceView.model_validate(row) for row in rows])
