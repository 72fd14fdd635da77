"""Community pots: credits given for another person, or for a purpose."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.pots import PotGiftRequest, PotGiftView, PotRecipientRequest, PotRequest, PotView
from api.transaction import Router
from domain.credits import ContributionPot, pots
from domain.credits.errors import (
    CreditsNotEnabled,
    PersonalPot,
    PotAlreadyOpen,
    PotClosed,
    PotNotFound,
    PurposePotRequiresOperator,
)
from domain.foundation.ids import MarketId, PotId, UserId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.identity.errors import AccountSuspended, RelatedAccounts, SameUser, UserNotFound
from domain.ledger.errors import BalanceTooLow
from domain.markets.errors import PolicyNotFound

router = Router(tags=["pots"])


@router.post(
    "/pots",
    may="pots.open",
    status_code=201,
    errors=[
        AccountSuspended,
        CreditsNotEnabled,
        PolicyNotFound,
        PotAlreadyOpen,
        PurposePotRequiresOperator,
        RelatedAccounts,
        UserNotFound,
        SameUser,
    ],
)
def open_pot(body: PotRequest, session: Session, caller: Caller, at: datetime) -> PotView:
    """Open a pot for another person; operators may open one for a purpose.

    What it holds pays that person's service fees before their own credits do. It never becomes theirs to
    spend otherwise, and nobody opens or feeds a pot for themselves.
    """
    pot = pots.open_pot(
        session,
        market_id=body.market_id,
        title=body.title,
        beneficiary_id=body.beneficiary_id,
        by=caller,
        at=at,
    )
    return _pot_view(session, pot, caller)


@router.get("/markets/{market_id}/pots", may="pots.read", errors=[InvalidCursor])
def list_pots(
    market_id: MarketId,
    session: Session,
    caller: Caller,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[PotView]:
    """See the pots of a market, the oldest first."""
    page = pots.list_pots(session, market_id, by=caller, after=after, limit=limit)
    return PageView(items=[PotView.of(seen) for seen in page.items], next_cursor=page.next_cursor)


@router.get("/pots/{pot_id}", may="pots.read", errors=[PotNotFound])
def read_pot(pot_id: PotId, session: Session, caller: Caller) -> PotView:
    """See a pot and, where you may, what it holds."""
    return _pot_view(session, pots.get_pot(session, pot_id), caller)


@router.post(
    "/pots/{pot_id}/gifts",
    may="pots.give",
    status_code=201,
    idempotency="required",
    errors=[AccountSuspended, BalanceTooLow, PotClosed, PotNotFound, RelatedAccounts, SameUser],
)
def give_to_pot(
    pot_id: PotId, body: PotGiftRequest, session: Session, caller: Caller, at: datetime
) -> PotGiftView:
    """Give some of your credits into a pot. Given is given: they pay for somebody else from now on.

    Refused where the pot pays for you, or for an account that is looked at as one with yours.
    """
    return PotGiftView.of(pots.give_to_pot(session, pot_id, body.credits, by=caller, at=at))


@router.get("/me/gifts", may="pots.give", errors=[InvalidCursor])
def list_my_gifts(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[PotGiftView]:
    """See what you gave into pots, the newest first."""
    page = pots.list_user_gifts(session, caller.user_id, after=after, limit=limit)
    return PageView(items=[PotGiftView.of(gift) for gift in page.items], next_cursor=page.next_cursor)


@router.post("/pots/{pot_id}/closing", may="pots.close", errors=[PotNotFound])
def close_pot(pot_id: PotId, session: Session, caller: Caller, at: datetime) -> PotView:
    """Take no more gifts. What was given still pays. The pot's person may, and the market's operators."""
    return _pot_view(session, pots.close_pot(session, pot_id, by=caller, at=at), caller)


@router.post(
    "/pots/{pot_id}/people",
    may="pots.set_mandate",
    errors=[AccountSuspended, PersonalPot, PotNotFound, RelatedAccounts, UserNotFound, SameUser],
)
def add_pot_recipient(
    pot_id: PotId, body: PotRecipientRequest, session: Session, caller: Caller, at: datetime
) -> PotView:
    """Let a purpose's pot pay somebody's service fees; never of who gave into it."""
    pot = pots.add_pot_recipient(session, pot_id, body.user_id, by=caller, at=at)
    return _pot_view(session, pot, caller)


@router.delete("/pots/{pot_id}/people/{user_id}", may="pots.set_mandate", errors=[PersonalPot, PotNotFound])
def remove_pot_recipient(
    pot_id: PotId, user_id: UserId, session: Session, caller: Caller, at: datetime
) -> PotView:
    """Let a purpose's pot no longer pay for somebody. What it paid stays paid."""
    pot = pots.remove_pot_recipient(session, pot_id, user_id, by=caller, at=at)
    return _pot_view(session, pot, caller)


def _pot_view(session: Session, pot: ContributionPot, caller: Caller) -> PotView:
    return PotView.of(pots.visible_pot(session, pot, caller))
