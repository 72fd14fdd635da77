"""Providers: applying, being reviewed, approved, suspended, closed. Each step is a noun under the profile."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.providers import (
    ApplicationRequest,
    ApplicationView,
    BusinessRequest,
    ProfileChanges,
    ProviderView,
)
from api.transaction import Router
from domain import providers
from domain.foundation.errors import Forbidden
from domain.foundation.ids import MarketId, ProviderProfileId
from domain.foundation.paging import DEFAULT_LIMIT, CursorUnreadable
from domain.identity import Caller
from domain.markets.errors import MarketUnknown, PolicyUnknown
from domain.providers import State
from domain.providers.errors import AlreadyApplied, CapabilityMissing, ProfileUnknown, SegmentUnknown

router = Router(tags=["providers"])


@router.post(
    "/provider-profiles",
    may="providers.apply",
    status_code=201,
    refusals=[AlreadyApplied, MarketUnknown],
)
def apply_as_provider(
    body: ApplicationRequest, session: Session, caller: Caller, at: datetime
) -> ApplicationView:
    """Apply to be a provider in a market. Somebody who runs it will look at your application."""
    profile = providers.apply(
        session,
        body.market_id,
        display_name=body.display_name,
        about=body.about,
        by=caller.actor,
        at=at,
    )
    return ApplicationView.of(profile)


@router.get("/provider-profiles/{profile_id}", may="providers.read", refusals=[ProfileUnknown])
def read_provider(profile_id: ProviderProfileId, session: Session) -> ProviderView:
    """See the public side of an approved provider."""
    return ProviderView.of(providers.public_profile(session, profile_id))


@router.get("/me/provider-profiles", may="providers.apply")
def list_my_profiles(session: Session, caller: Caller) -> PageView[ApplicationView]:
    """See your own profiles, one for each market you ever applied in, on one page."""
    own = [ApplicationView.of(row) for row in providers.profiles_of(session, caller.user_id)]
    return PageView(items=own, next_cursor=None)


@router.get(
    "/markets/{market_id}/applications",
    may="providers.review",
    refusals=[CursorUnreadable, Forbidden],
)
def list_applications(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    state: State | None = None,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[ApplicationView]:
    """See the applications of a market you moderate or operate, the longest waiting first."""
    page = providers.applications(session, market_id, caller=caller, state=state, after=after, limit=limit)
    return PageView(items=[ApplicationView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/provider-profiles/{profile_id}/application", may="providers.change", refusals=[ProfileUnknown])
def read_application(profile_id: ProviderProfileId, session: Session, caller: Caller) -> ApplicationView:
    """See all of a profile: your own, or one in a market you moderate or operate."""
    return ApplicationView.of(providers.application(session, profile_id, caller=caller))


@router.patch(
    "/provider-profiles/{profile_id}",
    may="providers.change",
    refusals=[CapabilityMissing, ProfileUnknown],
)
def change_profile(
    profile_id: ProviderProfileId,
    body: ProfileChanges,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Change what your profile says, but not while it is reviewed, suspended or closed."""
    profile = providers.change(session, profile_id, body.changes(), by=caller, if_match=if_match, at=at)
    return ApplicationView.of(profile)


@router.put(
    "/provider-profiles/{profile_id}/business",
    may="providers.verify",
    refusals=[PolicyUnknown, ProfileUnknown, SegmentUnknown],
)
def record_business(
    profile_id: ProviderProfileId,
    body: BusinessRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> ApplicationView:
    """Record who stands behind a profile.

    Profiles that share an organisation or a payout account are the same hands and cannot book each other.
    """
    business = providers.Business(body.organisation_id, body.payout_account_id, body.segment)
    profile = providers.verify(session, profile_id, business, by=caller, if_match=if_match, at=at)
    return ApplicationView.of(profile)
