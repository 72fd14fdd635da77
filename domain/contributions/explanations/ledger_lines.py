"""What the books say about a posting of credits: its accounts, its entry, and what stood there before it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.ledger import CHART_OF_ACCOUNTS, AccountKind, LedgerSide

_LINES = """
    SELECT p.id, p.entry_id, e.key, e.kind, e.subject_id, e.corrects_id, e.recorded_at, p.amount, p.unit,
           d.id AS debit_id, d.kind AS debit, d.owner_id AS debit_owner,
           c.id AS credit_id, c.kind AS credit, c.owner_id AS credit_owner
    FROM ledger_postings p
    JOIN ledger_entries e ON e.id = p.entry_id
    JOIN ledger_accounts d ON d.id = p.debit_account_id
    JOIN ledger_accounts c ON c.id = p.credit_account_id
"""
_BY_ID = text(f"{_LINES} WHERE p.id = :id AND p.unit = 'CRD'")
_OF_ENTRY = text(f"{_LINES} WHERE p.entry_id = :entry_id AND p.unit = 'CRD' ORDER BY p.id")
_OF_SUBJECT = text(f"""
    {_LINES} WHERE e.subject_id = :subject_id AND e.kind = :kind AND p.unit = 'CRD' AND e.id < :before
    ORDER BY p.id
""")
_BEFORE = text("""
    SELECT coalesce(sum(CASE WHEN credit_account_id = a.id THEN amount ELSE -amount END), 0)
    FROM ledger_accounts a
    JOIN ledger_postings p ON a.id IN (p.credit_account_id, p.debit_account_id)
    WHERE a.kind = :kind AND a.unit = 'CRD' AND a.owner_id = :owner_id AND p.entry_id < :entry_id
""")


@dataclass(frozen=True, slots=True)
class CreditLedgerLine:
    """A posting of credits with its entry and both its accounts, as they stand in the books."""

    id: UUID
    entry_id: UUID
    key: str
    kind: str
    subject_id: UUID
    corrects_id: UUID | None
    recorded_at: datetime
    amount: int
    debit: AccountKind
    debit_owner: UUID | None
    credit: AccountKind
    credit_owner: UUID | None

    @property
    def owner_id(self) -> UUID | None:
        """Whose credits moved: the other side is a pool's, or a pot's where somebody gave."""
        return self.credit_owner if self.debit is AccountKind.CREDITS_POOL else self.debit_owner


def get_line(session: Session, posting_id: UUID) -> CreditLedgerLine | None:
    """The posting of credits of this id, if there is one."""
    row = session.execute(_BY_ID, {"id": posting_id}).first()
    return None if row is None else _line(row)


def list_entry_lines(session: Session, entry_id: UUID) -> list[CreditLedgerLine]:
    """An entry's postings of credits, in the order in which they were decided."""
    return [_line(row) for row in session.execute(_OF_ENTRY, {"entry_id": entry_id})]


def list_earlier_lines(
    session: Session, subject_id: UUID, kind: str, *, than: UUID
) -> list[CreditLedgerLine]:
    """Postings about a subject that entries of a kind made before another entry."""
    parameters = {"subject_id": subject_id, "kind": kind, "before": than}
    return [_line(row) for row in session.execute(_OF_SUBJECT, parameters)]


def balance_before(session: Session, kind: AccountKind, owner_id: UUID | None, entry_id: UUID) -> int:
    """What somebody's account held before an entry, counted on the side that makes it grow."""
    parameters = {"kind": kind.value, "owner_id": owner_id, "entry_id": entry_id}
    balance = int(session.execute(_BEFORE, parameters).scalar_one())
    return balance if CHART_OF_ACCOUNTS[kind].grows_by is LedgerSide.CREDIT else -balance


def _line(row: Any) -> CreditLedgerLine:  # noqa: ANN401 -- a row of _LINES
    return CreditLedgerLine(
        id=row.id,
        entry_id=row.entry_id,
        key=row.key,
        kind=row.kind,
        subject_id=row.subject_id,
        corrects_id=row.corrects_id,
        recorded_at=row.recorded_at,
        amount=int(row.amount),
        debit=AccountKind(row.debit),
        debit_owner=row.debit_owner,
        credit=AccountKind(row.credit),
        credit_owner=row.credit_owner,
    )
