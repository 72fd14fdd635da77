"""Reads of the ledger. Pools are summed; the balance of an account with a floor is read off its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlmodel import Session

from domain.foundation.actors import ActorKind
from domain.foundation.paging import Key, Page, build_page, decode_cursor
from domain.ledger.errors import AccountNotFound, EntryNotFound
from domain.ledger.kinds import CHART_OF_ACCOUNTS, AccountKind, LedgerSide
from domain.ledger.rules import Account, PostedEntry, signed_balance

_ACCOUNT = "id, kind, unit, owner_id, floor"
_BY_ID = text(f"SELECT {_ACCOUNT} FROM ledger_accounts WHERE id = :id")  # noqa: S608 -- our own column list
_BALANCE = text("SELECT balance FROM ledger_balances WHERE account_id = :id")
_BALANCE_LOCKED = text("SELECT balance FROM ledger_balances WHERE account_id = :id FOR UPDATE")
_BALANCES = text("SELECT account_id, balance FROM ledger_balances WHERE account_id = ANY(:ids)")
_BALANCES_LOCKED = text("""
    SELECT account_id, balance FROM ledger_balances WHERE account_id = ANY(:ids)
    ORDER BY account_id FOR UPDATE
""")
_SUMS = text("""
    SELECT (SELECT coalesce(sum(amount), 0) FROM ledger_postings WHERE debit_account_id = :id) AS debits,
           (SELECT coalesce(sum(amount), 0) FROM ledger_postings WHERE credit_account_id = :id) AS credits
""")
_DEBITED_SINCE = text("""
    SELECT coalesce(sum(p.amount), 0) FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id
    WHERE p.debit_account_id = :id AND e.kind = :kind AND e.recorded_at >= :since
""")
# What was earned and not found wrong since; what became of it (a transfer, a refund borne) does not matter.
_EARNINGS = text("""
    SELECT a.owner_id, sum(moved.amount) AS amount
    FROM ledger_entries e
    JOIN LATERAL (
        SELECT credit_account_id AS account_id, amount FROM ledger_postings
        WHERE entry_id = e.id AND e.corrects_id IS NULL
        UNION ALL
        SELECT debit_account_id, -amount FROM ledger_postings
        WHERE entry_id = e.id AND e.corrects_id IS NOT NULL
    ) moved ON true
    JOIN ledger_accounts a ON a.id = moved.account_id AND a.kind IN ('payable', 'payable_held')
    WHERE e.subject_id = :subject_id
    GROUP BY a.owner_id HAVING sum(moved.amount) > 0 ORDER BY amount DESC, a.owner_id
""")
_ACCOUNTS = text("""
    SELECT a.id, a.kind, a.unit, a.owner_id, a.floor, b.balance AS cached,
           CASE WHEN a.floor IS NULL THEN (SELECT coalesce(sum(amount), 0) FROM ledger_postings
                                           WHERE debit_account_id = a.id) END AS debits,
           CASE WHEN a.floor IS NULL THEN (SELECT coalesce(sum(amount), 0) FROM ledger_postings
                                           WHERE credit_account_id = a.id) END AS credits
    FROM ledger_accounts a LEFT JOIN ledger_balances b ON b.account_id = a.id
    WHERE (cast(:kind AS text) IS NULL OR a.kind = :kind)
      AND (cast(:unit AS text) IS NULL OR a.unit = :unit)
      AND (cast(:owner_id AS uuid) IS NULL OR a.owner_id = :owner_id)
      AND (cast(:after AS uuid) IS NULL OR a.id > :after)
    ORDER BY a.id LIMIT :limit
""")
_ENTRIES = text("""
    SELECT e.id, e.key, e.kind, e.subject_id, e.corrects_id, e.recorded_at, e.actor_kind, e.actor_id,
           (SELECT json_agg(json_build_object(
                'debit', d.kind, 'debit_id', d.id, 'credit', c.kind, 'credit_id', c.id,
                'unit', p.unit, 'amount', p.amount) ORDER BY p.id)
            FROM ledger_postings p JOIN ledger_accounts d ON d.id = p.debit_account_id
                                   JOIN ledger_accounts c ON c.id = p.credit_account_id
            WHERE p.entry_id = e.id) AS postings
    FROM ledger_entries e
    WHERE (cast(:subject_id AS uuid) IS NULL OR e.subject_id = :subject_id)
      AND (cast(:account_id AS uuid) IS NULL OR EXISTS (
            SELECT 1 FROM ledger_postings p
            WHERE p.entry_id = e.id AND :account_id IN (p.debit_account_id, p.credit_account_id)))
      AND (cast(:after AS uuid) IS NULL OR e.id > :after)
    ORDER BY e.id LIMIT :limit
