"""The verbs of the ledger: open an account, post an entry, correct one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import ids
from domain.foundation.actors import Actor
from domain.ledger import queries, rules
from domain.ledger.errors import KeyTellsAnotherStoryError
from domain.ledger.kinds import NATURES, AccountKind
from domain.ledger.rules import Account, Entry, Posting

# An account is found in one round trip, and made in the same one when it is missing.
_ACCOUNT = text("""
    WITH found AS (
        SELECT id, kind, unit, owner_id, floor FROM ledger_accounts
        WHERE kind = :kind AND unit = :unit AND owner_id IS NOT DISTINCT FROM cast(:owner_id AS uuid)
    ), made AS (
        INSERT INTO ledger_accounts (id, kind, unit, owner_id, floor)
        SELECT :id, :kind, :unit, :owner_id, :floor WHERE NOT EXISTS (SELECT 1 FROM found)
        ON CONFLICT ON CONSTRAINT accounts_are_unique DO NOTHING
        RETURNING id, kind, unit, owner_id, floor
    ), opened AS (
        INSERT INTO ledger_balances (account_id, balance, floor)
        SELECT id, 0, floor FROM made WHERE floor IS NOT NULL
    )
    SELECT * FROM found UNION ALL SELECT * FROM made
""")

# Entry, postings and balances in one statement. The entry's key decides whether anything happens at all; the
# balance rows are locked in the order of their ids before any changes, so posters never wait in a circle.
_POST = text("""
    WITH entry AS (
        INSERT INTO ledger_entries (id, key, kind, subject_id, corrects_id, recorded_at, actor_kind, actor_id)
        VALUES (:id, :key, :kind, :subject_id, :corrects_id, :at, :actor_kind, :actor_id)
        ON CONFLICT ON CONSTRAINT entries_are_posted_once DO NOTHING
        RETURNING id
    ), posted AS (
        INSERT INTO ledger_postings (id, entry_id, debit_account_id, credit_account_id, unit, amount)
        SELECT given.id, entry.id, given.debit, given.credit, given.unit, given.amount
        FROM entry, unnest(cast(:ids AS uuid[]), cast(:debits AS uuid[]), cast(:credits AS uuid[]),
                           cast(:units AS text[]), cast(:amounts AS bigint[]))
                    AS given (id, debit, credit, unit, amount)
    ), locked AS (
        SELECT held.account_id FROM ledger_balances held, entry
        WHERE held.account_id = ANY(cast(:floored AS uuid[])) ORDER BY held.account_id FOR UPDATE OF held
    ), changed AS (
        UPDATE ledger_balances kept SET balance = kept.balance + given.change
        FROM locked, unnest(cast(:floored AS uuid[]), cast(:changes AS bigint[]))
                     AS given (account_id, change)
        WHERE kept.account_id = locked.account_id AND given.account_id = locked.account_id
        RETURNING kept.account_id
    )
    SELECT (SELECT id FROM entry) AS id, (SELECT count(*) FROM changed) AS changed
""")
_BY_KEY = text("""
    SELECT id, key, kind, subject_id, corrects_id, recorded_at FROM ledger_entries WHERE key = :key
""")


def account(session: Session, kind: AccountKind, unit: str, owner_id: UUID | None = None) -> Account:
    """The account of this kind, unit and owner, opened when it is asked for the first time.

    `unit` is an ISO currency, `CRD` or `HRS`; `domain.ledger.kinds` says which kinds have an owner, and whose
    id that is. Refuses `UnitUnfit`.
    """
    rules.check_account(kind, unit, owner_id)
    asked = {
        "id": ids.new(),
        "kind": kind.value,
        "unit": unit,
        "owner_id": owner_id,
        "floor": NATURES[kind].floor,
    }
    # Nothing comes back when somebody else opened it between our look and our insert; then it is there now.
    row = session.execute(_ACCOUNT, asked).first() or session.execute(_ACCOUNT, asked).one()
    return queries.as_account(row)


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

    `subject_id` is what it is about, usually a booking; `kind` is a word for the reason. Refuses
    `BalanceTooLow` where an account would fall below its floor.
    """
    if not postings:
        raise ValueError("an entry moves something")
    change = rules.changes(postings)
    entry_id = ids.new()
    values = {
        "id": entry_id,
        "key": key,
        "kind": kind,
        "subject_id": subject_id,
        "corrects_id": corrects_id,
        "at": at,
        "actor_kind": by.kind.value,
        "actor_id": by.user_id,
        "ids": [ids.new() for _ in postings],
        "debits": [posting.debit.id for posting in postings],
        "credits": [posting.credit.id for posting in postings],
        "units": [posting.debit.unit for posting in postings],
        "amounts": [posting.amount for posting in postings],
        "floored": list(change),
        "changes": list(change.values()),
    }
    session.flush()
    row = session.execute(_POST, values).one()
    if row.id is None:
        return _posted_before(session, key, kind, subject_id, postings)
    if row.changed != len(change):
        raise AssertionError("an account with a floor has lost its balance row")
    return Entry(entry_id, key, kind, subject_id, corrects_id, at, is_new=True)


def correct(session: Session, entry_id: UUID, *, key: str, by: Actor, at: datetime) -> Entry:
    """Undo an entry by one that moves everything back and names it; history stays as it was.

    Refuses `EntryUnknown`, `AlreadyCorrected` (under another key), and `BalanceTooLow` where what was moved
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
    entry = queries.as_entry(session.execute(_BY_KEY, {"key": key}).one())
    told = [(debit.id, credit.id, amount) for debit, credit, amount in queries.postings_of(session, entry.id)]
    meant = [(posting.debit.id, posting.credit.id, posting.amount) for posting in postings]
    if (entry.kind, entry.subject_id, told) != (kind, subject_id, meant):
        raise KeyTellsAnotherStoryError(f"the key {key!r} was posted with other amounts, kind or subject")
    return entry
