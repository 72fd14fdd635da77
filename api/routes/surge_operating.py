"""Surge for those who answer for a market: emergencies, snapshots, audits, and rules on trial."""

from datetime import datetime, timedelta

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.surge_operating import (
    AuditView,
    EmergencyDeclaration,
    EmergencyView,
    RecountView,
    SnapshotView,
    WhatIfRequest,
    WhatIfView,
)
from api.transaction import Router
from domain import markets, pricing, surge
from domain.foundation.errors import Forbidden
from domain.foundation.ids import MarketId, SurgeEmergencyId, SurgeSnapshotId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.markets.errors import MarketNotFound
from domain.offers.errors import CategoryUnknown
from domain.surge.errors import EmergencyImpossible, EmergencyUnknown, SnapshotUnknown

router = Router(tags=["surge"])


@router.post(
    "/markets/{market_id}/surge-emergencies",
    may="surge.operate",
    status_code=201,
    errors=[CategoryUnknown, EmergencyImpossible, MarketNotFound],
)
def declare_emergency(
    market_id: MarketId, body: EmergencyDeclaration, session: Session, caller: Caller, at: datetime
) -> EmergencyView:
    """Hold prices down for an emergency, within one tick.

    `fourth_highest` caps at the fourth-highest daily maximum of the last sixty days, `plus_ten_percent` at
    ten percent above the price just before, `fixed` at `cap_bp`. Quotes already given stay, and whoever books
    one pays the lower price.
    """
    row = surge.declare_emergency(
        session,
        market_id,
        rule=body.rule,
        reason=body.reason,
        category=body.category,
        cap_bp=body.cap_bp,
        floor_bp=body.floor_bp,
        from_at=body.from_at,
        until_at=body.until_at,
        by=caller.actor_in(market_id),
        at=at,
    )
    return EmergencyView.model_validate(row)


@router.get(
    "/markets/{market_id}/surge-emergencies",
    may="surge.operate",
    errors=[InvalidCursor, MarketNotFound],
)
def list_emergencies(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[EmergencyView]:
    """See a market's emergencies, the newest first, those that are over among them."""
    markets.get_market(session, market_id)
    page = surge.emergencies(session, market_id, by=caller.actor_in(market_id), after=after, limit=limit)
    return PageView(
        items=[EmergencyView.model_validate(row) for row in page.items], next_cursor=page.next_cursor
    )


@router.post("/surge-emergencies/{emergency_id}/lifting", may="surge.operate", errors=[EmergencyUnknown])
def lift_emergency(
    emergency_id: SurgeEmergencyId, session: Session, caller: Caller, at: datetime
) -> EmergencyView:
    """Let an emergency's caps no longer hold, from the next tick on. What is over already stays as it is."""
    market_id = surge.emergency(session, emergency_id).market_id
    row = surge.lift_emergency(session, emergency_id, by=caller.actor_in(market_id), at=at)
    return EmergencyView.model_validate(row)


@router.get(
    "/markets/{market_id}/surge-snapshots", may="surge.operate", errors=[InvalidCursor, MarketNotFound]
)
def list_snapshots(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[SnapshotView]:
    """See a market's snapshots, the newest first, as long as they are kept."""
    markets.get_market(session, market_id)
    page = surge.snapshots(session, market_id, by=caller.actor_in(market_id), after=after, limit=limit)
    return PageView(items=[SnapshotView.of(seen) for seen in page.items], next_cursor=page.next_cursor)


@router.get("/surge-snapshots/{snapshot_id}/recount", may="surge.operate", errors=[SnapshotUnknown])
def recount_snapshot(snapshot_id: SurgeSnapshotId, session: Session, caller: Caller) -> RecountView:
    """Count a snapshot's prices again from what it stores, and see that they are the same, bit for bit."""
    seen = surge.snapshot_of(session, snapshot_id)
    surge.check_operates(caller.actor_in(seen.market_id))
    return RecountView.model_validate(surge.recount(session, snapshot_id))


@router.get("/markets/{market_id}/surge-audits", may="surge.operate", errors=[InvalidCursor, MarketNotFound])
def list_audits(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[AuditView]:
    """See what each night found about the prices of the day before: fairness, volatility, caps, what-ifs."""
    markets.get_market(session, market_id)
    page = surge.audits(session, market_id, by=caller.actor_in(market_id), after=after, limit=limit)
    return PageView(items=[AuditView.model_validate(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/markets/{market_id}/surge-what-if", may="surge.operate", errors=[Forbidden, MarketNotFound])
def try_surge(
    market_id: MarketId, body: WhatIfRequest, session: Session, caller: Caller, at: datetime
) -> WhatIfView:
    """See what a surge policy would have made of the last days, before anybody pays by it.

    Stored snapshots are counted again under the proposed rules; where there are many, an even sample of
    them, and the answer says how many. Nothing is kept. To let it count, publish it as the market's policy.
    """
    surge.check_operates(caller.actor_in(market_id))
    market, since = markets.get_market(session, market_id), at - timedelta(days=body.days)
    taken = pricing.taken_between(session, market_id, since, at)
    found = surge.what_if(session, market_id, body.surge, since=since, until=at, taken=taken)
    return WhatIfView.of(found, market.currency)
