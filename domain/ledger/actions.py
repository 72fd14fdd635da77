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
from domain.ledger.errors import KeyTellsAnotherStoryError
from domain.ledger.kinds import NATURES, AccountKind
from domain.ledger.posting import statement
from domain.ledger.rules import Account, Entry, Posting

# Accounts are found in one round trip, and made in the same one when they are missing. An account that is
# nobody's has its own branch: a comparison that takes NULL for equal could not use the index.
_ACCOUNTS = text("""
    WITH asked AS (
        SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:kinds AS text[]), cast(:units AS text[]),
                             cast(:owners AS uuid[]), cast(:floors AS bigint[]), cast(:ceilings AS bigint[]))
                      AS asked (id, kind, unit, owner_id, floor, ceiling)
    ), found AS (
        SELECT a.id, a.kind, a.unit, a.owner_id, a.floor
        FROM asked JOIN ledger_accounts a USING (kind, unit, owner_id)
        UNION ALL
        SELECT a.id, a.kind, a.unit, a.owner_id, a.floor
        FROM asked JOIN ledger_accounts a USING (kind, unit)
        WHERE asked.owner_id IS NULL AND a.owner_id IS NULL
    ), made AS (
        INSERT INTO ledger_accounts (id, kind, unit, owner_id, floor)
        SELECT id, kind, unit, owner_id, floor FROM asked
        WHERE NOT EXISTS (SELECT 1 FROM found WHERE found.kind = asked.kind AND found.unit = asked.unit
                                                AND found.owner_id IS NOT DISTINCT FROM asked.owner_id)
        ON CONFLICT ON CONSTRAINT accounts_are_unique DO NOTHING
        RETURNING id, kind, unit, owner_id, floor
    ), opened AS (
        INSERT INTO ledger_balances (account_id, balance, floor, ceiling)
        SELECT made.id, 0, made.floor, asked.ceiling FROM made JOIN asked USING (id)
        WHERE made.floor IS NOT NULL
    )
    SELECT * FROM found UNION ALL SELECT * FROM made
""")


Wanted: TypeAlias = tuple[AccountKind, str, UUID | None]  # kind, unit and owner of an account


def account(session: Session, kind: AccountKind, unit: str, owner_id: UUID | None = None) -> Account:
    """The account of this kind, unit and owner, opened when it is asked for the first time.

    `unit` is an ISO currency, `CRD` or `HRS`; `domain.ledger.kinds` says which kinds have an owner, and whose
    id that is. Raises `UnitUnfit`.
    """
    return accounts_for(session, [(kind, unit, owner_id)])[0]


def accounts_for(session: Session, wanted: Sequence[Wanted]) -> list[Account]:
    """Several accounts as `account` answers them, in the order asked, in one round trip. No two are alike."""
    for kind, unit, owner_id in wanted:
        rules.check_account(kind, unit, owner_id)
    found = _found_or_opened(session, wanted)
    if len(found) < len(wanted):
        # Somebody else opened one between our look and our insert; then it is there now.
        found = _found_or_opened(session, wanted)
    return [found[one] for one in wanted]


def _found_or_opened(session: Session, wanted: Sequence[Wanted]) -> dict[Wanted, Account]:
    # Everybody opens in one order, so that two who open the same accounts do not wait in a circle.
    ordered = sorted(wanted, key=str)
    natures = [NATURES[kind] for kind, _, _ in ordered]
    asked = {
        "ids": [ids.new() for _ in ordered],
        "kinds": [kind.value for kind, _, _ in ordered],
        "units": [unit for _, unit, _ in ordered],
        "owners": [owner_id for _, _, owner_id in ordered],
        "floors": [nature.floor for nature in natures],
        "ceilings": [nature.ceiling for nature in natures],
    }
    accounts = [queries.as_account(row) for row in session.execute(_ACCOUNTS, asked)]
    return {(found.kind, found.unit, found.owner_id): found for found in accounts}


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
) -> Entry:
    """Record an entry and move its amounts, all or none. The same key again answers the same entry.

    `subject_id` is what it is about, usually a booking; `kind` is a word for the reason. Raises
    `BalanceTooLow` where an account would fall below its floor, `BalanceTooHigh` above its ceiling.
    """
    if not postings:
        raise ValueError("an entry moves something")
    change = rules.changes(postings)
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
    for account_id, amount in change.items():
        values += (amount, account_id)
    session.flush()
    posted = statement(len(postings), len(change))
    row = session.connection().exec_driver_sql(posted, tuple(values)).one()
    if row.id is None:
        return _posted_before(session, key, kind, subject_id, postings)
    if row.changed != len(change):
        raise AssertionError("an account with a floor has lost its balance row")
    return Entry(entry_id, key, kind, subject_id, corrects_id, at, is_new=True)


def correct(session: Session, entry_id: UUID, *, key: str, by: Actor, at: datetime) -> Entry:
    """Undo an entry by one that moves everything back and names it; history stays as it was.

    Raises `EntryUnknown`, `AlreadyCorrected` (under another key), and `BalanceTooLow` where what was moved
    is spent.
    """
    wrong = queries.entry_by_id(session, entry_id)
    back = [
        Posting(credit, debit, amount) for debit, credit, amount in queries.postings_of(session, entry_id)
    ]
    return post(
        session,
        key=key,
        kind="correction",
        subject_id=wrong.subject_id,
        postings=back,
        by=by,
        at=at,
        corrects_id=entry_id,
    )


def _posted_before(
    session: Session, key: str, kind: str, subject_id: UUID, postings: Sequence[Posting]
) -> Entry:
    entry = queries.entry_by_key(session, key)
    if entry is None:
        raise AssertionError("an insert has just met this key")
    told = [(debit.id, credit.id, amount) for debit, credit, amount in queries.postings_of(session, entry.id)]
    meant = [(posting.debit.id, posting.credit.id, posting.amount) for posting in postings]
    if (entry.kind, entry.subject_id, told) != (kind, subject_id, meant):
        raise KeyTellsAnotherStoryError(f"the key {key!r} was posted with other amounts, kind or subject")
    return entry
