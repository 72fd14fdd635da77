"""The provider's own double-entry books.

Every movement debits one account and credits another by the same amount, so the sum over all accounts is zero
by construction. A merchant's money stands in `pending:<owner>` until its hour and then in
`available:<owner>`; `<owner>` is empty for the platform. Outside stand `network` (cards), `fees`,
`bank:<owner>`, and `transit`, which money between two owners passes and where nothing may stay. Every
movement of a merchant's money is also a balance transaction, whose `net` values add up to pending plus
available.
"""

from sandbox.protocol import ids
from sandbox.protocol.routing import ApiCall
from sandbox.protocol.wire import Object
from sandbox.store import SandboxStore

DAY = 86_400
AVAILABLE_AFTER_DAYS = 2
"""Days until a card payment becomes available; Stripe's usual two. `/_sandbox/settings` may change it."""


def record_movement(
    call: ApiCall,
    amount: int,
    *,
    currency: str,
    against: str,
    kind: str,
    source: str,
    fee: int = 0,
    available_on: int | None = None,
    category: str = "",
    description: str | None = None,
) -> Object:
    """Move `amount` (negative: away) into the caller's balance and write its balance transaction.

    Returns that.
    """
    available_at = call.at if available_on is None else max(available_on, call.at)
    side = _account("pending" if available_at > call.at else "available", call.account)
    detail = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": _FEE,
        "type": "stripe_fee",
    }
    entry: Object = {
        "id": ids.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_at,
        "balance_type": "payments",
        "created": call.at,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": amount - fee,
        "reporting_category": category or kind,
        "source": source,
        "type": kind,
        "status": "pending" if available_at > call.at else "available",
    }
    call.store.insert(entry, call.account)
    _post(call, against, side, currency, amount, entry["id"])
    _post(call, side, "fees", currency, fee, entry["id"])
    if available_at > call.at:
        call.start_timer(available_at, "make_available", entry["id"])
    return entry


def make_available(call: ApiCall, key: str) -> None:
    """Let a pending movement become spendable, at its hour."""
    entry = call.store.find(key)
    if entry is None or entry["status"] == "available":
        return
    pending, available = _account("pending", call.account), _account("available", call.account)
    _post(call, pending, available, entry["currency"], entry["net"], key)
    call.store.save(entry | {"status": "available"})


def get_balance(call: ApiCall, side: str, currency: str) -> int:
    """What stands on a side (`available`, `pending`) of the caller's balance, in smallest units."""
    rows = call.store.rows(
        "SELECT amount FROM totals WHERE account = ? AND currency = ?", _account(side, call.account), currency
    )
    return int(str(rows[0][0])) if rows else 0


def default_fee(store: SandboxStore, amount: int) -> int:
    """The provider's fee on a card payment.

    2.9 % rounded half up, and 30 units, unless settings say otherwise.
    """
    terms = {"basis_points": 290, "fixed": 30} | store.setting("terms").get("fees", {})
    return (amount * int(terms["basis_points"]) + 5_000) // 10_000 + int(terms["fixed"])


def card_payment_available_at(call: ApiCall) -> int:
    """When a card payment taken now becomes available."""
    return call.at + int(call.store.setting("terms").get("settling_days", AVAILABLE_AFTER_DAYS)) * DAY


def counter_movement_available_at(call: ApiCall, key: str | None) -> int:
    """When a counter-movement becomes available.

    With the movement it answers, so that neither side runs ahead.
    """
    entry = call.store.find(key) if key else None
    return int(entry["available_on"]) if entry else call.at


def trial_balance(store: SandboxStore) -> Object:
    """All accounts with their totals, and whether everything adds up; `problems` is empty when it does."""
    totals = store.rows("SELECT account, currency, amount FROM totals ORDER BY account, currency")
    counted = store.rows(_TOTALS_FROM_POSTINGS)
    unbalanced = store.rows(_UNBALANCED_OWNERS)
    problems = [
        f"total of {row[0]} {row[1]} is not the sum of its postings" for row in set(totals) ^ set(counted)
    ]
    problems += [
        f"balance transactions of '{row[0]}' in {row[1]} do not add up to its balance" for row in unbalanced
    ]
    problems += [f"{row[2]} {row[1]} stayed in transit" for row in totals if row[0] == "transit" and row[2]]
    accounts = [{"account": row[0], "currency": row[1], "amount": row[2]} for row in totals]
    sums: dict[str, int] = {}
    for row in totals:
        sums[str(row[1])] = sums.get(str(row[1]), 0) + int(str(row[2]))
    problems += [f"{code} accounts add up to {total}" for code, total in sums.items() if total]
    return {"balanced": not problems, "problems": problems, "accounts": accounts, "sums": sums}


_FEE = "Stripe processing fees"
_TOTALS_FROM_POSTINGS = """
SELECT account, currency, sum(amount) FROM (
    SELECT credit AS account, currency, amount FROM postings
    UNION ALL SELECT debit, currency, -amount FROM postings)
GROUP BY account, currency ORDER BY account, currency
"""
_UNBALANCED_OWNERS = """
SELECT owner, currency FROM (
    SELECT account AS owner, json_extract(body, '$.currency') AS currency,
    json_extract(body, '$.net') AS amount
      FROM objects WHERE kind = 'balance_transaction'
    UNION ALL
    SELECT substr(account, instr(account, ':') + 1), currency, -amount FROM totals
     WHERE account LIKE 'pending:%' OR account LIKE 'available:%')
GROUP BY owner, currency HAVING sum(amount) <> 0
"""


def _account(side: str, owner: str) -> str:
    return f"{side}:{owner}"


def _post(call: ApiCall, debit: str, credit: str, currency: str, amount: int, cause: str) -> None:
    if amount < 0:
        debit, credit, amount = credit, debit, -amount
    if amount == 0:
        return
    call.store.rows(
        "INSERT INTO postings (debit, credit, currency, amount, at, cause) VALUES (?, ?, ?, ?, ?, ?)",
        debit, credit, currency, amount, call.at, cause,
    )  # fmt: skip
    for account, change in ((debit, -amount), (credit, amount)):
        call.store.rows(
            "INSERT INTO totals VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
            account, currency, change,
        )  # fmt: skip
