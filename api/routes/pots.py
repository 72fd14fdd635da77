"""Community pots: credits given for another person, or for a purpose."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.pots import GiftRequest, GiftView, PotPersonRequest, PotRequest, PotView
from api.transaction import Router
from domain import contributions
from domain.contributions import ContributionPot
from domain.contributions.errors import (
    CreditsNotKept,
    PotClosed,
    PotIsAPersons,
    PotThereAlready,
    PotUnknown,
    PurposePotsAreOperators,
    SamePeople,
    WithOneself,
)
from domain.foundation.ids import MarketId, PotId, UserId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.identity.errors import AccountSuspended, UserNotFound
from domain.ledger.errors import BalanceTooLow
from domain.markets.errors import PolicyNotFound

router = Router(tags=["pots"])


@router.post(
    "/pots",
    may="pots.open",
    status_code=201,
    errors=[
        AccountSuspended,
        CreditsNotKept,
        PolicyNotFound,
        PotThereAlready,
        PurposePotsAreOperators,
        SamePeople,
        UserNotFound,
        WithOneself,
    ],
)
def open_pot(body: PotRequest, session: Session, caller: Caller, at: datetime) -> PotView:
    """Open a pot for another person; operators may open one for a purpose.

    What it holds pays that person's service fees before their own credits do. It never becomes theirs to
    spend otherwise, and nobody opens or feeds a pot for themselves.
    """
    pot = contributions.open_pot(
        session,
        market_id=body.market_id,
        title=body.title,
        beneficiary_id=body.beneficiary_id,
        by=caller,
        at=at,
    )
    return _seen(session, pot, caller)


@router.get("/markets/{market_id}/pots", may="pots.read", errors=[InvalidCursor])
def list_pots(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[PotView]:
    """See the pots of a market, the oldest first."""
    page = contributions.pots(session, market_id, by=caller, after=after, limit=limit)
    return PageView(items=[PotView.of(seen) for seen in page.items], next_cursor=page.next_cursor)


@router.get("/pots/{pot_id}", may="pots.read", errors=[PotUnknown])
def read_pot(pot_id: PotId, session: Session, caller: Caller) -> PotView:
    """See a pot and, where you may, what it holds."""
    return _seen(session, contributions.pot(session, pot_id), caller)


@router.post(
    "/pots/{pot_id}/gifts",
    may="pots.give",
    status_code=201,
    idempotency="required",
    errors=[AccountSuspended, BalanceTooLow, PotClosed, PotUnknown, SamePeople, WithOneself],
)
def feed_pot(pot_id: PotId, body: GiftRequest, session: Session, caller: Caller, at: datetime) -> GiftView:
    """Give some of your credits into a pot. Given is given: they pay for somebody else from now on.

    Refused where the pot pays for you, or for an account that is looked at as one with yours.
    """
    return GiftView.of(contributions.feed_pot(session, pot_id, body.credits, by=caller, at=at))


@router.get("/me/gifts", may="pots.give", errors=[InvalidCursor])
def list_my_gifts(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[GiftView]:
    """See what you gave into pots, the newest first."""
    page = contributions.gifts_by(session, caller.user_id, after=after, limit=limit)
    return PageView(items=[GiftView.of(gift) for gift in page.items], next_cursor=page.next_cursor)


@router.post("/pots/{pot_id}/closing", may="pots.close", errors=[PotUnknown])
def close_pot(pot_id: PotId, session: Session, caller: Caller, at: datetime) -> PotView:
    """Take no more gifts. What was given still pays. The pot's person may, and the market's operators."""
    return _seen(session, contributions.close_pot(session, pot_id, by=caller, at=at), caller)


@router.post(
    "/pots/{pot_id}/people",
    may="pots.set_mandate",
    errors=[AccountSuspended, PotIsAPersons, PotUnknown, SamePeople, UserNotFound, WithOneself],
)
def promise_from_pot(
    pot_id: PotId, body: PotPersonRequest, session: Session, caller: Caller, at: datetime
) -> PotView:
    """Let a purpose's pot pay somebody's service fees; never of who gave into it."""
    pot = contributions.promise_from_pot(session, pot_id, body.user_id, by=caller, at=at)
    return _seen(session, pot, caller)


@router.delete("/pots/{pot_id}/people/{user_id}", may="pots.set_mandate", errors=[PotIsAPersons, PotUnknown])
def end_promise_from_pot(
    pot_id: PotId, user_id: UserId, session: Session, caller: Caller, at: datetime
) -> PotView:
    """Let a purpose's pot no longer pay for somebody. What it paid stays paid."""
    pot = contributions.end_promise_from_pot(session, pot_id, user_id, by=caller, at=at)
    return _seen(session, pot, caller)


def _seen(session: Session, pot: ContributionPot, caller: Caller) -> PotView:
    return PotView.of(contributions.pot_seen(session, pot, caller))