""")
_ENTRY = text("""
    SELECT id, key, kind, subject_id, corrects_id, recorded_at FROM ledger_entries WHERE id = :id
""")
_BY_KEY = text("""
    SELECT id, key, kind, subject_id, corrects_id, recorded_at FROM ledger_entries WHERE key = :key
""")
_POSTINGS = text(f"""
    SELECT {", ".join(f"d.{name} AS debit_{name}" for name in _ACCOUNT.split(", "))},
           {", ".join(f"c.{name} AS credit_{name}" for name in _ACCOUNT.split(", "))}, p.amount
    FROM ledger_postings p JOIN ledger_accounts d ON d.id = p.debit_account_id
                           JOIN ledger_accounts c ON c.id = p.credit_account_id
    WHERE p.entry_id = :entry_id ORDER BY p.id
""")  # noqa: S608 -- our own column list


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with what it holds."""

    account: Account
    balance: int


@dataclass(frozen=True, slots=True)
class PostingRow:
    """A posting as an auditor reads it: kinds and ids of both accounts, unit and amount."""

    debit: AccountKind
    debit_id: UUID
    credit: AccountKind
    credit_id: UUID
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as an auditor reads it, with who recorded it and all its postings."""

    id: UUID
    key: str
    kind: str
    subject_id: UUID
    corrects_id: UUID | None
    recorded_at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    postings: list[PostingRow]


def get_account_by_id(session: Session, account_id: UUID) -> Account:
    """The account of this id. Raises `AccountNotFound`."""
    row = session.execute(_BY_ID, {"id": account_id}).first()
    if row is None:
        raise AccountNotFound
    return account_from_row(row)


def get_balance(session: Session, account: Account) -> int:
    """What the account holds, in its unit, counted on the side that makes it grow."""
    if account.floor is not None:
        return int(session.execute(_BALANCE, {"id": account.id}).scalar_one())
    debits, credits_ = session.execute(_SUMS, {"id": account.id}).one()
    return signed_balance(account.kind, debits=int(debits), credits_=int(credits_))


def lock_balance(session: Session, account: Account) -> int:
    """What an account with a floor holds, and holds until this transaction ends: nobody else posts to it."""
    if account.floor is None:
        raise ValueError(f"a {account.kind} account is a pool; its balance permits nothing")
    return int(session.execute(_BALANCE_LOCKED, {"id": account.id}).scalar_one())


def get_balances(session: Session, accounts: Sequence[Account]) -> list[int]:
    """What several accounts with a floor hold, in the order asked, in one round trip."""
    return _balances_in_order(session, _BALANCES, accounts)


def lock_balances(session: Session, accounts: Sequence[Account]) -> list[int]:
    """As `balances`, and nobody else posts to any of them until this transaction ends.

    The rows are locked in the order of their ids, as `post` locks them, so nobody waits in a circle.
    """
    return _balances_in_order(session, _BALANCES_LOCKED, accounts)


def debited_since(session: Session, account: Account, *, kind: str, since: datetime) -> int:
    """How much entries of one kind debited an account with since an instant."""
    return int(session.execute(_DEBITED_SINCE, {"id": account.id, "kind": kind, "since": since}).scalar_one())


def earnings_by_provider(session: Session, subject_id: UUID) -> dict[UUID, int]:
    """Which provider profiles have earned how much of a booking, the largest share first."""
    return {row.owner_id: int(row.amount) for row in session.execute(_EARNINGS, {"subject_id": subject_id})}


def list_accounts(
    session: Session,
    *,
    kind: AccountKind | None,
    unit: str | None,
    owner_id: UUID | None,
    after: str | None,
    limit: int,
) -> Page[AccountRow]:
    """Accounts with their balances, in the order in which they were opened. Raises `CursorUnreadable`."""
    parameters = {
        "kind": kind,
        "unit": unit,
        "owner_id": owner_id,
        "after": _decode_cursor(after),
        "limit": limit + 1,
    }
    rows = [_account_row(row) for row in session.execute(_ACCOUNTS, parameters)]
    return build_page(rows, limit, lambda line: [line.account.id])


def list_entries(
    session: Session, *, subject_id: UUID | None, account_id: UUID | None, after: str | None, limit: int
) -> Page[EntryRow]:
    """Entries in the order in which they were recorded. Raises `CursorUnreadable`."""
    parameters = {
        "subject_id": subject_id,
        "account_id": account_id,
        "after": _decode_cursor(after),
        "limit": limit + 1,
    }
    rows = [_entry_row(row) for row in session.execute(_ENTRIES, parameters)]
    return build_page(rows, limit, lambda line: [line.id])


def get_entry(session: Session, entry_id: UUID) -> PostedEntry:
    """The entry of this id. Raises `EntryNotFound`."""
    row = session.execute(_ENTRY, {"id": entry_id}).first()
    if row is None:
        raise EntryNotFound
    return entry_from_row(row)


def find_entry_by_key(session: Session, key: str) -> PostedEntry | None:
    """The entry that was posted under this key, if one was."""
    row = session.execute(_BY_KEY, {"key": key}).first()
    return None if row is None else entry_from_row(row)


def list_postings(session: Session, entry_id: UUID) -> list[tuple[Account, Account, int]]:
    """Debited account, credited account and amount of each of an entry's postings."""
    rows = session.execute(_POSTINGS, {"entry_id": entry_id})
    return [
        (_prefixed_account(row, "debit"), _prefixed_account(row, "credit"), int(row.amount)) for row in rows
    ]


