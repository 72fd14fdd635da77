"""What providers have that can be promised, and which of it their offers need."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.resources import (
    AddThingRequest,
    RequiredResourcesView,
    ResourceView,
    SetRequiredResourcesRequest,
)
from api.transaction import Router
from domain import availability
from domain.availability.errors import ResourceNotFound
from domain.foundation.ids import OfferId, OptionId, ProviderProfileId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.offers.errors import OfferUnknown, OptionUnknown
from domain.providers.errors import ProviderProfileNotFound

router = Router(tags=["availability"])


@router.post(
    "/provider-profiles/{profile_id}/calendar",
    may="availability.manage",
    status_code=201,
    errors=[ProviderProfileNotFound],
)
def open_calendar(
    profile_id: ProviderProfileId, session: Session, caller: Caller, at: datetime
) -> ResourceView:
    """Open the calendar of your own time, or find it open. Nobody can book before hours are set."""
    return ResourceView.of(availability.open_calendar(session, profile_id, by=caller.actor, at=at))


@router.post(
    "/provider-profiles/{profile_id}/resources",
    may="availability.manage",
    status_code=201,
    errors=[ProviderProfileNotFound],
)
def add_thing(
    profile_id: ProviderProfileId, body: AddThingRequest, session: Session, caller: Caller, at: datetime
) -> ResourceView:
    """Add a room, a car or another thing that can be promised. Until it has hours it is there at any time."""
    return ResourceView.of(
        availability.add_thing(session, profile_id, name=body.name, by=caller.actor, at=at)
    )


@router.get(
    "/provider-profiles/{profile_id}/resources",
    may="availability.manage",
    errors=[InvalidCursor, ProviderProfileNotFound],
)
def list_resources(
    profile_id: ProviderProfileId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ResourceView]:
    """See all of yours that can be promised: your own time, and your things."""
    page = availability.list_my_resources(session, profile_id, by=caller.actor, after=after, limit=limit)
    return PageView(items=[ResourceView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/offers/{offer_id}/resources", may="availability.manage", errors=[OfferUnknown])
def read_required_resources(offer_id: OfferId, session: Session, caller: Caller) -> RequiredResourcesView:
    """See which resources your offer and its options name."""
    return RequiredResourcesView.of(availability.list_required_resources(session, offer_id, by=caller.actor))


@router.put(
    "/offers/{offer_id}/resources",
    may="availability.manage",
    errors=[OfferUnknown, ResourceNotFound],
)
def set_required_resources(
    offer_id: OfferId, body: SetRequiredResourcesRequest, session: Session, caller: Caller, at: datetime
) -> RequiredResourcesView:
    """Say which resources your offer needs instead of your own time; with none it needs your time again."""
    availability.set_required_resources(session, offer_id, body.resource_ids, by=caller.actor, at=at)
    return RequiredResourcesView.of(availability.list_required_resources(session, offer_id, by=caller.actor))


@router.put(
    "/offers/{offer_id}/options/{option_id}/resources",
    may="availability.manage",
    errors=[OfferUnknown, OptionUnknown, ResourceNotFound],
)
def set_option_required_resources(
    offer_id: OfferId,
    option_id: OptionId,
    body: SetRequiredResourcesRequest,
    session: Session,
    caller: Caller,
    at: datetime,
) -> RequiredResourcesView:
    """Say which resources an option of your offer needs on top."""
    availability.set_required_resources(
        session, offer_id, body.resource_ids, option_id=option_id, by=caller.actor, at=at
    )
    return RequiredResourcesView.of(availability.list_required_resources(session, offer_id, by=caller.actor))
