"""Patronage: what a period left over goes back to those who brought it in, by a public formula."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Instant, Limit, PageView
from api.schemas.patronage import (
    PatronagePreviewView,
    PatronageRequest,
    PatronageRoundView,
    PatronageShareView,
    SurplusQuery,
)
from api.transaction import Router
from domain.credits import patronage
from domain.credits.errors import (
    CreditsNotEnabled,
    NothingToSplit,
    PatronageRoundNotFound,
    PeriodNotOver,
    SurplusAlreadySplit,
    SurplusTooLarge,
)
from domain.foundation.errors import Unacceptable
from domain.foundation.ids import MarketId, PatronageRoundId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.markets.errors import MarketNotFound, PolicyNotFound

router = Router(tags=["patronage"])
_ERRORS = [
    CreditsNotEnabled,
    MarketNotFound,
    NothingToSplit,
    PeriodNotOver,
    PolicyNotFound,
    SurplusTooLarge,
    Unacceptable,
]


@router.get("/markets/{market_id}/patronage-preview", may="patronage.operate", errors=_ERRORS)
def preview_patronage(
    market_id: MarketId,
    starts_at: Instant,
    ends_at: Instant,
    surplus_amount: SurplusQuery,
    session: Session,
    caller: Caller,
    at: datetime,
) -> PatronagePreviewView:
    """See what splitting a period's surplus would do: the formula, and every number of every share."""
    plan = patronage.preview_patronage(
        session,
        market_id,
        starts_at=starts_at,
        ends_at=ends_at,
        surplus_amount=surplus_amount,
        by=caller,
        at=at,
    )
    return PatronagePreviewView.of(plan)


@router.post(
    "/markets/{market_id}/patronage-rounds",
    may="patronage.operate",
    status_code=201,
    idempotency="required",
    errors=[*_ERRORS, SurplusAlreadySplit],
)
def post_patronage(
    market_id: MarketId, body: PatronageRequest, session: Session, caller: Caller, at: datetime
) -> PatronageRoundView:
    """Split a period's surplus as the preview shows it. No time of a market is split twice.

    The shares are credited one by one within moments.
    """
    return PatronageRoundView.of(
        patronage.post_patronage(
            session,
            market_id,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
            surplus_amount=body.surplus_amount,
            by=caller,
            at=at,
        )
    )


@router.get("/markets/{market_id}/patronage-rounds", may="patronage.read", errors=[InvalidCursor])
def list_patronage_rounds(
    market_id: MarketId, session: Session, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[PatronageRoundView]:
    """See which surpluses of a market were split, by which formula, the latest period first."""
    page = patronage.list_rounds(session, market_id, after=after, limit=limit)
    return PageView(items=[PatronageRoundView.of(made) for made in page.items], next_cursor=page.next_cursor)


@router.get(
    "/patronage-rounds/{round_id}/shares",
    may="patronage.read",
    errors=[InvalidCursor, PatronageRoundNotFound],
)
def list_patronage_shares(
    round_id: PatronageRoundId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[PatronageShareView]:
    """See your share of a round with all that it was counted from; operators see everybody's."""
    page = patronage.list_shares(session, round_id, by=caller, after=after, limit=limit)
    return PageView(items=[PatronageShareView.of(seen) for seen in page.items], next_cursor=page.next_cursor)
