"""Credits expire only after two notices, in the open, as an entry of their own in the books.

Each lot lasts as long as the policy said when it was granted, counted from the day it could be spent. Thirty
days before its end its owner is told, and seven days before again, each once and as a fact; if a notice is
late, the end waits for it. Only what both notices named expires; it goes to `breakage`, never silently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import ledger
from domain.credits.events import CreditExpiryAnnounced, CreditsExpired
from domain.credits.lots import BREAKAGE, CreditLot, GrantTerms, build_lots
from domain.credits.models import CreditNotice
from domain.foundation import events
from domain.foundation.actors import CLOCK
from domain.ledger import CREDITS, AccountKind, Posting

# A month to plan a booking, and a week to make it; both as people count, and as the notices' CHECK has it.
FIRST_NOTICE_DAYS, SECOND_NOTICE_DAYS = 30, 7

_USERS_WITH_EXPIRING_CREDITS = text("""
    SELECT DISTINCT g.user_id FROM credit_grants g
    JOIN ledger_accounts a ON a.kind = 'credits' AND a.unit = 'CRD' AND a.owner_id = g.user_id
    JOIN ledger_balances b ON b.account_id = a.id AND b.balance > 0
    WHERE g.granted_at + make_interval(days => g.expiry_days) <= :soon
      AND (cast(:after AS uuid) IS NULL OR g.user_id > :after)
    ORDER BY g.user_id LIMIT :limit
""")
_TERMS = text("SELECT entry_id, subject_id, held, expiry_days FROM credit_grants WHERE user_id = :user_id")
_NOTICES = text("""
    SELECT lot_id, round, days, credits, expires_at FROM credit_notices WHERE user_id = :user_id
""")


@dataclass(frozen=True, slots=True)
class ExpiryNotice:
    """A notice that was given: how many credits it named, and when they expire."""

    credits: int
    expires_at: datetime


NoticesByLot = Mapping[tuple[UUID, int, int], ExpiryNotice]  # by lot, round and days


def users_with_expiring_credits(
    session: Session, after: UUID | None, *, at: datetime, limit: int
) -> Sequence[UUID]:
    """Users with credits of which some may expire within the next notice's time, in order of their ids."""
    parameters = {"soon": at + timedelta(days=FIRST_NOTICE_DAYS), "after": after, "limit": limit}
    return session.execute(_USERS_WITH_EXPIRING_CREDITS, parameters).scalars().all()


def list_lots(session: Session, user_id: UUID) -> list[CreditLot]:
    """A user's available credits by age, the oldest first; what is spent is left out."""
    account = ledger.get_account(session, AccountKind.CREDITS, CREDITS, user_id)
    terms = [GrantTerms(*row) for row in session.execute(_TERMS, {"user_id": user_id})]
    return [lot for lot in build_lots(ledger.account_history(session, account), terms) if lot.left > 0]


def expire_credits(session: Session, user_id: UUID, *, at: datetime) -> int:
    """Give the notices that are due and let go what both notices named. Returns how many steps it took."""
    own = ledger.get_account(session, AccountKind.CREDITS, CREDITS, user_id)
    ledger.lock_balance(session, own)
    notices: NoticesByLot = {
        (row.lot_id, row.round, row.days): ExpiryNotice(row.credits, row.expires_at)
        for row in session.execute(_NOTICES, {"user_id": user_id})
    }
    return sum(_process_lot(session, user_id, lot, notices, at) for lot in list_lots(session, user_id))


def _process_lot(
    session: Session, user_id: UUID, lot: CreditLot, notices: NoticesByLot, at: datetime
) -> bool:
    """The one thing that is due about a lot now, if anything is."""
    if lot.expires_at is None:
        return False
    first = notices.get((lot.entry_id, lot.round, FIRST_NOTICE_DAYS))
    second = notices.get((lot.entry_id, lot.round, SECOND_NOTICE_DAYS))
    if first is None:
        return _send_due_notice(session, user_id, lot, lot.expires_at, FIRST_NOTICE_DAYS, at)
    if second is None:
        return _send_due_notice(session, user_id, lot, first.expires_at, SECOND_NOTICE_DAYS, at)
    if second.expires_at > at:
        return False
    _expire_lot(session, user_id, lot, min(lot.left, first.credits, second.credits), at)
    return True


def _send_due_notice(
    session: Session, user_id: UUID, lot: CreditLot, expires_at: datetime, days: int, at: datetime
) -> bool:
    """Tell once the time has come. A notice that is late puts off the end by as much."""
    if at < expires_at - timedelta(days=days):
        return False
    end = max(expires_at, at + timedelta(days=days))
    notice = CreditNotice(
        lot_id=lot.entry_id,
        round=lot.round,
        days=days,
        user_id=user_id,
        credits=lot.left,
        expires_at=end,
        told_at=at,
    )
    session.add(notice)
    session.flush()
    _record(session, CreditExpiryAnnounced(user_id, lot.left, days, end), lot, at)
    return True


def _expire_lot(session: Session, user_id: UUID, lot: CreditLot, credits_: int, at: datetime) -> None:
    own, gone = ledger.get_accounts(
        session, [(AccountKind.CREDITS, CREDITS, user_id), (AccountKind.BREAKAGE, CREDITS, None)]
    )
    ledger.post(
        session,
        key=f"{BREAKAGE}:{lot.entry_id}:{lot.round}",
        kind=BREAKAGE,
        subject_id=lot.entry_id,
        postings=[Posting(own, gone, credits_)],
        by=CLOCK,
        at=at,
    )
    _record(session, CreditsExpired(user_id, credits_), lot, at)


def _record(session: Session, event: events.DomainEvent, lot: CreditLot, at: datetime) -> None:
    events.record_event(session, event, subject=("credit_lot", lot.entry_id), by=CLOCK, at=at)
