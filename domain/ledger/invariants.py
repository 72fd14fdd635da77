"""What must hold over all rows of the ledger. Each query answers the rows that break it."""

from domain.ledger.kinds import CHART_OF_ACCOUNTS, LedgerSide

_DEBIT_KINDS = ", ".join(
    f"'{kind}'" for kind, definition in CHART_OF_ACCOUNTS.items() if definition.grows_by is LedgerSide.DEBIT
)

# Balances counted anew from the postings, each on the side that makes its account grow.
_SUMMED_BALANCES = f"""
    SELECT a.id, a.kind, a.unit, a.owner_id, a.floor,
           CASE WHEN a.kind IN ({_DEBIT_KINDS}) THEN -1 ELSE 1 END * coalesce(sum(moved.amount), 0) AS balance
    FROM ledger_accounts a LEFT JOIN (
        SELECT credit_account_id AS account_id, amount FROM ledger_postings
        UNION ALL SELECT debit_account_id, -amount FROM ledger_postings
    ) moved ON moved.account_id = a.id
    GROUP BY a.id
"""  # noqa: S608 -- the kinds are our own constants

INVARIANTS: dict[str, str] = {
    "per unit the sum over all accounts is zero": f"""
        SELECT unit, sum(CASE WHEN kind IN ({_DEBIT_KINDS}) THEN -balance ELSE balance END) AS surplus
        FROM ({_SUMMED_BALANCES}) recounted GROUP BY unit
        HAVING sum(CASE WHEN kind IN ({_DEBIT_KINDS}) THEN -balance ELSE balance END) <> 0
    """,  # noqa: S608
    "a kept balance equals its postings": f"""
        SELECT recounted.id, kept.balance AS kept, recounted.balance AS counted
        FROM ({_SUMMED_BALANCES}) recounted LEFT JOIN ledger_balances kept ON kept.account_id = recounted.id
        WHERE recounted.floor IS NOT NULL
          AND (kept.balance IS DISTINCT FROM recounted.balance OR kept.floor IS DISTINCT FROM recounted.floor)
    """,  # noqa: S608
    "nothing stands below its floor": f"""
        SELECT id, kind, owner_id, balance, floor FROM ({_SUMMED_BALANCES}) recounted WHERE balance < floor
    """,  # noqa: S608
    "nothing stands above its ceiling": """
        SELECT account_id, balance, ceiling FROM ledger_balances WHERE balance > ceiling
    """,
    "every posting is in the unit of both its accounts": """
        SELECT p.id FROM ledger_postings p
        LEFT JOIN ledger_accounts d ON d.id = p.debit_account_id AND d.unit = p.unit
        LEFT JOIN ledger_accounts c ON c.id = p.credit_account_id AND c.unit = p.unit
        WHERE d.id IS NULL OR c.id IS NULL OR p.amount <= 0
    """,
    "every entry moves something": """
        SELECT e.id, e.key FROM ledger_entries e
        WHERE NOT EXISTS (SELECT 1 FROM ledger_postings p WHERE p.entry_id = e.id)
    """,
    "a correction moves back what it corrects": """
        SELECT e.id FROM ledger_entries e WHERE e.corrects_id IS NOT NULL AND EXISTS (
            (SELECT debit_account_id, credit_account_id, amount
             FROM ledger_postings WHERE entry_id = e.id
             EXCEPT ALL
             SELECT credit_account_id, debit_account_id, amount
             FROM ledger_postings WHERE entry_id = e.corrects_id)
            UNION ALL
            (SELECT credit_account_id, debit_account_id, amount
             FROM ledger_postings WHERE entry_id = e.corrects_id
             EXCEPT ALL
             SELECT debit_account_id, credit_account_id, amount
             FROM ledger_postings WHERE entry_id = e.id))
    """,
}
