"""Endpoints of markets and of the versions of their policies."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Instant, Limit, PageView
from api.schemas.markets import CreateMarketRequest, MarketView, PolicyVersionView, PublishPolicyRequest
from api.transaction import Router
from domain import markets
from domain.foundation.errors import Forbidden
from domain.foundation.ids import MarketId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.markets.errors import (
    InvalidMarket,
    MarketNotFound,
    MarketSlugTaken,
    PolicyNotFound,
    PolicyStartsInPast,
    PolicyVersionConflict,
)

router = Router(tags=["markets"])


@router.post("/markets", may="markets.create", status_code=201, errors=[InvalidMarket, MarketSlugTaken])
def create_market(body: CreateMarketRequest, session: Session, caller: Caller, at: datetime) -> MarketView:
    """Create a market. The first version of its policy is in force at once.

    Currency and time zone cannot be changed later, because all agreements in the market use them.
    """
    market = markets.create_market(
        session,
        slug=body.slug,
        name=body.name,
        currency=body.currency,
        time_zone=body.time_zone,
        locale=body.locale,
        country=body.country,
        rules=body.policy,
        by=caller.actor_in(None),
        at=at,
    )
    return MarketView.model_validate(market)


@router.get("/markets", may="markets.read", errors=[InvalidCursor])
def list_markets(
    session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[MarketView]:
    """List all markets, sorted by slug."""
    page = markets.list_markets(session, after=after, limit=limit)
    return PageView(
        items=[MarketView.model_validate(market) for market in page.items], next_cursor=page.next_cursor
    )


@router.get("/markets/{market_id}", may="markets.read", errors=[MarketNotFound])
def read_market(market_id: MarketId, session: Session) -> MarketView:
    """Get one market."""
    return MarketView.model_validate(markets.get_market(session, market_id))


@router.get("/markets/{market_id}/policy", may="markets.read", errors=[MarketNotFound, PolicyNotFound])
def read_policy(
    market_id: MarketId, session: Session, at: datetime, active_at: Instant | None = None
) -> PolicyVersionView:
    """Get the policy in force now, or at the instant `active_at`."""
    market = markets.get_market(session, market_id)
    return PolicyVersionView.of(markets.get_policy_at(session, market.id, active_at or at))


@router.get(
    "/markets/{market_id}/policy-versions", may="markets.read", errors=[InvalidCursor, MarketNotFound]
)
def list_policy_versions(
    market_id: MarketId, session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[PolicyVersionView]:
    """List all versions of a market's policy, the newest first, including scheduled ones."""
    market = markets.get_market(session, market_id)
    page = markets.list_policy_versions(session, market.id, after=after, limit=limit)
    return PageView(
        items=[PolicyVersionView.of(version) for version in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "/markets/{market_id}/policy-versions",
    may="markets.publish_policy",
    status_code=201,
    if_match="required",
    errors=[Forbidden, MarketNotFound, PolicyStartsInPast, PolicyVersionConflict],
)
def publish_policy(
    market_id: MarketId,
    body: PublishPolicyRequest,
    session: Session,
    caller: Caller,
    at: datetime,
    if_match: int | None,
) -> PolicyVersionView:
    """Publish the next version of the policy, in force at once or later. Earlier decisions do not change.

    Send the number of the latest version as If-Match. To replace a scheduled version, publish another one
    with the same `active_from`.
    """
    return PolicyVersionView.of(
        markets.publish_policy(
            session,
            market_id,
            rules=body.rules,
            active_from=body.active_from,
            note=body.note,
            if_match=if_match,
            by=caller.actor_in(market_id),
            at=at,
        )
    )
