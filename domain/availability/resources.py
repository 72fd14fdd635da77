"""What can be promised: a provider's own time, their things, and which of them an offer needs.

A chapter of `actions.py`. Only the provider finds a resource here; everybody else learns that there is none.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, delete

from domain import markets, offers, providers
from domain.availability import queries
from domain.availability.errors import ResourceNotFound
from domain.availability.events import ResourceAdded, ResourcesRequired
from domain.availability.kinds import ResourceKind
from domain.availability.models import OfferResource, Resource
from domain.foundation import events, ids
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.paging import Page
from domain.foundation.text import normalization
from domain.offers.errors import OfferUnknown, OptionUnknown
from domain.providers import ProviderProfile
from domain.providers.errors import ProviderProfileNotFound

# Two who open a provider's calendar at once get the same one, and only the first has opened it.
_OPEN_CALENDAR = text("""
    INSERT INTO resources (id, profile_id, kind, name, time_zone, version, created_at)
    VALUES (:id, :profile_id, 'time', :name, :time_zone, 1, :at)
    ON CONFLICT (profile_id) WHERE kind = 'time' DO NOTHING
    RETURNING id
""")


def open_calendar(session: Session, profile_id: UUID, *, by: Actor, at: datetime) -> Resource:
    """The provider's own time as a resource, in the market's time zone; opened if it was not.

    Nobody can be booked before its hours are set. Raises `ProfileUnknown`.
    """
    profile = _own_profile(session, profile_id, by)
    params = {
        "id": ids.new(),
        "profile_id": profile.id,
        "name": profile.display_name,
        "time_zone": markets.get_market(session, profile.market_id).time_zone,
        "at": at,
    }
    opened = session.execute(_OPEN_CALENDAR, params).scalar()
    resource = queries.get_provider_calendar(session, profile_id)
    if opened is not None:
        _record_added(session, resource, by=by, at=at)
    return resource


def add_thing(session: Session, profile_id: UUID, *, name: str, by: Actor, at: datetime) -> Resource:
    """A room, a car or another thing of the provider's; there around the clock until it is given hours.

    Raises `ProfileUnknown`.
    """
    profile = _own_profile(session, profile_id, by)
    thing = Resource(
        profile_id=profile.id,
        kind=ResourceKind.THING,
        name=normalization.normalize_line(name, field="name"),
        time_zone=markets.get_market(session, profile.market_id).time_zone,
        created_at=at,
    )
    session.add(thing)
    session.flush()
    _record_added(session, thing, by=by, at=at)
    return thing


def set_required_resources(
    session: Session,
    offer_id: UUID,
    resource_ids: Sequence[UUID],
    *,
    by: Actor,
    at: datetime,
    option_id: UUID | None = None,
) -> None:
    """From now on the offer needs these instead of its provider's time, or its option needs them on top.

    An offer that is to take both a thing and the provider's time names both; with none it goes back to the
    provider's time. Bookings keep what they were promised. Raises `OfferUnknown`, `OptionUnknown`, and
    `ResourceUnknown` for what is not the same provider's.
    """
    terms = offers.terms(session, offer_id)
    if terms.provider_user_id != by.user_id:
        raise OfferUnknown
    if option_id is not None and terms.option(option_id) is None:
        raise OptionUnknown
    required_ids = tuple(sorted(set(resource_ids)))
    theirs = {resource.id for resource in queries.list_resources(session, terms.profile_id)}
    if not theirs.issuperset(required_ids):
        raise ResourceNotFound(field="resource_ids")
    _replace_required(session, offer_id, option_id, required_ids)
    event = ResourcesRequired(offer_id, required_ids, option_id)
    events.record_event(session, event, subject=("offer", offer_id), by=by, at=at)


def get_own_resource(session: Session, resource_id: UUID, *, by: Actor) -> Resource:
    """One's own resource. Raises `ResourceUnknown`."""
    resource = queries.get_resource(session, resource_id)
    _check_own(session, resource, by)
    return resource


def lock_own_resource(session: Session, resource_id: UUID, *, by: Actor) -> Resource:
    """One's own resource under its lock. Raises `ResourceUnknown`."""
    resource = queries.lock_resource(session, resource_id)
    _check_own(session, resource, by)
    return resource


def list_my_resources(
    session: Session, profile_id: UUID, *, by: Actor, after: str | None, limit: int
) -> Page[Resource]:
    """One's own time and things. Raises `ProfileUnknown`."""
    profile = _own_profile(session, profile_id, by)
    return queries.list_resources_page(session, profile.id, after=after, limit=limit)


def list_required_resources(session: Session, offer_id: UUID, *, by: Actor) -> Sequence[OfferResource]:
    """The resources that one's own offer and its options name. Raises `OfferUnknown`."""
    if offers.offer(session, offer_id).provider_user_id != by.user_id:
        raise OfferUnknown
    return queries.list_required_resources(session, offer_id)


def _check_own(session: Session, resource: Resource, by: Actor) -> None:
    if providers.get_profile(session, resource.profile_id).user_id != by.user_id:
        raise ResourceNotFound


def _own_profile(session: Session, profile_id: UUID, by: Actor) -> ProviderProfile:
    """The doer's profile; the system, which opens calendars for those who were approved, has all of them."""
    profile = providers.get_profile(session, profile_id)
    if profile.user_id != by.user_id and by.kind is not ActorKind.SYSTEM:
        raise ProviderProfileNotFound
    return profile


def _replace_required(
    session: Session, offer_id: UUID, option_id: UUID | None, resource_ids: Sequence[UUID]
) -> None:
    session.exec(
        delete(OfferResource).where(
            col(OfferResource.offer_id) == offer_id,
            col(OfferResource.option_id).is_not_distinct_from(option_id),
        )
    )
    session.add_all(
        OfferResource(offer_id=offer_id, option_id=option_id, resource_id=resource_id)
        for resource_id in resource_ids
    )
    session.flush()


def _record_added(session: Session, resource: Resource, *, by: Actor, at: datetime) -> None:
    event = ResourceAdded(resource.id, resource.profile_id, resource.kind)
    events.record_event(session, event, subject=("resource", resource.id), by=by, at=at)
