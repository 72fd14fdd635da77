"""Hours: neighbours help one another minute for minute, and both say so."""

from datetime import datetime

from sqlmodel import Session

from api.schemas.common import AfterCursor, Limit, PageView
from api.schemas.hours import HourClaimRequest, HourPostingView, HoursView, HourTransferView
from api.transaction import Router
from domain import hours
from domain.foundation.ids import HourTransferId
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.foundation.paging import DEFAULT_LIMIT, InvalidCursor
from domain.hours.errors import HourClaimPending, HoursNotEnabled, HourTransferNotFound
from domain.identity import Caller
from domain.identity.errors import AccountSuspended, RelatedAccounts, SameUser, UserNotFound
from domain.ledger.errors import BalanceTooHigh, BalanceTooLow
from domain.markets.errors import PolicyNotFound

router = Router(tags=["hours"])


@router.get("/hours", may="hours.read")
def read_my_hours(session: Session, caller: Caller) -> HoursView:
    """See where you stand: the minutes you gave less those you received.

    Hours are mutual: what one gives another receives, so all of them together are zero. They are never
    money and never become credits.
    """
    return HoursView.of(hours.get_hours_balance(session, caller.user_id))


@router.get("/hours/postings", may="hours.read", errors=[InvalidCursor])
def list_my_hour_postings(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[HourPostingView]:
    """See every posting of your hours, the newest first."""
    page = hours.list_hour_postings(session, caller.user_id, after=after, limit=limit)
    items = [HourPostingView.of(line, caller.user_id) for line in page.items]
    return PageView(items=items, next_cursor=page.next_cursor)


@router.get("/hours/transfers", may="hours.read", errors=[InvalidCursor])
def list_my_hour_transfers(
    session: Session, caller: Caller, after: AfterCursor = None, limit: Limit = DEFAULT_LIMIT
) -> PageView[HourTransferView]:
    """See what you and others said about hours between you, the newest first, answered or not."""
    page = hours.list_hour_transfers(session, caller.user_id, after=after, limit=limit)
    return PageView(items=[HourTransferView.of(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "/hours/transfers",
    may="hours.transfer",
    status_code=201,
    idempotency="required",
    errors=[
        AccountSuspended,
        HoursNotEnabled,
        HourClaimPending,
        PolicyNotFound,
        RelatedAccounts,
        UserNotFound,
        SameUser,
    ],
)
def claim_hours(body: HourClaimRequest, session: Session, caller: Caller, at: datetime) -> HourTransferView:
    """Say that you gave somebody time, or received it. Nothing passes before they confirm it."""
    return HourTransferView.of(
        hours.claim_hours(
            session,
            market_id=body.market_id,
            other_id=body.other_id,
            claimed_by=body.i_was,
            minutes=body.minutes,
            what=body.what,
            by=caller,
            at=at,
        )
    )


@router.get("/hours/transfers/{transfer_id}", may="hours.transfer", errors=[HourTransferNotFound])
def read_hour_transfer(transfer_id: HourTransferId, session: Session, caller: Caller) -> HourTransferView:
    """See a transfer of hours that you are a side of."""
    return HourTransferView.of(hours.get_hour_transfer(session, transfer_id, caller.user_id))


@router.post(
    "/hours/transfers/{transfer_id}/confirmation",
    may="hours.transfer",
    idempotency="required",
    errors=[
        AccountSuspended,
        BalanceTooHigh,
        BalanceTooLow,
        HourTransferNotFound,
        HoursNotEnabled,
        TransitionNotAllowed,
        PolicyNotFound,
        RelatedAccounts,
    ],
)
def confirm_hours(
    transfer_id: HourTransferId, session: Session, caller: Caller, at: datetime
) -> HourTransferView:
    """Confirm what the other one said: the minutes pass from the giver to the receiver at once.

    It is refused where one of you would lean too far: ten hours below zero, or forty above.
    """
    return HourTransferView.of(hours.confirm_hours(session, transfer_id, by=caller, at=at))


@router.post(
    "/hours/transfers/{transfer_id}/declination",
    may="hours.transfer",
    errors=[HourTransferNotFound, TransitionNotAllowed],
)
def decline_hours(
    transfer_id: HourTransferId, session: Session, caller: Caller, at: datetime
) -> HourTransferView:
    """Say that it was not so. Nothing passes, and nothing follows for either of you."""
    return HourTransferView.of(hours.decline_hours(session, transfer_id, by=caller, at=at))


@router.post(
    "/hours/transfers/{transfer_id}/withdrawal",
    may="hours.transfer",
    errors=[HourTransferNotFound, TransitionNotAllowed],
)
def withdraw_hours(
    transfer_id: HourTransferId, session: Session, caller: Caller, at: datetime
) -> HourTransferView:
    """Take back what you said, while it waits for an answer."""
    return HourTransferView.of(hours.withdraw_hours(session, transfer_id, by=caller, at=at))
