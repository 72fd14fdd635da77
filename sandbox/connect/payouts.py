"""Payouts: from an account's available balance to its bank. They arrive after two days, or come back."""

from sandbox import ledger
from sandbox.connect.accounts import payout_bank_account
from sandbox.payments.currencies import check_units, currency
from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import request_rejected
from sandbox.protocol.routing import ApiCall, ApiRoute, metadata_from_params, path_object, update_object
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event

ARRIVAL_SECONDS = 2 * ledger.DAY

FAILURES = {
    "no_account": "The bank account could not be located.",
    "account_closed": "The bank account has been closed.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "debit_not_authorized": "Debit transactions are not approved on your bank account.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
}
"""Documented failure codes and their sentences."""


def create_payout(
    call: ApiCall, amount: int, code: str, *, automatic: bool, bank_id: str | None = None
) -> Object:
    """Send `amount` to the caller's bank; refuses what is not available."""
    if amount > ledger.get_balance(call, "available", code):
        raise request_rejected("You have insufficient funds in your Stripe account for this payout.", None,
                      "balance_insufficient")  # fmt: skip
    bank, key = payout_bank_account(call, code, bank_id), ids.new_id("po")
    entry = ledger.record_movement(
        call,
        -amount,
        currency=code,
        against=f"bank:{call.account}",
        kind="payout",
        source=key,
        description="STRIPE PAYOUT",
    )
    payout = _payout_object(call, key, amount, code, automatic=automatic) | {
        "balance_transaction": entry["id"],
        "destination": bank["id"],
    }
    call.store.insert(payout, call.account)
    call.start_timer(call.at + ARRIVAL_SECONDS, "arrive", key)
    record_event(call, "payout.created", payout)
    return payout


def complete_payout(call: ApiCall, key: str) -> None:
    """The payout reached the bank, which takes it or sends it back."""
    payout = call.store.find(key)
    if payout is None or payout["status"] not in ("pending", "in_transit"):
        return
    failure = call.store.hidden(payout["destination"]).get("fails")
    if failure:
        fail_payout(call, payout, failure)
        return
    payout |= {"status": "paid", "trace_id": {"status": "supported", "value": ids.random_text(12)}}
    record_event(call, "payout.paid", call.store.save(payout))


def fail_payout(call: ApiCall, payout: Object, code: str) -> Object:
    """The bank sends it back, even days after it looked paid; returns the payout."""
    if payout["status"] in ("failed", "canceled"):
        raise request_rejected(f"This payout is already {payout['status']}.")
    _return_payout(
        call, payout, "failed", {"failure_code": code, "failure_message": FAILURES.get(code, code)}
    )
    record_event(call, "payout.failed", payout)
    return payout


def run_automatic_payout(call: ApiCall, code: str) -> None:
    """The hour of an account's payout schedule: all that is available goes to the bank."""
    account = call.store.find(call.account)
    amount = ledger.get_balance(call, "available", code)
    if account and account["payouts_enabled"] and amount > 0:
        create_payout(call, amount, code, automatic=True)


def schedule_payout(call: ApiCall, code: str) -> None:
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
        midnight = call.at - call.at % ledger.DAY
        call.start_timer(midnight + days * ledger.DAY, "pay_out", code)


def _return_payout(call: ApiCall, payout: Object, status: str, extra: Object) -> None:
    kind = "payout_failure" if status == "failed" else "payout_cancel"
    entry = ledger.record_movement(
        call,
        payout["amount"],
        currency=payout["currency"],
        against=f"bank:{call.account}",
        kind=kind,
        category="payout_reversal",
        source=payout["id"],
    )
    payout |= extra | {"status": status, "failure_balance_transaction": entry["id"]}
    call.store.save(payout)


def _create(call: ApiCall) -> Object:
    fields = call.params
    check_units(fields["amount"], fields["currency"])
    return create_payout(
        call, fields["amount"], fields["currency"], automatic=False, bank_id=fields.get("destination")
    )


def _cancel(call: ApiCall) -> Object:
    payout = path_object(call, "payout", "payout")
    if payout["status"] != "pending" or payout["automatic"]:
        raise request_rejected(
            "Payouts can only be canceled while they are pending and were made by hand.", "payout"
        )
    _return_payout(call, payout, "canceled", {})
    record_event(call, "payout.canceled", payout)
    return payout


def _update(call: ApiCall) -> Object:
    payout = update_object(call, path_object(call, "payout", "payout"))
    record_event(call, "payout.updated", payout)
    return payout


_MAKE = params.request_params(
    "amount currency", amount=params.positive, currency=currency, description=params.text,
    destination=params.text,
    metadata=params.metadata, method=params.choice_of("standard"), statement_descriptor=params.text,
    source_type=params.choice_of("card"),
)  # fmt: skip
_FILTERS = {"destination": params.text, "status": params.text}
ROUTES = [
    ApiRoute("POST", "/v1/payouts", _create, _MAKE),
    ApiRoute(
        "GET",
        "/v1/payouts",
        lists.list_handler("payout", "/v1/payouts", *_FILTERS),
        params.list_params(**_FILTERS),
    ),
    ApiRoute("GET", "/v1/payouts/{id}", lambda call: path_object(call, "payout", "payout")),
    ApiRoute("POST", "/v1/payouts/{id}", _update, params.request_params(metadata=params.metadata)),
    ApiRoute("POST", "/v1/payouts/{id}/cancel", _cancel),
]


def _payout_object(call: ApiCall, key: str, amount: int, code: str, *, automatic: bool) -> Object:
    return {
        "id": key,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": call.at + ARRIVAL_SECONDS,
        "automatic": automatic,
        "created": call.at,
        "currency": code,
        "description": call.params.get("description"),
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": metadata_from_params(call),
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": call.params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
