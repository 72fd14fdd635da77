"""Endpoints of provider profiles: apply, read, change, and record the business behind one."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.providers import (
    ApplicationRequest,
    ApplicationView,
    BusinessRequest,
    ProviderView,
    UpdateProviderProfileRequest,
)
from api.transaction import Router
from domain import providers
from domain.foundation.errors import Forbidden
from domain.foundation.ids import MarketId, ProviderProfileId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.markets.errors import MarketNotFound, PolicyNotFound
from domain.providers import ProviderProfileState
from domain.providers.errors import AlreadyApplied, CapabilityMissing, ProviderProfileNotFound, SegmentUnknown

router = Router(tags=["providers"])


@router.post(
    "/provider-profiles",
    may="providers.apply",
    status_code=201,
    errors=[AlreadyApplied, MarketNotFound],
)
def apply_as_provider(
    body: ApplicationRequest, session: Session, caller: Caller, at: datetime
) -> ApplicationView:
    """Apply to be a provider in a market. Its staff will review your application."""
    profile = providers.apply_as_provider(
        session,
        body.market_id,
        display_name=body.display_name,
        about=body.about,
        by=caller.actor,
        at=at,
    )
    return ApplicationView.of(profile)


@router.get("/provider-profiles/{profile_id}", may="providers.read", errors=[ProviderProfileNotFound])
def read_provider(profile_id: ProviderProfileId, session: Session) -> ProviderView:
    """Get the public profile of an approved provider."""
    return ProviderView.of(providers.get_public_profile(session, profile_id))


@router.get("/me/provider-profiles", may="providers.apply")
def list_my_profiles(session: Session, caller: Caller) -> PageView[ApplicationView]:
    """List your own profiles, one for each market you applied in, on one page."""
    items = [ApplicationView.of(row) for row in providers.list_user_profiles(session, caller.user_id)]
    return PageView(items=items, next_cursor=None)


@router.get(
    "/markets/{market_id}/applications",
    may="providers.review",
    errors=[InvalidCursor, Forbidden],
)
def list_applications(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    state: ProviderProfileState | None = None,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ApplicationView]:
    """List the applications of a market you moderate or operate, the oldest first."""
    page = providers.list_applications(
        session, market_id, caller=caller, state=state, after=after, limit=limit
    )
    return PageView(items=[ApplicationView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get(
    "/provider-profiles/{profile_id}/application", may="providers.change", errors=[ProviderProfileNotFound]
)
def read_application(profile_id: ProviderProfileId, session: Session, caller: Caller) -> ApplicationView:
    """Get all data of a profile: your own, or one in a market you moderate or operate."""
    return ApplicationView.of(providers.get_application(session, profile_id, caller=caller))


@router.patch(
    "/provider-profiles/{profile_id}",
    may="providers.change",
    errors=[CapabilityMissing, ProviderProfileNotFound],
)
def change_profile(
    profile_id: ProviderProfileId,
    body: UpdateProviderProfileRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Change the name or the text of your profile. Not possible while it is reviewed, suspended or closed."""
    profile = providers.update_profile(
        session, profile_id, body.changes(), by=caller, if_match=if_match, at=at
    )
    return ApplicationView.of(profile)


@router.put(
    "/provider-profiles/{profile_id}/business",
    may="providers.verify",
    errors=[PolicyNotFound, ProviderProfileNotFound, SegmentUnknown],
)
def record_business(
    profile_id: ProviderProfileId,
    body: BusinessRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Record the business behind a profile.

    Profiles that share an organisation or a payout account are the same business and cannot book each other.
    """
    business = providers.BusinessDetails(body.organisation_id, body.payout_account_id, body.segment)
    profile = providers.record_business(session, profile_id, business, by=caller, if_match=if_match, at=at)
    return ApplicationView.of(profile)
