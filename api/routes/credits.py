"""Credits: what you have, what it pays for, and every posting of it."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.credits import CreditPostingView, CreditsView, PayoutRequest, PayoutView
from api.transaction import Router
from domain import credits
from domain.credits.errors import CreditsNotEnabled, PayoutNotOffered
from domain.foundation.ids import MarketId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.identity import Caller
from domain.ledger.errors import BalanceTooLow
from domain.markets.errors import MarketNotFound, PolicyNotFound

router = Router(tags=["credits"])


@router.get("/credits", may="credits.read")
def read_my_credits(session: Session, caller: Caller, at: datetime) -> CreditsView:
    """See what you have, what a credit pays for in each market, and which credits expire when.

    Credits pay a part of a booking's service fee, shield from surge, or help somebody else through a pot.
    They cannot be passed from person to person. What is owed is paid off by whatever you earn next.
    """
    return CreditsView.of(credits.get_credits_overview(session, caller.user_id, at=at))


@router.get("/credits/postings", may="credits.read", errors=[InvalidCursor])
def list_my_credit_postings(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[CreditPostingView]:
    """See every posting of your credits with what it was for, the newest first.

    The changes of all postings add up to what you have.
    """
    page = credits.list_credit_postings(session, caller.user_id, after=after, limit=limit)
    return PageView(items=[CreditPostingView.of(line) for line in page.items], next_cursor=page.next_cursor)


@router.post(
    "/markets/{market_id}/credit-payouts",
    may="credits.pay_out",
    status_code=201,
    idempotency="required",
    errors=[BalanceTooLow, CreditsNotEnabled, MarketNotFound, PayoutNotOffered, PolicyNotFound],
)
def pay_out_credits(
    market_id: MarketId, body: PayoutRequest, session: Session, caller: Caller, at: datetime
) -> PayoutView:
    """Turn credits into money that you are owed as a provider, where the market offers it.

    Markets do not, unless their policy says so; the refusal tells why.
    """
    return PayoutView.of(credits.pay_out_credits(session, market_id, body.credits, by=caller, at=at))
