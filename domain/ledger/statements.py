"""Statements: what happened on somebody's accounts, posting by posting, and what each was for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation.paging import Page, build_page, decode_cursor
from domain.ledger.kinds import AccountKind
from domain.ledger.rules import Account, signed_balance

# Each account's newest postings are read off its two indexes, so a page costs the same at any length.
_STATEMENT = text("""
    SELECT p.id, p.amount, e.id AS entry_id, e.kind, e.subject_id, e.corrects_id, e.recorded_at,
           d.kind AS debit, c.kind AS credit, d.owner_id AS debit_owner, c.owner_id AS credit_owner
    FROM (
        SELECT DISTINCT candidates.id FROM unnest(cast(:accounts AS uuid[])) AS mine (id) CROSS JOIN LATERAL (
            (SELECT id FROM ledger_postings WHERE debit_account_id = mine.id AND id < :before
             ORDER BY id DESC LIMIT :limit)
            UNION ALL
            (SELECT id FROM ledger_postings WHERE credit_account_id = mine.id AND id < :before
             ORDER BY id DESC LIMIT :limit)
        ) candidates ORDER BY candidates.id DESC LIMIT :limit
    ) newest
    JOIN ledger_postings p USING (id) JOIN ledger_entries e ON e.id = p.entry_id
    JOIN ledger_accounts d ON d.id = p.debit_account_id JOIN ledger_accounts c ON c.id = p.credit_account_id
    ORDER BY p.id DESC
""")
_HISTORY = text("""
    SELECT e.id AS entry_id, e.corrects_id, e.key, e.kind, e.subject_id, e.recorded_at, p.unit,
           sum(CASE WHEN p.debit_account_id = :id THEN p.amount ELSE 0 END) AS debits,
           sum(CASE WHEN p.credit_account_id = :id THEN p.amount ELSE 0 END) AS credits
    FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id
    WHERE p.debit_account_id = :id OR p.credit_account_id = :id
    GROUP BY e.id, p.unit ORDER BY e.recorded_at, e.id
""")
_MOVEMENTS = text("""
    SELECT e.id AS entry_id, e.corrects_id, e.key, e.kind, e.subject_id, e.recorded_at, p.unit,
           sum(CASE WHEN a.id = p.debit_account_id THEN p.amount ELSE 0 END) AS debits,
           sum(CASE WHEN a.id = p.credit_account_id THEN p.amount ELSE 0 END) AS credits
    FROM ledger_entries e
    JOIN ledger_postings p ON p.entry_id = e.id
    JOIN ledger_accounts a ON a.kind = :kind AND a.id IN (p.debit_account_id, p.credit_account_id)
    WHERE e.recorded_at >= :since AND e.recorded_at < :until
    GROUP BY e.id, p.unit ORDER BY e.id
""")
_MAX_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class AccountMovement:
    """By how much an entry changed the accounts of one kind, counted on the side that makes them grow."""

    entry_id: UUID
    corrects_id: UUID | None
    key: str
    kind: str
    subject_id: UUID
    recorded_at: datetime
    unit: str
    change: int


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A posting on one of somebody's accounts: from which kind of account to which, and what it was for."""

    id: UUID
    entry_id: UUID
    kind: str
    subject_id: UUID
    corrects_id: UUID | None
    recorded_at: datetime
    debit: AccountKind
    credit: AccountKind
    debit_owner: UUID | None
    credit_owner: UUID | None
    amount: int


def list_statement(
    session: Session, accounts: Sequence[Account], *, after: str | None, limit: int
) -> Page[StatementRow]:
    """The postings on these accounts, the newest first. Raises `CursorUnreadable`."""
    before = _MAX_ID if after is None else decode_cursor(after, [UUID])[0]
    parameters = {"accounts": [account.id for account in accounts], "before": before, "limit": limit + 1}
    lines = [
        StatementRow(
            **{**row._mapping, "debit": AccountKind(row.debit), "credit": AccountKind(row.credit)}  # noqa: SLF001 -- SQLAlchemy's public name
        )
        for row in session.execute(_STATEMENT, parameters)
    ]
    return build_page(lines, limit, lambda line: [line.id])


def list_movements(
    session: Session, kind: AccountKind, *, since: datetime, until: datetime
) -> list[AccountMovement]:
    """What happened on the accounts of one kind from `since` up to, and not including, `until`."""
    rows = session.execute(_MOVEMENTS, {"kind": kind.value, "since": since, "until": until})
    return [_movement(row, kind) for row in rows]


def account_history(session: Session, account: Account) -> list[AccountMovement]:
    """By how much each entry changed an account, the oldest first."""
    return [_movement(row, account.kind) for row in session.execute(_HISTORY, {"id": account.id})]


def _movement(row: Any, kind: AccountKind) -> AccountMovement:  # noqa: ANN401 -- a row of _MOVEMENTS
    change = signed_balance(kind, debits=int(row.debits), credits_=int(row.credits))
    entry = row.entry_id, row.corrects_id, row.key, row.kind, row.subject_id, row.recorded_at
    return AccountMovement(*entry, row.unit, change)
