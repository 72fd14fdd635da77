"""The books, for operators to read. Nobody writes them here: entries follow what happens elsewhere."""

from typing import Annotated

from fastapi import Query
from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.ledger import LedgerAccountView, LedgerEntryView
from api.transaction import Router
from domain import ledger
from domain.foundation.ids import AccountId, BookingId, ProviderProfileId, UserId
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.ledger import AccountKind

router = Router(tags=["ledger"])


@router.get("/ledger/accounts", may="ledger.read", errors=[InvalidCursor])
def list_ledger_accounts(
    session: Session,
    kind: AccountKind | None = None,
    unit: Annotated[str | None, Query(pattern="^[A-Z]{3}$")] = None,
    owner_id: BookingId | ProviderProfileId | UserId | None = None,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[LedgerAccountView]:
    """See the accounts of the ledger and what they hold, in the order in which they were opened."""
    page = ledger.list_accounts(session, kind=kind, unit=unit, owner_id=owner_id, after=after, limit=limit)
    return PageView(items=[LedgerAccountView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/ledger/entries", may="ledger.read", errors=[InvalidCursor])
def list_ledger_entries(
    session: Session,
    booking_id: BookingId | None = None,
    account_id: AccountId | None = None,
    after: AfterCursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> PageView[LedgerEntryView]:
    """See how value moved, in the order in which it was recorded: of a booking, of an account, or all."""
    page = ledger.list_entries(
        session, subject_id=booking_id, account_id=account_id, after=after, limit=limit
    )
    return PageView(items=[LedgerEntryView.of(row) for row in page.items], next_cursor=page.next_cursor)
