"""The one statement that posts: entry, postings and balances, all or none of them.

The entry's key decides whether anything happens at all. The balance rows are locked in the order of their
ids before any changes, so posters never wait in a circle; where only one changes, changing it is its lock.

Its text depends on how many postings and balances there are and is made once for each such pair. Plain
values cost a third of what the same values cost as arrays, which take a detour through text in the driver
and through rows in the planner.
"""

from functools import lru_cache

_ENTRY = """
    WITH entry AS (
        INSERT INTO ledger_entries (id, key, kind, subject_id, corrects_id, recorded_at, actor_kind, actor_id)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT ON CONSTRAINT entries_are_posted_once DO NOTHING
        RETURNING id
    ), posted AS (
        INSERT INTO ledger_postings (id, entry_id, debit_account_id, credit_account_id, unit, amount)
        SELECT new.id, entry.id, new.debit, new.credit, new.unit, new.amount
        FROM entry, (VALUES {postings}) AS new (id, debit, credit, unit, amount)
    ){changed}
    SELECT (SELECT id FROM entry) AS id, {count} AS changed
"""
_SINGLE_CHANGE = """, changed AS (
        UPDATE ledger_balances kept SET balance = kept.balance + %s::bigint
        FROM entry WHERE kept.account_id = %s::uuid
        RETURNING kept.account_id
    )"""
_CHANGES = """, new AS (
        SELECT * FROM (VALUES {changes}) AS new (change, account_id)
    ), locked AS (
        SELECT held.account_id FROM ledger_balances held, entry
        WHERE held.account_id IN (SELECT account_id FROM new) ORDER BY held.account_id FOR UPDATE OF held
    ), changed AS (
        UPDATE ledger_balances kept SET balance = kept.balance + new.change
        FROM locked, new
        WHERE kept.account_id = locked.account_id AND new.account_id = locked.account_id
        RETURNING kept.account_id
    )"""
_UP_TO_ONE_CHANGE = {0: "", 1: _SINGLE_CHANGE}
_POSTING = "(%s::uuid, %s::uuid, %s::uuid, %s::text, %s::bigint)"
_CHANGE = "(%s::bigint, %s::uuid)"


@lru_cache(maxsize=256)
def posting_sql(postings: int, changes: int) -> str:
    """The text for so many postings that change so many balances.

    Its values: the entry's eight columns, each posting's five, and for each balance its change and account.
    """
    return _ENTRY.format(
        postings=", ".join([_POSTING] * postings),
        changed=_UP_TO_ONE_CHANGE[changes] if changes in _UP_TO_ONE_CHANGE else _changes_sql(changes),
        count="(SELECT count(*) FROM changed)" if changes else "0",
    )


def _changes_sql(changes: int) -> str:
    return _CHANGES.format(changes=", ".join([_CHANGE] * changes))