def _balances_in_order(session: Session, statement: TextClause, accounts: Sequence[Account]) -> list[int]:
    rows = session.execute(statement, {"ids": [account.id for account in accounts]})
    balance_by_account = {row.account_id: int(row.balance) for row in rows}
    return [balance_by_account[account.id] for account in accounts]


def _decode_cursor(cursor: str | None) -> Key | None:
    return None if cursor is None else decode_cursor(cursor, [UUID])[0]


def entry_from_row(row: Any) -> PostedEntry:  # noqa: ANN401 -- a row of _ENTRY
    """An entry that was there before, from its columns."""
    return PostedEntry(
        row.id, row.key, row.kind, row.subject_id, row.corrects_id, row.recorded_at, is_new=False
    )


def account_from_row(row: Any) -> Account:  # noqa: ANN401 -- a row of id, kind, unit, owner_id, floor
    """An account from its columns."""
    return Account(row.id, AccountKind(row.kind), row.unit, row.owner_id, row.floor)


def _prefixed_account(row: Any, side: str) -> Account:  # noqa: ANN401 -- a row of _POSTINGS
    values = [getattr(row, f"{side}_{name}") for name in _ACCOUNT.split(", ")]
    return Account(values[0], AccountKind(values[1]), *values[2:])


def _account_row(row: Any) -> AccountRow:  # noqa: ANN401 -- a row of _ACCOUNTS
    account = account_from_row(row)
    if account.floor is not None:
        return AccountRow(account, int(row.cached))
    sign = 1 if CHART_OF_ACCOUNTS[account.kind].grows_by is LedgerSide.CREDIT else -1
    return AccountRow(account, sign * (int(row.credits) - int(row.debits)))


def _entry_row(row: Any) -> EntryRow:  # noqa: ANN401 -- a row of _ENTRIES
    postings = [
        PostingRow(
            AccountKind(posting["debit"]),
            UUID(posting["debit_id"]),
            AccountKind(posting["credit"]),
            UUID(posting["credit_id"]),
            posting["unit"],
            posting["amount"],
        )
        for posting in row.postings or []
    ]
    actor = ActorKind(row.actor_kind), row.actor_id
    entry = row.id, row.key, row.kind, row.subject_id, row.corrects_id, row.recorded_at
    return EntryRow(*entry, *actor, postings)
