"""Little books: what was paid in for one booking, and every rule that must hold over them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import ledger
from domain.foundation.actors import SYSTEM
from domain.ledger import AccountKind, Posting

BOOKING = UUID("019aa000-0000-7000-8000-000000000001")
ELLEN = UUID("019aa000-0000-7000-8000-000000000002")


def violations(session: Session) -> dict[str, list[object]]:
    rows_by_invariant = {name: list(session.execute(text(sql))) for name, sql in ledger.INVARIANTS.items()}
    return {name: rows for name, rows in rows_by_invariant.items() if rows}


def paid_in(session: Session, amount: int, at: datetime) -> tuple[ledger.Account, ledger.Account]:
    clearing = ledger.get_account(session, AccountKind.CLEARING, "EUR")
    held = ledger.get_account(session, AccountKind.HELD, "EUR", BOOKING)
    move(session, "pay-in", Posting(clearing, held, amount), at=at)
    return clearing, held


def move(session: Session, key: str, *postings: Posting, at: datetime) -> ledger.PostedEntry:
    return ledger.post(session, key=key, kind="test", subject_id=BOOKING, postings=postings, by=SYSTEM, at=at)
