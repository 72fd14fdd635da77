"""Finding offers."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from sqlmodel import Session

from api.schemas.common import PageView
from api.schemas.search import FoundView, SearchQuery
from api.transaction import Router
from domain import search, surge
from domain.foundation.paging import InvalidCursor
from domain.identity import Caller
from domain.markets.errors import MarketNotFound
from domain.search.errors import SearchUnfit

router = Router(tags=["search"])


@router.get("/offers", may="search.find", errors=[InvalidCursor, MarketNotFound, SearchUnfit])
def find_offers(
    query: Annotated[SearchQuery, Query()], session: Session, caller: Caller | None, at: datetime
) -> PageView[FoundView]:
    """Find offers of a market by words, category, place, price and free time.

    With `near` the nearest come first, otherwise the newest. Asked for free time, a page may hold fewer than
    `limit`, even none, and still have a next one: only so many calendars are looked at for one page.

    Signed in, a search near a place in a category is a sign of demand there; only the cell is kept, and
    looking again does not count again.
    """
    wanted = query.wanted()
    searcher = None if caller is None else caller.user_id
    page = search.find(session, wanted, searcher=searcher, after=query.after, limit=query.limit, at=at)
    if caller is not None and query.after is None and wanted.near and wanted.category:
        surge.noticed(
            session,
            market=wanted.market,
            category=wanted.category,
            **wanted.near._asdict(),
            customer_id=caller.user_id,
            at=at,
        )
    return PageView(items=[FoundView.of(found) for found in page.items], next_cursor=page.next_cursor)
