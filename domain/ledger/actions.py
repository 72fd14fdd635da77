"""The verbs of the ledger: open an account, post an entry, correct one."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import ids
from domain.foundation.actors import Actor
from domain.ledger import queries, rules
from domain.ledger.errors import EntryKeyReusedError
from domain.ledger.kinds import CHART_OF_ACCOUNTS, AccountKind
from domain.ledger.posting_sql import posting_sql
from domain.ledger.rules import Account, PostedEntry, Posting

# Accounts are found in one round trip, and made in the same one when they are missing. An account that is
# nobody's has its own branch: a comparison that takes NULL for equal could not use the index.
_ACCOUNTS = text("""
    WITH keys AS (
        SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:kinds AS text[]), cast(:units AS text[]),
                             cast(:owners AS uuid[]), cast(:floors AS bigint[]), cast(:ceilings AS bigint[]))
                      AS keys (id, kind, unit, owner_id, floor, ceiling)
    ), existing AS (
        SELECT a.id, a.kind, a.unit, a.owner_id, a.floor
        FROM keys JOIN ledger_accounts a USING (kind, unit, owner_id)
        UNION ALL
        SELECT a.id, a.kind, a.unit, a.owner_id, a.floor
        FROM keys JOIN ledger_accounts a USING (kind, unit)
        WHERE keys.owner_id IS NULL AND a.owner_id IS NULL
    ), made AS (
        INSERT INTO ledger_accounts (id, kind, unit, owner_id, floor)
        SELECT id, kind, unit, owner_id, floor FROM keys
        WHERE NOT EXISTS (SELECT 1 FROM existing WHERE existing.kind = keys.kind AND existing.unit = keys.unit
                                                AND existing.owner_id IS NOT DISTINCT FROM keys.owner_id)
        ON CONFLICT ON CONSTRAINT accounts_are_unique DO NOTHING
        RETURNING id, kind, unit, owner_id, floor
    ), opened AS (
        INSERT INTO ledger_balances (account_id, balance, floor, ceiling)
        SELECT made.id, 0, made.floor, keys.ceiling FROM made JOIN keys USING (id)
        WHERE made.floor IS NOT NULL
    )
    SELECT * FROM existing UNION ALL SELECT * FROM made
""")


AccountKey: TypeAlias = tuple[AccountKind, str, UUID | None]  # kind, unit and owner of an account


def get_account(session: Session, kind: AccountKind, unit: str, owner_id: UUID | None = None) -> Account:
    """The account of this kind, unit and owner, opened when it is asked for the first time.

    `unit` is an ISO currency, `CRD` or `HRS`; `domain.ledger.kinds` says which kinds have an owner, and whose
    id that is. Raises `UnitNotSupported`.
    """
    return get_accounts(session, [(kind, unit, owner_id)])[0]


def get_accounts(session: Session, keys: Sequence[AccountKey]) -> list[Account]:
    """Several accounts as `account` answers them, in the order asked, in one round trip. No two are alike."""
    for kind, unit, owner_id in keys:
        rules.check_account(kind, unit, owner_id)
    accounts = _get_or_open_accounts(session, keys)
    if len(accounts) < len(keys):
        # Somebody else opened one between our look and our insert; then it is there now.
        accounts = _get_or_open_accounts(session, keys)
    return [accounts[key] for key in keys]


def _get_or_open_accounts(session: Session, keys: Sequence[AccountKey]) -> dict[AccountKey, Account]:
    # Everybody opens in one order, so that two who open the same accounts do not wait in a circle.
    ordered = sorted(keys, key=str)
    definitions = [CHART_OF_ACCOUNTS[kind] for kind, _, _ in ordered]
    parameters = {
        "ids": [ids.new() for _ in ordered],
        "kinds": [kind.value for kind, _, _ in ordered],
        "units": [unit for _, unit, _ in ordered],
        "owners": [owner_id for _, _, owner_id in ordered],
        "floors": [definition.floor for definition in definitions],
        "ceilings": [definition.ceiling for definition in definitions],
    }
    accounts = [queries.account_from_row(row) for row in session.execute(_ACCOUNTS, parameters)]
    return {(account.kind, account.unit, account.owner_id): account for account in accounts}


def post(
    session: Session,
    *,
    key: str,
    kind: str,
    subject_id: UUID,
    postings: Sequence[Posting],
    by: Actor,
    at: datetime,
    corrects_id: UUID | None = None,
) -> PostedEntry:
    """Record an entry and move its amounts, all or none. The same key again answers the same entry.

    `subject_id` is what it is about, usually a booking; `kind` is a word for the reason. Raises
    `BalanceTooLow` where an account would fall below its floor, `BalanceTooHigh` above its ceiling.
    """
    if not postings:
        raise ValueError("an entry moves something")
    changes = rules.balance_changes(postings)
    entry_id = ids.new()
    values: list[object] = [
        entry_id,
        key,
        kind,
        subject_id,
        corrects_id,
        at,
        by.kind.value,
        by.user_id,
    ]
    for posting in postings:
        values += (ids.new(), posting.debit.id, posting.credit.id, posting.debit.unit, posting.amount)
    for account_id, amount in changes.items():
        values += (amount, account_id)
    session.flush()
    sql = posting_sql(len(postings), len(changes))
    row = session.connection().exec_driver_sql(sql, tuple(values)).one()
    if row.id is None:
        return _existing_entry(session, key, kind, subject_id, postings)
    if row.changed != len(changes):
        raise AssertionError("an account with a floor has lost its balance row")
    return PostedEntry(entry_id, key, kind, subject_id, corrects_id, at, is_new=True)


def correct(session: Session, entry_id: UUID, *, key: str, by: Actor, at: datetime) -> PostedEntry:
    """Post the reversal of an entry, which refers to it; the first entry stays as it was.

    Raises `EntryNotFound`, `EntryAlreadyCorrected` under another key, and `BalanceTooLow` if the amount was
    spent meanwhile.
    """
    corrected = queries.get_entry(session, entry_id)
    postings = [
        Posting(credit, debit, amount) for debit, credit, amount in queries.list_postings(session, entry_id)
    ]
    return post(
        session,
        key=key,
        kind="correction",
        subject_id=corrected.subject_id,
        postings=postings,
        by=by,
        at=at,
        corrects_id=entry_id,
    )


def _existing_entry(
    session: Session, key: str, kind: str, subject_id: UUID, postings: Sequence[Posting]
) -> PostedEntry:
    entry = queries.find_entry_by_key(session, key)
    if entry is None:
        raise AssertionError("an insert has just met this key")
    stored_postings = [
        (debit.id, credit.id, amount) for debit, credit, amount in queries.list_postings(session, entry.id)
    ]
    new_postings = [(posting.debit.id, posting.credit.id, posting.amount) for posting in postings]
    if (entry.kind, entry.subject_id, stored_postings) != (kind, subject_id, new_postings):
        raise EntryKeyReusedError(f"the key {key!r} was posted with other amounts, kind or subject")
    return entry
