"""Reads of hours: transfers on their way, and where somebody stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, or_, select

from domain import ledger
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.hours.errors import HourTransferNotFound
from domain.hours.models import HourTransfer, HourTransferState
from domain.ledger import HOURS, AccountKind, StatementRow

_DUE = text("""
    SELECT id FROM hour_transfers WHERE state = 'claimed' AND answer_by <= :at
    ORDER BY answer_by, id LIMIT :limit
""")
# By what it was for, so that what went back was neither given nor received.
_TURNOVER = text("""
    SELECT coalesce(sum(minutes) FILTER (WHERE minutes > 0), 0) AS given,
           -coalesce(sum(minutes) FILTER (WHERE minutes < 0), 0) AS received
    FROM (SELECT sum(moved.minutes) AS minutes
          FROM (SELECT entry_id, amount AS minutes FROM ledger_postings WHERE credit_account_id = :account_id
                UNION ALL
                SELECT entry_id, -amount FROM ledger_postings WHERE debit_account_id = :account_id) AS moved
          JOIN ledger_entries ON ledger_entries.id = moved.entry_id GROUP BY subject_id) AS turns
""")


@dataclass(frozen=True, slots=True)
class HoursBalance:
    """What somebody gave and received, in minutes, and how far the balance may go to either side."""

    minutes: int
    given: int
    received: int
    lowest: int
    highest: int


def get_hours_balance(session: Session, user_id: UUID) -> HoursBalance:
    """Where a user stands in hours."""
    nature = ledger.CHART_OF_ACCOUNTS[AccountKind.HOURS]
    lowest, highest = nature.floor or 0, nature.ceiling or 0
    account = ledger.get_account(session, AccountKind.HOURS, HOURS, user_id)
    turn = session.execute(_TURNOVER, {"account_id": account.id}).one()
    there = ledger.get_balance(session, account)
    return HoursBalance(there, int(turn.given), int(turn.received), lowest, highest)


def get_hour_transfer(session: Session, transfer_id: UUID, user_id: UUID) -> HourTransfer:
    """A transfer that this user is a side of. Raises `HoursNotFound`."""
    return _require_side(session.get(HourTransfer, transfer_id), user_id)


def lock_hour_transfer(session: Session, transfer_id: UUID, user_id: UUID) -> HourTransfer:
    """As `hour_transfer`, and nobody else changes it until this transaction ends."""
    locked = select(HourTransfer).where(HourTransfer.id == transfer_id).with_for_update()
    return _require_side(session.exec(locked.execution_options(populate_existing=True)).first(), user_id)


def lock_due_transfer(session: Session, transfer_id: UUID, *, at: datetime) -> HourTransfer | None:
    """A transfer whose time to answer is over, unless somebody else is at it."""
    due = select(HourTransfer).where(
        HourTransfer.id == transfer_id,
        HourTransfer.state == HourTransferState.CLAIMED,
        HourTransfer.answer_by <= at,
    )
    return session.exec(due.with_for_update(skip_locked=True)).first()


def list_due_hour_transfers(session: Session, *, at: datetime, limit: int) -> Sequence[UUID]:
    """Transfers that nobody answered in time."""
    return session.execute(_DUE, {"at": at, "limit": limit}).scalars().all()


def list_hour_transfers(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[HourTransfer]:
    """The transfers of a user on either side, the newest first."""
    sides = or_(HourTransfer.giver_id == user_id, HourTransfer.receiver_id == user_id)
    query = select(HourTransfer).where(sides).order_by(col(HourTransfer.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(HourTransfer.id) < decode_cursor(after, [UUID])[0])
    return build_page(session.exec(query).all(), limit, lambda row: [row.id])


def _require_side(transfer: HourTransfer | None, user_id: UUID) -> HourTransfer:
    if transfer is None or user_id not in {transfer.giver_id, transfer.receiver_id}:
        raise HourTransferNotFound
    return transfer


def list_hour_postings(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[StatementRow]:
    """Every posting of a user's hours, the newest first. Raises `CursorUnreadable`."""
    account = ledger.get_account(session, AccountKind.HOURS, ledger.HOURS, user_id)
    return ledger.list_statement(session, [account], after=after, limit=limit)
