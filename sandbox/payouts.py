"""Payouts: from an account's available balance to its bank. They arrive after two days, or come back."""

from sandbox import books, ids, lists, params
from sandbox.accounts import bank_for
from sandbox.currencies import check_units, currency
from sandbox.desk import Call, Route, new_metadata, subject, updated
from sandbox.errors import refused
from sandbox.events import record
from sandbox.wire import Object

TRAVEL = 2 * books.DAY

FAILURES = {
    "no_account": "The bank account could not be located.",
    "account_closed": "The bank account has been closed.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "debit_not_authorized": "Debit transactions are not approved on your bank account.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
}
"""Documented failure codes and their sentences."""


def make(call: Call, amount: int, code: str, *, automatic: bool, wanted: str | None = None) -> Object:
    """Send `amount` to the caller's bank; refuses what is not available."""
    if amount > books.balance(call, "available", code):
        raise refused("You have insufficient funds in your Stripe account for this payout.", None,
                      "balance_insufficient")  # fmt: skip
    bank, key = bank_for(call, code, wanted), ids.new("po")
    entry = books.move(call, -amount, currency=code, against=f"bank:{call.account}", kind="payout",
    source=key,
                       description="STRIPE PAYOUT")  # fmt: skip
    payout: Object = {
        "id": key, "object": "payout", "amount": amount, "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": call.at + TRAVEL, "automatic": automatic, "balance_transaction": entry["id"],
        "created": call.at, "currency": code, "description": call.params.get("description"),
        "destination": bank["id"], "failure_balance_transaction": None, "failure_code": None,
        "failure_message": None,
        "livemode": False, "metadata": new_metadata(call), "method": "standard", "original_payout": None,
        "payout_method": None, "reconciliation_status": "completed" if automatic else "not_applicable",
        "reversed_by": None, "source_type": "card",
        "statement_descriptor": call.params.get("statement_descriptor"),
        "status": "pending", "trace_id": {"status": "pending", "value": None}, "type": "bank_account",
    }  # fmt: skip
    call.store.insert(payout, call.account)
    call.timer(call.at + TRAVEL, "arrive", key)
    record(call, "payout.created", payout)
    return payout


def arrive(call: Call, key: str) -> None:
    """The payout reached the bank, which takes it or sends it back."""
    payout = call.store.find(key)
    if payout is None or payout["status"] not in ("pending", "in_transit"):
        return
    failure = call.store.hidden(payout["destination"]).get("fails")
    if failure:
        fail(call, payout, failure)
        return
    payout |= {"status": "paid", "trace_id": {"status": "supported", "value": ids.tail(12)}}
    record(call, "payout.paid", call.store.save(payout))


def fail(call: Call, payout: Object, code: str) -> Object:
    """The bank sends it back, even days after it looked paid; returns the payout."""
    if payout["status"] in ("failed", "canceled"):
        raise refused(f"This payout is already {payout['status']}.")
    _come_back(call, payout, "failed", {"failure_code": code, "failure_message": FAILURES.get(code, code)})
    record(call, "payout.failed", payout)
    return payout


def run_automatic(call: Call, code: str) -> None:
    """The hour of an account's payout schedule: all that is available goes to the bank."""
    account = call.store.find(call.account)
    amount = books.balance(call, "available", code)
    if account and account["payouts_enabled"] and amount > 0:
        make(call, amount, code, automatic=True)


def schedule(call: Call, code: str) -> None:
    """Something became available: let the account's own schedule pay it out.

    The platform pays out by hand.
    """
    account = call.store.find(call.account) if call.account else None
    if account is None:
        return
    interval = account["settings"]["payouts"]["schedule"]["interval"]
    days = {"daily": 1, "weekly": 7, "monthly": 28}.get(interval)
    waiting = call.store.rows(
        "SELECT 1 FROM timers WHERE action = 'pay_out' AND account = ? AND subject = ?", call.account, code
    )
    if days is not None and not waiting:
        midnight = call.at - call.at % books.DAY
        call.timer(midnight + days * books.DAY, "pay_out", code)


def _come_back(call: Call, payout: Object, status: str, extra: Object) -> None:
    kind = "payout_failure" if status == "failed" else "payout_cancel"
    entry = books.move(call, payout["amount"], currency=payout["currency"], against=f"bank:{call.account}",
                       kind=kind, category="payout_reversal", source=payout["id"])  # fmt: skip
    payout |= extra | {"status": status, "failure_balance_transaction": entry["id"]}
    call.store.save(payout)


def _create(call: Call) -> Object:
    given = call.params
    check_units(given["amount"], given["currency"])
    return make(call, given["amount"], given["currency"], automatic=False, wanted=given.get("destination"))


def _cancel(call: Call) -> Object:
    payout = subject(call, "payout", "payout")
    if payout["status"] != "pending" or payout["automatic"]:
        raise refused("Payouts can only be canceled while they are pending and were made by hand.", "payout")
    _come_back(call, payout, "canceled", {})
    record(call, "payout.canceled", payout)
    return payout


def _update(call: Call) -> Object:
    payout = updated(call, subject(call, "payout", "payout"))
    record(call, "payout.updated", payout)
    return payout


_MAKE = params.body(
    "amount currency", amount=params.positive, currency=currency, description=params.text,
    destination=params.text,
    metadata=params.metadata, method=params.one_of("standard"), statement_descriptor=params.text,
    source_type=params.one_of("card"),
)  # fmt: skip
_FILTERS = {"destination": params.text, "status": params.text}
ROUTES = [
    Route("POST", "/v1/payouts", _create, _MAKE),
    Route("GET", "/v1/payouts", lists.of("payout", "/v1/payouts", *_FILTERS), params.listing(**_FILTERS)),
    Route("GET", "/v1/payouts/{id}", lambda call: subject(call, "payout", "payout")),
    Route("POST", "/v1/payouts/{id}", _update, params.body(metadata=params.metadata)),
    Route("POST", "/v1/payouts/{id}/cancel", _cancel),
]
